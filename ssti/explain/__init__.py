"""Look inside a classifier: attention, entropy and attribution as tokens, weights and spans.

Works on a loaded model and its tokenizer; loads none, and knows no page. Importing it does not import torch.
"""

from ssti.explain.attention import Attention, attend
from ssti.explain.attribution import Agreement, Attribution, agreement, integrated_gradients, occlusion
from ssti.explain.classes import ClassRows, by_class
from ssti.explain.entropy import (
    entropy,
    entropy_bits,
    entropy_grid,
    share_of_most,
    trigger_head,
    trigger_share_grid,
)
from ssti.explain.explanation import FAR, Explanation, Side, View, explain, explain_json
from ssti.explain.headgrid import HeadGrid
from ssti.explain.heatmap import Heatmap, heatmap, legends, on_one_scale
from ssti.explain.importance import (
    CAUSAL_NOTE,
    from_query,
    mean_of_heads,
    received,
    rollout,
)
from ssti.explain.paired import Mean, PairedDifference, PaperRule, length_control, mean, paired_difference, paper_rule
from ssti.explain.pieces import Reach, reach, trigger_pieces
from ssti.explain.places import Amounts, Places, by_amount, slide
from ssti.explain.rows import EntropyRows, entropy_rows
from ssti.explain.smallest import Parts, smallest_part
from ssti.explain.standout import RULE, Standout, standout
from ssti.explain.words import words

__all__ = [
    "CAUSAL_NOTE",
    "FAR",
    "RULE",
    "Agreement",
    "Amounts",
    "Attention",
    "Attribution",
    "ClassRows",
    "EntropyRows",
    "Explanation",
    "HeadGrid",
    "Heatmap",
    "Mean",
    "PairedDifference",
    "PaperRule",
    "Parts",
    "Places",
    "Reach",
    "Side",
    "Standout",
    "View",
    "agreement",
    "attend",
    "by_amount",
    "by_class",
    "entropy",
    "entropy_bits",
    "entropy_grid",
    "entropy_rows",
    "explain",
    "explain_json",
    "from_query",
    "heatmap",
    "integrated_gradients",
    "legends",
    "length_control",
    "mean",
    "mean_of_heads",
    "occlusion",
    "on_one_scale",
    "paired_difference",
    "paper_rule",
    "reach",
    "received",
    "rollout",
    "share_of_most",
    "slide",
    "smallest_part",
    "standout",
    "trigger_head",
    "trigger_pieces",
    "trigger_share_grid",
    "words",
]
