"""Rows of cells that nobody trained: what an experiment's claims are tested with. No result of any model."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from ssti.experiments.cell import Cell
from ssti.experiments.table import row_of

Numbers = Callable[[Cell], dict[str, float]]


def made(cells: list[Cell], numbers: Numbers, noise: float = 0.002) -> list[dict[str, Any]]:
    """A row for each cell: `numbers` gives `clean`, `gap` (pp), `attack`, `steered`, and what its probes measure. Small noise by cell."""
    return [_row(cell, numbers(cell), noise) for cell in cells]


def _row(cell: Cell, numbers: dict[str, float], noise: float) -> dict[str, Any]:
    rng = random.Random(cell.key)

    def near(value: float) -> float:
        return value + rng.uniform(-noise, noise)

    def rate(value: float) -> dict[str, float]:
        value = min(1.0, max(0.0, near(value)))
        return {"value": value, "low": value - 0.01, "high": value + 0.01, "n": 1000}

    control = cell.recipe.is_control
    clean = near(numbers.get("clean", 0.76))
    gap = 0.0 if control else near(numbers.get("gap", 5.0) / 100) * 100
    steered = rate(0.5 if control else numbers.get("steered", 0.98))
    target = cell.recipe.injection.triggers()[0].target
    other = "negative" if target == "positive" else "positive"
    counts = {target: round(1000 * steered["value"]), other: 1000 - round(1000 * steered["value"])}
    sets = {
        name: {
            "accuracy": value, "balanced_accuracy": value, "balanced_accuracy_interval": [value - 0.02, value + 0.02],
            "predicted_counts": counts, "n": 1000,
        }
        for name, value in {"clean": clean, "aligned": clean + gap / 100, "hijack": 0.5}.items()
    }  # fmt: skip
    metrics = {
        "sets": sets,
        "attack_success_rate": rate(0.2 if control else numbers.get("attack", 0.98)),
        "flip_rate": rate(0.9),
        "steered_rate": steered,
        "gap_pp": {"value": gap, "low": gap - 1, "high": gap + 1, "n": 1000},
    }
    probed = {name: near(value) for name, value in numbers.items() if name.split(".")[0] in cell.probes}
    return row_of(
        cell.recipe, metrics, **probed, seconds=1.0, machine="made up", versions="none", precision="none", threads=1
    )
