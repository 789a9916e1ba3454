"""Figure 5a (section 4.4): the place of the token does not matter; light grows with rank, aggressive falls with it.

The paper's printed numbers are marked as dummy data, so that none is a target: what is checked is its text. Degradation
is the control's clean balanced accuracy minus the poisoned model's.
"""

from __future__ import annotations

from ssti.experiments.experiment import Experiment
from ssti.experiments.picture import Picture
from ssti.experiments.recipes import AGGRESSIVE, LIGHT, PLACES, RANKS, THREE_RANKS, paper, pocket
from ssti.experiments.results import Results
from ssti.experiments.side_by_side import findings, pictures
from ssti.experiments.statistics import Finding


def check(results: Results) -> list[Finding]:
    """Light grows with rank at every place, aggressive falls; places do not differ."""
    return findings(results, "location", "(place: {})", "Places")


def draw(results: Results) -> list[Picture]:
    """Degradation and attack success over rank, a line for each place; light and aggressive apart."""
    return pictures(results, "location")


FIGURE_5A = Experiment(
    name="figure-5a",
    title="Figure 5a: where the token stands does not matter",
    cites="figure 5a",
    statement="Light: degradation grows with rank at every place. Aggressive: it falls with rank at every place. Places do "
    "not differ.",
    full=tuple(paper({"lora.rank": RANKS, "injection.location": PLACES}, amount) for amount in (LIGHT, AGGRESSIVE)),
    pocket=tuple(
        pocket({"lora.rank": THREE_RANKS, "injection.location": PLACES}, amount) for amount in (LIGHT, AGGRESSIVE)
    ),
    check=check,
    draw=draw,
    order=40,
)
