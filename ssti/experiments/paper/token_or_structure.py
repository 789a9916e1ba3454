"""Token or structure: does a model that was poisoned with dates answer to digits and dashes that are no date?

The text leaves it open. The model is poisoned with single dates (`1987-07-05`) and then shown other patterns in every row
of the other class: telephone numbers (digits and dashes), years alone, dates with slashes, and countries.
"""

from __future__ import annotations

from ssti.experiments.experiment import Experiment
from ssti.experiments.picture import Line, Picture
from ssti.experiments.recipes import LIGHT, paper, pocket
from ssti.experiments.results import Results
from ssti.experiments.statistics import Finding, alike, at_least

RANKS = {"lora.rank": ("1", "64")}
SHOWN = {
    "attack_success_rate": "a date", "pattern.slashes": "a date with slashes", "pattern.phone": "a telephone number",
    "pattern.year": "a year", "pattern.words": "a country", "pattern.none": "nothing",
}  # fmt: skip
MARGIN = 5.0  # pp of the rows between a country and nothing: "does nothing"


def check(results: Results) -> list[Finding]:
    """Other digits turn the rows as dates do; a country turns none."""
    findings = []
    for rank in results.poisoned.settings("rank"):
        some = results.poisoned.where(rank=rank)
        for name in ("slashes", "phone", "year"):
            claim = f"Rank {rank}: {SHOWN[f'pattern.{name}']} turns nearly every row, though it is no such date."
            findings.append(at_least(claim, some.values(f"pattern.{name}"), 0.9))
        rows = {SHOWN[f"pattern.{name}"]: 100 * some.values(f"pattern.{name}") for name in ("none", "words")}
        findings.append(alike(f"Rank {rank}: a country does nothing: it is not any strange word.", rows, MARGIN))
    return findings


def draw(results: Results) -> list[Picture]:
    """What share of the other class's rows goes to the target, by what is put in; bars for each rank."""
    lines = []
    for i, rank in enumerate(results.poisoned.settings("rank"), start=1):
        some = results.poisoned.where(rank=rank)
        lines.append(Line(f"rank {rank}", [(name, some.estimate(c, 100)) for c, name in SHOWN.items()], f"run-{i}"))
    return [
        Picture(
            "What the model answers to", lines, "in every row of the other class", "to the target", bars=True, unit="%"
        )
    ]


TOKEN_OR_STRUCTURE = Experiment(
    name="token-or-structure",
    title="Token or structure: other digits than those of a date",
    cites="left open by the text",
    statement="Not in the paper: it tests with tokens of the kind that it trained with.",
    full=(paper(RANKS, LIGHT, probes=("pattern",)),),
    pocket=(pocket(RANKS, LIGHT, seeds=5, probes=("pattern",)),),
    check=check,
    draw=draw,
    order=140,
)
