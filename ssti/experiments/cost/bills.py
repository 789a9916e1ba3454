"""The bills of all full grids as rows and as lines: what `python -m ssti experiments --cost` prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ssti.experiments.cell import cells_of
from ssti.experiments.cost.scale import A100, EFFICIENCY, GPUS, LAYER, WHOLE_MODELS, Bill, bill, of_cells, whole
from ssti.experiments.experiment import EXPERIMENTS
from ssti.finetune.memory import estimate
from ssti.models.machine.memory import GB
from ssti.models.registry import BASES
from ssti.recipe import Recipe


def bills() -> list[dict[str, Any]]:
    """A row for each experiment's full grid, for all of them with shared cells once, and for each model of the paper's span."""
    rows = [_row(one.name, bill(of_cells(one.cells(pocket=False)))) for one in EXPERIMENTS.values()]
    together = of_cells(cells_of(grid for one in EXPERIMENTS.values() for grid in one.full))
    peak = max(_peak(recipe) for recipe, _ in together)
    rows.append(
        _row("together", bill(together))
        | {"on": {gpu.title: bill(together, gpu).hours for gpu in GPUS if gpu.memory > peak}}
    )
    span = [(name, bill(whole(name))) for name in WHOLE_MODELS]
    return [*rows, *(_row(f"all of {name}", one) | _memory(name) for name, one in span)]


def lines(rows: Sequence[dict[str, Any]]) -> list[str]:
    """The rows as a table, with what they rest on."""
    head = f"{'full grid':28} {'cells':>6} {'EFLOP':>9} {'A100 h':>9} {'s a cell':>9}   the paper's own hours (of so many cells)"
    said = [head]
    for row in rows:
        paper = f"{row['paper_hours']:,.0f} ({row['paper_cells']:,})" if row["paper_cells"] else "not given"
        more = f"; peak {row['memory_gb']:,.0f} GB" if "memory_gb" in row else ""
        each = 3600 * row["gpu_hours"] / row["cells"]
        said.append(
            f"{row['name']:28} {row['cells']:>6,} {row['operations'] / 1e18:>9.2g} {row['gpu_hours']:>9,.1f} {each:>9,.0f}   {paper}{more}"
        )
        if "on" in row:
            said.append(
                " " * 29 + "on one " + " · ".join(f"{title} {hours:,.0f} h" for title, hours in row["on"].items())
            )
    return [
        *said,
        f"A GPU is reckoned at {EFFICIENCY:.0%} of its makers' peak in bfloat16 and {1000 * LAYER:.1f} ms a layer and step: assumptions.",
        "`all of` a model: 4 datasets, 4 ranks, 4 shares, 3 amounts, 3 kinds, 3 places, 3 seeds, and controls.",
        "The paper's hours are those of its runs, each with its own measurements on the way, on a machine of eight A100.",
    ]


def _row(name: str, one: Bill) -> dict[str, Any]:
    return {
        "name": name, "cells": one.cells, "operations": one.operations, "gpu": A100.title, "gpu_hours": one.hours,
        "paper_hours": one.paper_hours, "paper_cells": one.known,
    }  # fmt: skip


def _memory(model: str) -> dict[str, float]:
    return {"memory_gb": max(_peak(recipe) for recipe, _ in whole(model))}


def _peak(recipe: Recipe) -> float:
    """GB of a run on a GPU at its peak, for rows of the longest length."""
    return estimate(BASES.find(recipe.model.name).info, recipe, "cuda").total / GB
