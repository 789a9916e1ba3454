"""The list of base models, and one of them by its name, its Hub id or its folder."""

from __future__ import annotations

from ssti.models.base import Base, ModelInfo
from ssti.models.own import looks_own, own
from ssti.platform.errors import ModelError
from ssti.platform.language import tr
from ssti.platform.registry import Registry

BASES = Registry("ssti.models.bases", Base, tr("base model"))
"""Every base model by name, in the order of the list. A new one is a file in `ssti/models/bases`."""


def list_models(probe: bool = False) -> list[ModelInfo]:
    """What there is, with `available` and `reason` as they are here and now.

    With `probe`, one short request (at most a second) tells whether the Hub can be reached; without it, a model of
    the Hub counts as usable unless something here says that it is not.
    """
    return [base.now(probe) for base in BASES.values()]


def model(name: str) -> Base:
    """A base model of the list, of a Hub id or of a folder. Raises SSTIError for an unknown name, and for a
    model that cannot be used here."""
    if name not in BASES and looks_own(name):
        base = own(name)
    else:
        base = BASES.find(name, tr("Use one of them, a Hub id (owner/name), or a folder."), kind="model")
    info = base.now(probe=True)
    if not info.available:
        raise ModelError(tr("The base model {name} cannot be used here.", name=name), str(info.reason))
    return base
