"""Finds the base models: every `base_*.py` of this package offers a `MODEL`. A new one is one new file."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import ssti.models
from ssti.errors import SSTIError, listed, nearest, shown
from ssti.models.kind import ModelInfo, ModelKind
from ssti.models.own import looks_own, own


@cache
def kinds() -> dict[str, ModelKind]:
    """All base models by name, in the order of the list."""
    found = []
    for module in pkgutil.iter_modules(ssti.models.__path__):
        if module.name.startswith("base_"):
            found.append(importlib.import_module(f"ssti.models.{module.name}").MODEL)
    found.sort(key=lambda kind: (kind.order, kind.info.name))
    return {kind.info.name: kind for kind in found}


def models(probe: bool = False) -> list[ModelInfo]:
    """What there is, with `available` and `reason` as they are here and now.

    With `probe`, one short request (at most a second) tells whether the Hub can be reached; without it, a model of
    the Hub counts as usable unless something here says that it is not.
    """
    return [kind.now(probe) for kind in kinds().values()]


def model(name: str) -> ModelKind:
    """A base model of the list, of a Hub id or of a folder. Raises SSTIError for a name that is none of them, or a
    model that is not usable here."""
    kind = kinds().get(name)
    if kind is None and looks_own(name):
        kind = own(name)
    if kind is None:
        raise SSTIError(
            f"There is no base model called {shown(name)}{nearest(name, kinds())}.",
            next=f"Choose one of {listed(kinds())}, a Hub id (owner/name), or a folder.",
            kind="model",
        )
    info = kind.now(probe=True)
    if not info.available:
        raise SSTIError(f"The base model {name} cannot be used here.", next=str(info.reason), kind="model")
    return kind
