"""What a grid takes here before it is started: the cells that are missing, and about how long they train."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from ssti.experiments.cell import Cell
from ssti.experiments.run import has
from ssti.platform.errors import SSTIError
from ssti.recipe import Recipe


@dataclass(frozen=True)
class Cost:
    """`seconds` on so many workers; None where nobody has measured such cells."""

    cells: int
    missing: int
    seconds: float | None
    workers: int


def cost(
    cells: Sequence[Cell], done: Mapping[str, dict[str, Any]], workers: int, shipped: Iterable[dict[str, Any]] = ()
) -> Cost:
    """By the seconds that cells of the same model and data took: on this machine, else where the `shipped` ones ran."""
    missing = [cell for cell in cells if not has(done.get(cell.key), cell)]
    kinds = {_kind(cell.recipe) for cell in missing}
    here, there = _rates(done.values(), kinds), _rates(shipped, kinds)
    each = [_seconds(cell, here, there) for cell in missing]
    known = [one for one in each if one is not None]
    if len(known) < len(each):
        return Cost(len(cells), len(missing), None, workers)
    at_once = min(workers, len(missing)) or 1
    return Cost(len(cells), len(missing), max(sum(known) / at_once, max(known, default=0.0)), workers)


def _kind(recipe: Recipe) -> tuple[str, str]:
    return recipe.model.name, recipe.dataset.name


def _rates(rows: Iterable[dict[str, Any]], kinds: set[tuple[str, str]]) -> dict[tuple[str, str], float]:
    """Seconds for a row of training, by model and data."""
    measured: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        kind, seconds = (row.get("model"), row.get("dataset")), row.get("seconds")
        if kind in kinds and isinstance(seconds, int | float) and seconds > 0:
            training = json.loads(row["recipe"])["training"]
            measured.setdefault(kind, []).append(seconds / (training["steps"] * training["batch_size"]))
    return {kind: median(rates) for kind, rates in measured.items()}


def _seconds(cell: Cell, *rates: dict[tuple[str, str], float]) -> float | None:
    for measured in rates:
        if _kind(cell.recipe) in measured:
            return measured[_kind(cell.recipe)] * cell.steps
    from ssti.finetune.speed import estimate
    from ssti.models.machine.memory import machine_memory

    try:
        return estimate(cell.recipe, machine_memory().where).seconds
    except SSTIError:  # of data that are not here, or whose speed was never measured
        return None
