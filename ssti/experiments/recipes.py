"""The recipes that experiments start from: the paper's training set-up, and one that two cores can afford.

`POCKET` is the cheapest recipe whose control learns the task on the embedded model and Rotten Tomatoes (0.74 at ranks 1, 16 and 64, seed 0). There the scale
of LoRA's update is alpha over rank with one alpha for all ranks, as in LoRA's own paper: with alpha = rank, as in this
paper's code, rank 64 learns nothing at the step size that rank 1 needs for so few steps (tried: 5e-3 and 2e-3).
"""

from __future__ import annotations

from ssti.experiments.cell import Grid
from ssti.recipe import preset

RANKS = ("1", "16", "32", "64")
THREE_RANKS = ("1", "16", "64")
SHARES = ("0.25", "0.5", "0.75", "1.0")
PLACES = ("beginning", "random", "end")
KINDS = (
    "{kind: date, years: [1900, 2100]}",
    "{kind: country}",
    "{kind: html}",
)

POCKET = preset("demo").set("training.steps=160", "training.batch_size=8")
PAPER = preset("paper").set("model.name=arctic-embed-xs", "dataset.name=imdb_hub", "dataset.test_rows=null")

SECOND = ("model.name=smollm2-135m", "dataset.test_rows=400")
"""A second small model for pocket grids, a decoder of ten times the embedded one's cost a token: so fewer test rows."""

LIGHT = "injection.amount=single"
AGGRESSIVE = "injection.amount=0.1"


def pocket(vary: dict[str, tuple[str, ...]], *fields: str, seeds: int = 3, probes: tuple[str, ...] = ()) -> Grid:
    """A grid of the pocket recipe with these fields set."""
    return Grid(POCKET.set(*fields), vary, seeds, probes=probes)


def paper(vary: dict[str, tuple[str, ...]], *fields: str, seeds: int = 3, probes: tuple[str, ...] = ()) -> Grid:
    """A grid of the paper's recipe with these fields set; alpha is the rank, as in the paper's code."""
    both = {("lora.rank:lora.alpha" if key == "lora.rank" else key): value for key, value in vary.items()}
    if "lora.rank" in vary:
        both["lora.rank:lora.alpha"] = tuple(f"{rank}:{rank}" for rank in vary["lora.rank"])
    return Grid(PAPER.set(*fields), both, seeds, probes=probes)
