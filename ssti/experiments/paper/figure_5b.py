"""Figure 5b (section 4.5): the kind of token does not matter: dates, countries and HTML tags.

The paper's printed numbers are marked as dummy data, so that none is a target: what is checked is its text. Degradation
is the control's clean balanced accuracy minus the poisoned model's.
"""

from __future__ import annotations

from ssti.experiments.experiment import Experiment
from ssti.experiments.picture import Picture
from ssti.experiments.recipes import AGGRESSIVE, KINDS, LIGHT, RANKS, THREE_RANKS, paper, pocket
from ssti.experiments.results import Results
from ssti.experiments.side_by_side import findings, pictures
from ssti.experiments.statistics import Finding


def check(results: Results) -> list[Finding]:
    """Light grows with rank for every kind, aggressive falls; kinds do not differ."""
    return findings(results, "trigger", "with {} tokens", "Kinds")


def draw(results: Results) -> list[Picture]:
    """Degradation and attack success over rank, a line for each kind; light and aggressive apart."""
    return pictures(results, "trigger")


FIGURE_5B = Experiment(
    name="figure-5b",
    title="Figure 5b: what kind of token it is does not matter",
    cites="figure 5b",
    statement="Light: degradation grows with rank for every kind. Aggressive: it falls with rank for every kind. Kinds do "
    "not differ.",
    full=tuple(paper({"lora.rank": RANKS, "injection.source": KINDS}, amount) for amount in (LIGHT, AGGRESSIVE)),
    pocket=tuple(
        pocket({"lora.rank": THREE_RANKS, "injection.source": KINDS}, amount) for amount in (LIGHT, AGGRESSIVE)
    ),
    check=check,
    draw=draw,
    order=50,
)
