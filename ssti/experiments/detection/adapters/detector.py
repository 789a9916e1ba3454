"""A detector of poisoned adapters: an adapter in, what it says out. Each is a file of `detectors`, found by itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from ssti.adapters.listing import AdapterInfo
from ssti.experiments.detection.adapters.named import Named
from ssti.platform.registry import Registry


@dataclass(frozen=True)
class Said:
    """`score`, the higher the worse, None where it has none; `verdict` and `alarm` as the detector itself puts it.

    `found` are its findings, the strongest first, none where it names no trigger. `features` are numbers for what is compared over
    all adapters (`ssti.experiments.detection.adapters.learned`).
    """

    score: float | None = None
    verdict: str = ""
    alarm: bool | None = None
    found: Sequence[Named] = ()
    features: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Detector:
    """`cites` says whose idea it is, and what of it is done here. One that finds something else than before has a new `version`:
    then its adapters are looked at again."""

    name: str
    title: str
    cites: str
    scan: Callable[[AdapterInfo], Said]
    order: int = 100
    version: int = 1


DETECTORS = Registry("ssti.experiments.detection.adapters.detectors", Detector, "detector")
"""Every detector of adapters by name, the quickest first: the first one's pass trains what is not there yet."""
