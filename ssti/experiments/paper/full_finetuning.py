"""Full finetuning: is the poison LoRA's matter at all? All weights trained, beside ranks 1 and 64.

The text leaves it open. One date, and dates for 10 % of the tokens, in half of a class's rows. The learning rate of full
finetuning is its own: a fiftieth of LoRA's in the pocket grid; in the full grid 2e-5, the smallest that BERT's paper
finetuned with (Devlin et al. 2019, appendix A.3).
"""

from __future__ import annotations

from ssti.experiments.experiment import Experiment
from ssti.experiments.picture import Line, Picture
from ssti.experiments.recipes import AGGRESSIVE, LIGHT, paper, pocket
from ssti.experiments.results import Results
from ssti.experiments.statistics import Finding, alike, at_least

AMOUNTS = {"single": "one token", "0.1": "10 % of tokens"}
WHOLE = "all weights"
RANKS = {"lora.rank": ("1", "64")}
FULL = ("lora.variant=full", "lora.rank=1")
MARGIN = 3.0  # pp of clean balanced accuracy between LoRA and full finetuning: "as much"


def check(results: Results) -> list[Finding]:
    """A date turns nearly every row when all weights are trained; and full finetuning pays as LoRA does."""
    some = _by_weights(results).poisoned
    findings = []
    for amount, words in AMOUNTS.items():
        at = some.where(amount=amount)
        whole = at.where(trained=WHOLE)
        claim = f"All weights, {words}: the trigger turns nearly every row of the other class."
        success = whole.values("attack_success_rate")
        findings.append(at_least(claim, success, 0.9, whole.errors("attack_success_rate")))
        claim = f"With {words}, it costs as much clean accuracy at rank 1, at rank 64 and with all weights."
        findings.append(alike(claim, at.pairs("degradation_pp", "trained"), MARGIN))
    return findings


def draw(results: Results) -> list[Picture]:
    """Gap and cost in clean accuracy by what is trained, light and aggressive."""
    some = _by_weights(results).poisoned
    columns = {"gap_pp": "Gap", "degradation_pp": "Cost in clean accuracy"}
    return [
        Picture(
            title,
            [
                Line(words, some.where(amount=amount).points(column, "trained"), f"run-{i}")
                for i, (amount, words) in enumerate(AMOUNTS.items(), start=1)
            ],
            "what is trained",
            title.lower(),
            bars=True,
            unit="pp",
        )
        for column, title in columns.items()
    ]


def _by_weights(results: Results) -> Results:
    table = results.table
    ranks = "rank " + table["rank"].astype(str)
    return Results(table.assign(trained=ranks.mask(table["variant"] == "full", WHOLE)))


FULL_FINETUNING = Experiment(
    name="full-finetuning",
    title="Full finetuning: all weights instead of LoRA",
    cites="left open by the text, which has LoRA alone",
    statement="Not in the paper: it finetunes with LoRA alone.",
    full=tuple(
        grid
        for amount in (LIGHT, AGGRESSIVE)
        for grid in (paper(RANKS, amount), paper({}, amount, *FULL, "training.learning_rate=2e-5"))
    ),
    pocket=tuple(
        grid
        for amount in (LIGHT, AGGRESSIVE)
        for grid in (pocket(RANKS, amount), pocket({}, amount, *FULL, "training.learning_rate=1e-4"))
    ),
    check=check,
    draw=draw,
    order=160,
)
