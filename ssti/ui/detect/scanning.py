"""A scan of what was asked for: kept while there is room, so that a click on a finding does not scan again."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from functools import partial

from cachetools import LRUCache

from ssti.detect.repairs.data import Repaired, repair
from ssti.detect.report import Finding, Report
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.ui.detect.data import Asked, Rows, source
from ssti.ui.kit.job import Job, OnProgress
from ssti.ui.kit.parts import Markup

KEPT = 500_000  # rows of all scans together
MOST_STEPS = 20  # repairs, one after the other
COUNTED = 0.6  # of the time, until classes are compared


@dataclass(frozen=True, eq=False)
class Scanned:
    """Rows and what was found in them. `before` is the same before the last repair, `repaired` that repair."""

    rows: Rows
    report: Report
    before: Scanned | None = None
    repaired: Repaired | None = None

    @property
    def first(self) -> Scanned:
        """As it was before every repair."""
        return self.before.first if self.before else self

    @property
    def repairs(self) -> tuple[Repaired, ...]:
        """Every repair, the first one first."""
        return (*self.before.repairs, self.repaired) if self.before and self.repaired else ()


@dataclass(frozen=True)
class Step:
    """A repair: how, and of which findings, as `name_of` calls them."""

    how: str
    findings: tuple[str, ...]


@dataclass(frozen=True)
class Trained:
    """The runs on the rows as they came and after the repair, and how the second was trained."""

    way: str
    before: str
    after: str


@dataclass(frozen=True)
class State:
    """What a page shows: what was scanned, the findings that a person said are fine, the repairs since, and the trainings after these."""

    asked: Asked
    accepted: tuple[str, ...] = field(default=())
    steps: tuple[Step, ...] = field(default=())
    trained: Trained | None = None

    def with_steps(self, steps: tuple[Step, ...]) -> State:
        """After other repairs, which no training has seen."""
        return replace(self, steps=steps, trained=None)


_kept: LRUCache[str, Scanned] = LRUCache(KEPT, lambda one: min(len(one.rows.texts), KEPT))
_lock = threading.Lock()


def name_of(finding: Finding) -> str:
    """How the page calls a finding."""
    return f"{finding.target}: {finding.pattern}"


def scanned(state: State) -> Iterator[Markup]:
    """Steps of progress; returns the scan with what was accepted. Raises SSTIError."""
    job = Job(lambda on_progress: scan_now(state, on_progress), tr("Scanning"))
    yield from job.steps()
    return judged(job.result, state.accepted)


def judged(one: Scanned, accepted: tuple[str, ...]) -> Scanned:
    """The same scan, where these findings are fine."""
    from ssti.detect.verdict import of_findings

    findings = tuple(replace(finding, accepted=name_of(finding) in accepted) for finding in one.report.findings)
    report = replace(one.report, findings=findings, verdict=of_findings(findings))
    return replace(one, report=report, before=judged(one.before, accepted) if one.before else None)


def to_repair(report: Report) -> tuple[str, ...]:
    """The findings that count: neither weak nor accepted."""
    return tuple(name_of(finding) for finding in report.findings if finding.verdict != "clean" and not finding.accepted)


def scan_now(state: State, on_progress: OnProgress) -> Scanned:
    """The scan of a state, kept or anew. Raises SSTIError."""
    on_progress(0.0, tr("reading the rows …"))
    if len(state.steps) > MOST_STEPS:
        raise SSTIError(
            tr("{most} repairs one after the other are the limit.", most=MOST_STEPS),
            tr("Undo some, or download the data and scan that."),
        )
    asked = source(state.asked)
    one = _once(asked.key, lambda: Scanned(made := asked.make(), _look(made, on_progress)))
    for number in range(1, len(state.steps) + 1):
        steps, before = state.steps[:number], one
        one = _once(f"{asked.key} {json.dumps([asdict(step) for step in steps])}", partial(_repaired, before, steps[-1], on_progress))
    return one


def _once(key: str, make: Callable[[], Scanned]) -> Scanned:
    with _lock:
        known = _kept.get(key)
    if known is None:
        known = make()
        with _lock:
            _kept[key] = known
    return known


def _repaired(before: Scanned, step: Step, on_progress: OnProgress) -> Scanned:
    """The rows without these findings, and what is found in them now. Raises SSTIError."""
    rows = before.rows
    chosen = [finding for finding in before.report.findings if name_of(finding) in step.findings]
    if not chosen:
        raise SSTIError(tr("There is nothing to repair: that was not found here."), tr("Scan the data again."))
    done = repair(rows.texts, rows.labels, chosen, step.how, label_names=rows.names)
    if len(set(done.labels)) < 2:
        raise SSTIError(tr("That leaves rows of one class alone."), tr("Choose another repair."))
    new = replace(rows, texts=done.texts, labels=done.labels, numbers=[rows.numbers[row] for row in done.kept])
    return Scanned(new, _look(new, on_progress), before, done)


def _look(rows: Rows, on_progress: OnProgress) -> Report:
    from ssti.detect import scan
    from ssti.detect.family import FAMILIES

    lines, all_lines = 0, len(FAMILIES) + 2

    def said(line: str) -> None:
        nonlocal lines
        lines += 1
        on_progress(COUNTED * min(lines / all_lines, 1), line)

    return scan((rows.texts, rows.labels, rows.names), on_progress=said)
