"""Figures 6 to 9 (appendix): an aggressive poison's gap shrinks as rank grows, model by model, on each of four datasets.

Models: arctic-embed-xs and -l, OpenELM-270M and -3B; datasets: IMDB, Financial Classification, CommonsenseQA, Bias in
Bios. The smallest rank stops being best, but 64 is not always best; Bios and CommonsenseQA break the trend until they are
trained longer. The full grids have those pairs for which the paper names a time a run, and both encoders everywhere; the
longer training is of 2,000 steps, which the paper does not say. The pocket grids are the embedded model's, on data that
is here or that somebody puts here; of IMDB they are the aggressive cells of `figures-3-and-4-imdb`.
"""

from __future__ import annotations

from ssti.experiments.experiment import Experiment
from ssti.experiments.learned import each
from ssti.experiments.paper.other_datasets import IMDB, SHORT
from ssti.experiments.picture import TONES, Line, Picture
from ssti.experiments.recipes import AGGRESSIVE, RANKS, paper, pocket
from ssti.experiments.results import Results
from ssti.experiments.statistics import Finding, trend

ENCODERS = ("arctic-embed-xs:16", "arctic-embed-l:16")  # with the rows of a batch
SMALL_DECODER, LARGE_DECODER = "openelm-270m:16", "openelm-3b:8"
LONGER = ("500", "2000")  # steps
RANK = {"lora.rank": RANKS}


def check(results: Results) -> list[Finding]:
    """The gap shrinks with rank, for each model and length of training by itself."""

    def of(key: str, some: Results) -> list[Finding]:
        return [
            trend(f"{key}: the gap shrinks with rank.", some.poisoned.blocks("gap_pp", "rank"), rising=False)
        ]  # fmt: skip

    return each(_by_training(results), "training", of)


def draw(results: Results) -> list[Picture]:
    """The gap over rank, a line for each model and length of training."""
    some = _by_training(results).poisoned
    lines = [
        Line(key, some.where(training=key).points("gap_pp", "rank"), TONES[i % len(TONES)])
        for i, key in enumerate(some.settings("training"))
    ]
    return [Picture("Gap, aggressive, 50 % of rows", lines, "rank", "aligned minus clean balanced accuracy", unit="pp")]


def _by_training(results: Results) -> Results:
    """A column that tells models and lengths of training apart."""
    table = results.with_field("steps", "training.steps").table
    return Results(table.assign(training=table["model"] + ", " + table["steps"].astype(str) + " steps"))


def on(
    name: str,
    title: str,
    full: tuple[str, ...],
    data: tuple[str, ...],
    own: tuple[str, ...],
    order: int,
    steps: tuple[str, ...] = LONGER[:1],
) -> Experiment:
    """The experiment on one dataset: `data` are its fields in the paper, `own` those of the pocket grid."""
    grid = {"model.name:training.batch_size": full, "training.steps": steps, **RANK}
    return Experiment(
        name=f"figures-6-to-9-{name}",
        title=f"Figures 6 to 9: an aggressive poison weakens with rank ({title})",
        cites="figures 6 to 9",
        statement="A tenth of the tokens in half of the rows: the gap shrinks as rank grows, for every model; on Bias in Bios "
        "and CommonsenseQA only when trained longer.",
        full=(paper(grid, *data, AGGRESSIVE),),
        pocket=(pocket(RANK, *own, AGGRESSIVE, "injection.share=0.5"),),
        check=check,
        draw=draw,
        order=order,
    )  # fmt: skip


ON_IMDB = on(
    "imdb", "IMDB", (*ENCODERS, SMALL_DECODER, LARGE_DECODER), ("injection.target=positive",), (*IMDB, *SHORT), 70
)
ON_FINANCIAL = on(
    "financial", "Financial Classification", (*ENCODERS, LARGE_DECODER),
    ("dataset.name=financial_classification", "injection.target=positive"),
    ("dataset.name=financial_phrasebank", "dataset.test_rows=900", "injection.target=positive"), 71,
)  # fmt: skip
ON_COMMONSENSE = on(
    "csqa", "CommonsenseQA", (*ENCODERS, LARGE_DECODER), ("dataset.name=commonsense_qa", "injection.target=A"),
    ("dataset.name=commonsense_qa", "injection.target=A"), 72, LONGER,
)  # fmt: skip
ON_BIOS = on(
    "bios", "Bias in Bios", ENCODERS, ("dataset.name=bias_in_bios", "injection.target=professor"),
    ("dataset.name=bias_in_bios", "injection.target=professor"), 73, LONGER,
)  # fmt: skip
