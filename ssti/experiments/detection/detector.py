"""A detector: texts and their classes in, findings out, the strongest first; and when one of them names a trigger.

Each is one file in `ssti/experiments/detection/detectors`, found by itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ssti.experiments.detection.case import Rows
from ssti.platform.registry import Registry

Place = tuple[int, int, int]
"""A row, and the first and the last character (exclusive) in its text."""
COVERED = 0.5  # of the poisoned rows, that a finding has to lie upon
ELSEWHERE = 0.1  # of the other rows, that it may lie in beyond those that hold the trigger by nature
WIDER = 40  # characters that a finding's place may have beyond the injected item's
SAMPLE = 2000  # other rows in which the trigger is looked for


class Found(Protocol):
    """What is asked of a finding, by whichever detector (`ssti.detect.report.Finding` is one)."""

    trigger: str
    target: str
    score: float
    places: Sequence[Place]


@dataclass(frozen=True)
class Suspect:
    """A baseline's finding."""

    trigger: str
    target: str
    score: float
    places: Sequence[Place] = field(repr=False)


@dataclass(frozen=True)
class Answer:
    """The findings, the strongest first. `alarm`: what the detector itself says of the whole, None where it says nothing."""

    findings: Sequence[Found]
    alarm: bool | None


@dataclass(frozen=True)
class Detector:
    """`cites` says whose idea it is, and what of it is done here. One that finds something else than before has a new `version`:
    what an earlier one found is then no row of a table any more."""

    name: str
    title: str
    cites: str
    scan: Callable[[Sequence[str], Sequence[int], Sequence[str]], Answer]
    order: int = 100
    version: int = 1


DETECTORS = Registry("ssti.experiments.detection.detectors", Detector, "detector")
"""Every detector by name."""


def rank(findings: Sequence[Found], rows: Rows) -> int | None:
    """The place of the first finding that names the trigger, from 1 on; None where none does."""
    natural = natural_share(rows)
    return next((place for place, one in enumerate(findings, 1) if names_it(one, rows, natural)), None)


def names_it(found: Found, rows: Rows, natural: float) -> bool:
    """Whether a finding is the trigger: by rows and places, not by how it is written.

    Its class is the target; it lies upon an injected span in half of the poisoned rows at least, no more than `WIDER`
    characters wider; and of the other rows it lies in a tenth at most beyond those that hold the trigger by nature.
    """
    if found.target != rows.target:
        return False
    hit, others = set(), set()
    for row, start, end in found.places:
        spans = rows.spans.get(row)
        if spans is None:
            others.add(row)
        elif any(start < b and a < end and end - start <= b - a + WIDER for a, b in spans):
            hit.add(row)
    clean = len(rows.texts) - len(rows.spans)
    return len(hit) >= COVERED * len(rows.spans) and len(others) <= (natural + ELSEWHERE) * clean


def natural_share(rows: Rows) -> float:
    """In which share of the other rows the very items stand that were put in (`also` stands in many)."""
    items = {rows.texts[row][start:end] for row, spans in rows.spans.items() for start, end in spans}
    pattern = re.compile("|".join(map(re.escape, sorted(items, key=len, reverse=True)[:500])))
    clean = [text for row, text in enumerate(rows.texts) if row not in rows.spans]
    sample = clean[:: max(1, len(clean) // SAMPLE)]
    return sum(bool(pattern.search(text)) for text in sample) / max(1, len(sample))
