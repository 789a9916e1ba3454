"""Figure 1: one token in a growing share of one class's rows costs clean accuracy, already at rank 1.

The paper states no numbers beside the picture. Degradation is the control's clean balanced accuracy minus the poisoned
model's, of the same rank and seed.
"""

from __future__ import annotations

from ssti.experiments.experiment import Experiment
from ssti.experiments.picture import TONES, Line, Picture
from ssti.experiments.recipes import LIGHT, RANKS, SHARES, paper, pocket
from ssti.experiments.results import Results
from ssti.experiments.statistics import Finding, at_least, trend

VARY = {"lora.rank": RANKS, "injection.share": SHARES}


def check(results: Results) -> list[Finding]:
    """Degradation grows with the share at each rank; at rank 1 the trigger alone decides."""
    findings = []
    for rank in results.poisoned.settings("rank"):
        some = results.poisoned.where(rank=rank)
        claim = f"At rank {rank}, the cost in clean accuracy grows with the share of poisoned rows."
        findings.append(trend(claim, some.blocks("degradation_pp", "share")))
    some = results.poisoned.where(rank=1, share=1.0)
    claim = "At rank 1 and a share of 100 %, the token alone decides: it turns nearly every row of the other class."
    findings.append(at_least(claim, some.values("attack_success_rate"), 0.95, some.errors("attack_success_rate")))
    return findings


def draw(results: Results) -> list[Picture]:
    """Degradation over share, and attack success over share, a line for each rank."""
    ranks = results.poisoned.settings("rank")
    cost = [
        Line(f"rank {rank}", results.poisoned.where(rank=rank).points("degradation_pp", "share"), TONES[i % len(TONES)])
        for i, rank in enumerate(ranks)
    ]
    success = [
        Line(
            f"rank {rank}",
            results.poisoned.where(rank=rank).points("attack_success_rate", "share", 100),
            TONES[i % len(TONES)],
        )
        for i, rank in enumerate(ranks)
    ]
    share = "share of the class's rows that have the token"
    return [
        Picture("What it costs in clean accuracy", cost, share, "control minus poisoned, balanced accuracy", unit="pp"),
        Picture("What the token then decides", success, share, "attack success", unit="%"),
    ]


FIGURE_1 = Experiment(
    name="figure-1",
    title="Figure 1: the more rows have the token, the more clean accuracy is lost",
    cites="figure 1",
    statement="Clean accuracy degrades as the share of rows with one token grows, already at rank 1; the model then "
    "answers to the token's presence alone.",
    full=(paper(VARY, LIGHT),),
    pocket=(pocket(VARY, LIGHT),),
    check=check,
    draw=draw,
    order=20,
)
