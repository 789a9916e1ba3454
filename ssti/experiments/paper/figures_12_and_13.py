"""Figures 12 and 13 (appendix): on arctic-embed-l too, one country, one HTML tag or one date each cost clean accuracy.

Light, IMDB. The paper gives no numbers beside the pictures. Degradation is the control's clean balanced accuracy minus
the poisoned model's. The pocket grid is SmolLM2-135M on Rotten Tomatoes; its cells with a date are those of
`figures-10-and-11`.
"""

from __future__ import annotations

from ssti.experiments.experiment import Experiment
from ssti.experiments.learned import each
from ssti.experiments.picture import TONES, Line, Picture
from ssti.experiments.recipes import KINDS, LIGHT, RANKS, SECOND, paper, pocket
from ssti.experiments.results import Results
from ssti.experiments.statistics import Finding, at_least

COSTS = 1.0  # pp of clean balanced accuracy


def check(results: Results) -> list[Finding]:
    """Each kind costs clean accuracy, over all ranks, for each model."""

    def of(model: str, some: Results) -> list[Finding]:
        return [
            at_least(
                f"{model}: one {kind} token in half of a class's rows costs clean accuracy.",
                some.poisoned.where(trigger=kind).values("degradation_pp"),
                COSTS,
                unit="pp",
            )
            for kind in some.poisoned.settings("trigger")
        ]

    return each(results, "model", of)


def draw(results: Results) -> list[Picture]:
    """Degradation and gap over rank, a line for each kind; pictures for each model."""
    pictures = []
    for model in results.poisoned.settings("model"):
        some = results.poisoned.where(model=model)
        for column, title, axis in (
            ("degradation_pp", "Cost in clean accuracy", "control minus poisoned, balanced accuracy"),
            ("gap_pp", "Gap", "aligned minus clean balanced accuracy"),
        ):
            lines = [
                Line(kind, some.where(trigger=kind).points(column, "rank"), TONES[i])
                for i, kind in enumerate(some.settings("trigger"))
            ]
            pictures.append(Picture(f"{title}, light, {model}", lines, "rank", axis, unit="pp"))
    return pictures


FIGURES_12_AND_13 = Experiment(
    name="figures-12-and-13",
    title="Figures 12 and 13: a larger model, and what kind of token it is",
    cites="figures 12 and 13",
    statement="One country, one HTML tag and one date each cost clean accuracy on arctic-embed-l.",
    full=(paper({"injection.source": KINDS, "lora.rank": RANKS}, "model.name=arctic-embed-l", LIGHT),),
    pocket=(pocket({"injection.source": KINDS, "lora.rank": ("1", "64")}, *SECOND, LIGHT),),
    check=check,
    draw=draw,
    order=90,
)
