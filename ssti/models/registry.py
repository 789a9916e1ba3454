"""Finds the base models: every `base_*.py` of this package offers a `MODEL`. A new one is one new file."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

import ssti.models
from ssti.errors import SSTIError, listed, nearest
from ssti.models.kind import ModelInfo, ModelKind


@cache
def kinds() -> dict[str, ModelKind]:
    """All base models by name, in the order of the list."""
    found = []
    for module in pkgutil.iter_modules(ssti.models.__path__):
        if module.name.startswith("base_"):
            found.append(importlib.import_module(f"ssti.models.{module.name}").MODEL)
    found.sort(key=lambda kind: (kind.order, kind.info.name))
    return {kind.info.name: kind for kind in found}


def models() -> list[ModelInfo]:
    """What there is, with `available` and `reason` as they are here and now."""
    return [kind.now() for kind in kinds().values()]


def model(name: str) -> ModelKind:
    """One base model. Raises SSTIError for a name that is none, or a model that is not usable here."""
    kind = kinds().get(name)
    if kind is None:
        raise SSTIError(
            f"There is no base model called {name!r}{nearest(name, kinds())}.",
            next=f"Choose one of {listed(kinds())}.",
            kind="model",
        )
    info = kind.now()
    if not info.available:
        raise SSTIError(f"The base model {name} cannot be used here.", next=str(info.reason), kind="model")
    return kind
