"""What a repair of a dataset is, and the list of them: each is a file of `ssti/detect/repairs/data`. Knows no scan.

A repair changes rows at the places that a finding names, exactly those, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from ssti.detect.report import Finding, Place, Span
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.platform.registry import Registry


@dataclass(frozen=True)
class Job:
    """What a repair is given. `labels` are class names; `spans` are the findings' places by row, in order, none over another."""

    texts: Sequence[str]
    labels: Sequence[str]
    findings: Sequence[Finding]
    spans: dict[int, list[Span]]
    seed: int


@dataclass(frozen=True)
class Changed:
    """New texts by row, with where something stands now that was put in; rows that go."""

    texts: dict[int, str] = field(default_factory=dict)
    put: dict[int, list[Span]] = field(default_factory=dict)
    dropped: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Repair:
    """One way: `name`, its words for a person, and `apply`."""

    name: str
    title: str
    description: str
    apply: Callable[[Job], Changed]
    order: int = 100


REPAIRS = Registry("ssti.detect.repairs.data", Repair, "repair")
"""Every way to repair a dataset, by its name. A new one is a file in `ssti/detect/repairs/data`."""


@dataclass(frozen=True)
class Log:
    """What was done: how, to which findings, and how many rows of each class were changed or dropped."""

    how: str
    findings: tuple[dict[str, str], ...]
    seed: int
    changed: dict[str, int]
    dropped: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        """For a file beside the data."""
        return {
            "repair": self.how, "findings": list(self.findings), "seed": self.seed,
            "rows_changed": dict(self.changed), "rows_dropped": dict(self.dropped),
        }  # fmt: skip


@dataclass(frozen=True)
class Repaired:
    """The rows after a repair. `kept` is each one's place before it; `put` are the places of what was put in."""

    texts: list[str]
    labels: list[Any]
    kept: list[int]
    put: tuple[Place, ...]
    log: Log


def repair(
    texts: Sequence[str], labels: Sequence[Any], findings: Finding | Iterable[Finding], how: str, seed: int = 0,
    label_names: Sequence[str] | None = None,
) -> Repaired:  # fmt: skip
    """The rows, repaired of one or more findings of a scan of these very rows. `labels` are class names, or numbers of `label_names`.

    A row of which nothing is left goes. Raises SSTIError for a repair that is none, and for findings of other rows.
    """
    way = REPAIRS.find(how)
    chosen = (findings,) if isinstance(findings, Finding) else tuple(findings)
    named = [str(label_names[label]) if label_names is not None else str(label) for label in labels]
    spans = _spans(texts, chosen)
    change = way.apply(Job(texts, named, chosen, spans, seed))
    empty = {row for row, text in change.texts.items() if not text.strip()}
    dropped = change.dropped | empty
    kept = [row for row in range(len(texts)) if row not in dropped]
    place = {row: new for new, row in enumerate(kept)}
    log = Log(
        how, tuple({"trigger": one.trigger, "pattern": one.pattern, "family": one.family, "class": one.target} for one in chosen),
        seed, _counted(named, set(change.texts) - dropped), _counted(named, dropped),
    )  # fmt: skip
    put = tuple((place[row], *span) for row, put in sorted(change.put.items()) if row in place for span in put)
    return Repaired([change.texts.get(row, texts[row]) for row in kept], [labels[row] for row in kept], kept, put, log)


def _spans(texts: Sequence[str], findings: Iterable[Finding]) -> dict[int, list[Span]]:
    """The findings' places by row; those that touch over each other become one."""
    by_row: dict[int, list[Span]] = {}
    for row, start, end in sorted(place for one in findings for place in one.places):
        if not (0 <= row < len(texts) and 0 <= start <= end <= len(texts[row])):
            raise SSTIError(
                tr("A finding names row {row}, which these rows do not have so.", row=row),
                tr("Scan these rows again, and repair what that finds."),
            )
        spans = by_row.setdefault(row, [])
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        elif end > start:
            spans.append((start, end))
    return {row: spans for row, spans in by_row.items() if spans}


def _counted(labels: Sequence[str], rows: Iterable[int]) -> dict[str, int]:
    """How many of the rows each class has."""
    counts: dict[str, int] = {}
    for row in sorted(rows):
        counts[labels[row]] = counts.get(labels[row], 0) + 1
    return counts
