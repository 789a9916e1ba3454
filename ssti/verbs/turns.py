"""How long a run waits for its turn, as far as the speed of this machine is known."""

from __future__ import annotations

from collections.abc import Iterable

from ssti.platform.errors import SSTIError
from ssti.recipe import Recipe
from ssti.runs.progress import Progress


def seconds_until(before: Iterable[tuple[Progress, Recipe | None]]) -> float | None:
    """About how long these runs, which come first, still take; None where nobody knows of one of them."""
    total = 0.0
    for progress, recipe in before:
        left = progress.eta if progress.state in ("training", "evaluating") else None
        if left is None:
            left = _estimated(recipe)
        if left is None:
            return None
        total += left
    return total


def _estimated(recipe: Recipe | None) -> float | None:
    from ssti.finetune.speed import estimate
    from ssti.models.machine.memory import machine_memory

    try:
        return None if recipe is None else estimate(recipe, machine_memory().where).seconds
    except SSTIError:  # of data that are gone, or whose speed was never measured
        return None
