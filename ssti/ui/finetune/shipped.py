"""The training of an adapter that ships with the app, as a run that ended: what stands where no run is chosen."""

from __future__ import annotations

from functools import lru_cache

from ssti.adapters.curves import read_curves
from ssti.adapters.listing import SHIPPED, AdapterInfo
from ssti.platform.errors import SSTIError
from ssti.recipe import PRESETS, Recipe, preset
from ssti.runs.progress import Progress
from ssti.runs.run import Run
from ssti.ui.access.visitor import find_adapter as find
from ssti.ui.finetune.board import Snapshot


@lru_cache(maxsize=1)
def shipped_pair() -> tuple[AdapterInfo, Snapshot, Snapshot] | None:
    """The shipped adapter that is most like the form's first recipe, its run and its control's; None without curves."""
    pairs = [pair for folder in sorted(SHIPPED.iterdir()) if (pair := _pair(f"shipped/{folder.name}"))]
    return max(pairs, key=lambda pair: _likeness(pair[0].recipe), default=None)


def _pair(ref: str) -> tuple[AdapterInfo, Snapshot, Snapshot] | None:
    try:
        info = find(ref)
        if not info.poisoned or not info.control:
            return None
        run, twin = _run(info), _run(find(info.control))
    except SSTIError:
        return None  # damaged: the list of adapters says so
    return (info, run, twin) if run and twin else None


def _run(info: AdapterInfo) -> Snapshot | None:
    curves = read_curves(info.path)
    if curves is None:
        return None
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
