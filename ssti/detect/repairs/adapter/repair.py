"""What a repair of an adapter is, and the list of them: each is a file of `ssti/detect/repairs/adapter`. Knows no scan.

A repair changes tensors of the adapter's file, and nothing else: what comes out is an adapter that anyone can load.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from ssti.platform.language import tr
from ssti.platform.registry import Registry

if TYPE_CHECKING:
    from ssti.adapters.listing import AdapterInfo
    from ssti.detect.repairs.adapter.subject import Subject


class Found(Protocol):
    """What a repair has to know of a poison: a finding of a scan of an adapter, or a `Suspect`."""

    @property
    def trigger(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def location(self) -> str: ...


@dataclass(frozen=True)
class Suspect:
    """A trigger that a person names: as it is typed, the class that it is tied to, and where it goes."""

    trigger: str
    target: str
    location: str = "random"


@dataclass(frozen=True)
class Try:
    """One setting of a repair: the adapter's tensors with it, and in a sentence what was done, to be filled in by `settings`."""

    tensors: Mapping[str, Any]
    sentence: str
    settings: dict[str, Any] = field(default_factory=dict)

    @property
    def done(self) -> str:
        """What was done, in the page's language."""
        return tr(self.sentence, **self.settings)


@dataclass(frozen=True)
class Repair:
    """One way: `name`, its words for a person, `tries`, one setting after the other, of which the best is taken, and
    `unfit`, why it cannot be had of an adapter, or None. After `patience` settings that are no better than the best, no more is tried."""

    name: str
    title: str
    description: str
    tries: Callable[[Subject], Iterator[Try]]
    unfit: Callable[[AdapterInfo], str | None]
    order: int = 100
    patience: int = 4


REPAIRS = Registry("ssti.detect.repairs.adapter", Repair, "repair")
"""Every way to repair an adapter, by its name. A new one is a file in `ssti/detect/repairs/adapter`."""
