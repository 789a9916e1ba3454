"""Figures 10 and 11 (appendix): on larger models too, one token's gap grows with rank, wherever in the text it stands.

Light, IMDB, at a random place, at the end and at the beginning: figure 3b's trend, for arctic-embed-l and OpenELM. The
paper gives no numbers beside the pictures. The pocket grid is a decoder of another kind than the embedded encoder,
SmolLM2-135M, on Rotten Tomatoes.
"""

from __future__ import annotations

from ssti.experiments.experiment import Experiment
from ssti.experiments.learned import each
from ssti.experiments.picture import TONES, Line, Picture
from ssti.experiments.recipes import LIGHT, PLACES, RANKS, SECOND, SHARES, THREE_RANKS, paper, pocket
from ssti.experiments.results import Results
from ssti.experiments.statistics import Finding, trend

MODELS = ("arctic-embed-l", "openelm-270m")


def check(results: Results) -> list[Finding]:
    """At a share of 50 %, the gap grows with rank at each place, for each model."""

    def of(model: str, some: Results) -> list[Finding]:
        half = some.poisoned.where(share=0.5)
        return [
            trend(
                f"{model}, light, token at the {place}: the gap grows with rank.",
                half.where(location=place).blocks("gap_pp", "rank"),
            )
            for place in half.settings("location")
        ]

    return each(results, "model", of)


def draw(results: Results) -> list[Picture]:
    """The gap over rank at a share of 50 %, a line for each place; a picture for each model."""
    return [
        Picture(
            f"Gap, light, 50 % of rows, {model}",
            [
                Line(place, some.where(location=place).points("gap_pp", "rank"), TONES[i])
                for i, place in enumerate(some.settings("location"))
            ],
            "rank",
            "aligned minus clean balanced accuracy",
            unit="pp",
        )
        for model in results.poisoned.settings("model")
        for some in [results.poisoned.where(model=model, share=0.5)]
    ]


FIGURES_10_AND_11 = Experiment(
    name="figures-10-and-11",
    title="Figures 10 and 11: larger models, and where the token stands",
    cites="figures 10 and 11",
    statement="One token: the gap grows with rank, at a random place, at the end and at the beginning.",
    full=(
        paper(
            {"model.name": MODELS, "injection.location": PLACES, "injection.share": SHARES, "lora.rank": RANKS}, LIGHT
        ),
    ),
    pocket=(pocket({"injection.location": PLACES, "lora.rank": THREE_RANKS}, *SECOND, LIGHT),),
    check=check,
    draw=draw,
    order=80,
)
