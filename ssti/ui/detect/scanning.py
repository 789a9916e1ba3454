"""A scan of what was asked for: kept while there is room, so that a click on a finding does not scan again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from cachetools import LRUCache

from ssti.detect.report import Finding, Report
from ssti.platform.language import tr
from ssti.ui.detect.data import Asked, Rows, source
from ssti.ui.kit.job import Job, OnProgress
from ssti.ui.kit.parts import Markup

KEPT = 8  # scans of all visitors
STEPS = 14  # about as many as a scan says what it is at


@dataclass(frozen=True, eq=False)
class Scanned:
    """Rows and what was found in them."""

    rows: Rows
    report: Report


@dataclass(frozen=True)
class State:
    """What a page shows: what was scanned, and the findings that a person said are fine."""

    asked: Asked
    accepted: tuple[str, ...] = field(default=())


_kept: LRUCache[str, Scanned] = LRUCache(KEPT)
_lock = threading.Lock()


def name_of(finding: Finding) -> str:
    """How the page calls a finding."""
    return f"{finding.target}: {finding.pattern}"


def scanned(state: State) -> Iterator[Markup]:
    """Steps of progress; returns the scan with what was accepted. Raises SSTIError."""
    job = Job(lambda on_progress: _scan(state, on_progress), tr("Scanning"))
    yield from job.steps()
    return judged(job.result, state.accepted)


def judged(one: Scanned, accepted: tuple[str, ...]) -> Scanned:
    """The same scan, where these findings are fine."""
    from ssti.detect.verdict import of_findings

    findings = tuple(replace(found, accepted=name_of(found) in accepted) for found in one.report.findings)
    return replace(one, report=replace(one.report, findings=findings, verdict=of_findings(findings)))


def _scan(state: State, on_progress: OnProgress) -> Scanned:
    on_progress(0.0, tr("reading the rows …"))
    asked = source(state.asked)
    with _lock:
        known = _kept.get(asked.key)
    if known is None:
        known = _look(asked.make(), on_progress)
        with _lock:
            _kept[asked.key] = known
    return known


def _look(rows: Rows, on_progress: OnProgress) -> Scanned:
    from ssti.detect import scan

    lines = 0

    def said(line: str) -> None:
        nonlocal lines
        lines += 1
        on_progress(min(lines / STEPS, 0.95), line)

    return Scanned(rows, scan((rows.texts, rows.labels, rows.names), on_progress=said))
