"""The training of an adapter that ships with the app, as a run that ended: what stands where no run is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ssti.adapters.curves import Curves, read_curves
from ssti.adapters.listing import SHIPPED, AdapterInfo
from ssti.platform.errors import SSTIError
from ssti.recipe import PRESETS, Recipe, preset
from ssti.runs.progress import Progress
from ssti.runs.run import Run
from ssti.ui.access.visitor import find_adapter as find
from ssti.ui.finetune.board import Snapshot


@dataclass(frozen=True)
class Shipped:
    """A shipped adapter with its training and its control's. `again`: the curves are of a later training of its recipe."""

    info: AdapterInfo
    run: Snapshot
    twin: Snapshot
    again: bool


@lru_cache(maxsize=1)
def shipped_pair() -> Shipped | None:
    """The shipped adapter that is most like the form's first recipe; None where none has curves."""
    pairs = [pair for folder in sorted(SHIPPED.iterdir()) if (pair := _pair(f"shipped/{folder.name}"))]
    return max(pairs, key=lambda pair: _likeness(pair.info.recipe), default=None)


def _pair(ref: str) -> Shipped | None:
    try:
        info = find(ref)
        if not info.poisoned or not info.control:
            return None
        twin = find(info.control)
    except SSTIError:
        return None  # damaged: the list of adapters says so
    mine, its = read_curves(info.path), read_curves(twin.path)
    return Shipped(info, _run(info, mine), _run(twin, its), mine.again or its.again) if mine and its else None


def _run(info: AdapterInfo, curves: Curves) -> Snapshot:
    folder = Run(info.ref.partition("/")[2], info.path)
    return Snapshot(folder, Progress.of(curves), info.recipe, info.metrics, has_adapter=True, stopping=False)


def _likeness(recipe: Recipe) -> int:
    """How many of the things that a person chooses first are as in the first preset."""
    start = preset(next(iter(PRESETS)))
    mine, its = recipe.injection, start.injection
    return sum((
        recipe.dataset.name == start.dataset.name, mine.source == its.source, mine.target == its.target,
        mine.share == its.share, recipe.lora == start.lora,
    ))  # fmt: skip
