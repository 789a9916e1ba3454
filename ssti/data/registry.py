"""Finds the datasets: every module of this package that offers a `DATASET`. A new one is one new file."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import ssti.data
from ssti.data.kind import DatasetInfo, DatasetKind


@cache
def kinds() -> dict[str, DatasetKind]:
    """All datasets by name, in the order of the list. Imports each module once; reads no data."""
    found = []
    for module in pkgutil.iter_modules(ssti.data.__path__):
        offered = getattr(importlib.import_module(f"ssti.data.{module.name}"), "DATASET", None)
        if isinstance(offered, DatasetKind):
            found.append(offered)
    found.sort(key=lambda kind: (kind.order, kind.info.name))
    return {kind.info.name: kind for kind in found}


def datasets(probe: bool = False) -> list[DatasetInfo]:
    """What there is, with `available` and `reason` as they are here and now.

    With `probe`, one short request (at most a second, once per process) tells whether the Hub can be reached;
    without it, a dataset of the Hub counts as usable unless something here says that it is not.
    """
    return [kind.now(probe) for kind in kinds().values()]
