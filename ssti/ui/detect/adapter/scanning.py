"""A scan of an adapter, alone or with its training rows: one at a time on a server, kept while there is room."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from cachetools import LRUCache

from ssti.adapters.files import WEIGHTS
from ssti.adapters.listing import AdapterInfo
from ssti.detect.adapter.report import AdapterReport, Flipping
from ssti.detect.report import Finding, Verdict
from ssti.platform.language import later, tr
from ssti.ui.access.visitor import admit_name, find_adapter
from ssti.ui.detect import data
from ssti.ui.detect.scanning import Scanned, scan_now
from ssti.ui.detect.scanning import State as OfRows
from ssti.ui.kit.job import ADAPTERS_IN_TURN, Job, OnProgress
from ssti.ui.kit.parts import Markup

KEPT = 64  # reports
ROWS = 0.1  # of the time, for the training rows
POOL = 400  # held-out texts of a dataset that somebody names
BEFORE = later("others were here first: {n}. Yours begins when they are through")


@dataclass(frozen=True)
class Asked:
    """Which adapter, by its ref. `thorough`: with the whole budget. `rows`: its training rows as well. `texts` is the dataset whose
    held-out texts it is asked with; empty for its own, or that of the clean adapters it is compared with."""

    ref: str = ""
    thorough: bool = False
    rows: bool = False
    texts: str = ""


@dataclass(frozen=True)
class State:
    """What a page shows: what was scanned, which findings a person said are fine, and the repaired adapter, if there is one."""

    asked: Asked
    accepted: tuple[str, ...] = field(default=())
    repaired: str = ""


@dataclass(frozen=True, eq=False)
class Found:
    """An adapter, what was found in it, and in its training rows where they were scanned, too. `holding` says of each finding
    how many training rows of each class hold it, or anything of its shape."""

    info: AdapterInfo
    report: AdapterReport
    rows: Scanned | None = None
    holding: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    accepted: tuple[str, ...] = ()

    @property
    def loud(self) -> list[Flipping]:
        """The findings that count, the accepted ones among them."""
        return [one for one in self.report.findings if one.verdict != "clean"]

    @property
    def shapes(self) -> list[list[Flipping]]:
        """Those of one pattern and class together, the strongest first."""
        groups: dict[str, list[Flipping]] = {}
        for one in self.loud:
            groups.setdefault(name_of(one), []).append(one)
        return list(groups.values())

    @property
    def open(self) -> list[Flipping]:
        """Those that nobody accepted."""
        return [one for one in self.loud if name_of(one) not in self.accepted]

    @property
    def verdict(self) -> Verdict:
        """Of the findings that nobody accepted."""
        from ssti.detect.adapter.verdict import of_findings

        return of_findings(self.open)


_kept: LRUCache[tuple, Found] = LRUCache(KEPT)
_lock = threading.Lock()


def name_of(finding: Flipping) -> str:
    """How the page calls a finding: all instances of a pattern are one."""
    return f"{finding.target}: {finding.pattern}"


def scanned(state: State) -> Iterator[Markup]:
    """Steps of progress; returns a `Found`. Raises SSTIError."""
    asked = state.asked
    info = find_adapter(asked.ref)
    if asked.texts:
        admit_name("dataset", asked.texts)
    key = (asked, info.path, (info.path / WEIGHTS).stat().st_mtime_ns)
    with _lock:
        known = _kept.get(key)
    if known is None:
        job = Job(lambda on_progress: _in_turn(asked, info, on_progress), tr("Scanning"))
        yield from job.steps()
        known = job.result
        with _lock:
            _kept[key] = known
    return Found(known.info, known.report, known.rows, known.holding, state.accepted)


def in_turn(on_progress: OnProgress) -> AbstractContextManager[None]:
    """A context in which it is one's turn; who waits is told how many are before. Raises SSTIError where too many wait."""
    return ADAPTERS_IN_TURN.mine(lambda before: on_progress(0.0, tr(BEFORE, n=before)))


def _in_turn(asked: Asked, info: AdapterInfo, on_progress: OnProgress) -> Found:
    with in_turn(on_progress):
        of_rows, begin = None, 0.0
        if asked.rows:
            begin = ROWS
            of_rows = scan_now(OfRows(rows_of(info.ref)), lambda part, at="": on_progress(ROWS * part, at))
        suspects = _suspects(of_rows)
        report = _look(asked, info, suspects, lambda part, at: on_progress(begin + (1 - begin) * part, at))
        return Found(info, report, of_rows, holding(report, of_rows) if of_rows else {})


def rows_of(ref: str) -> data.Asked:
    """An adapter's training rows, as what is to be scanned."""
    return data.Asked("adapter", ref)


def _suspects(of_rows: Scanned | None) -> list[Finding]:
    return [one for one in of_rows.report.findings if one.verdict != "clean"] if of_rows else []


def _look(asked: Asked, info: AdapterInfo, suspects: list[Finding], on_progress: OnProgress) -> AdapterReport:
    from ssti.detect.adapter.scanner import USUAL, scan_adapter
    from ssti.detect.adapter.search import QUICK

    budget = USUAL if asked.thorough else QUICK
    lines, last = 0, ""
    all_lines = 2 + len(info.label_names) * (3 + budget.steps)

    def said(line: str) -> None:
        nonlocal lines, last
        lines, last = lines + (line != last), line
        on_progress(min(max(lines - 1, 0) / all_lines, 1), line)

    return scan_adapter(info.ref, _texts(asked.texts), suspects, said, budget=budget)


def _texts(dataset: str) -> list[str] | None:
    from ssti.data import load

    return list(load(dataset, test_rows=POOL).test["text"]) if dataset else None


def holding(report: AdapterReport, of_rows: Scanned) -> dict[str, dict[str, int]]:
    """Of each finding: how many training rows of each class hold it, or anything of its shape."""
    from ssti.detect.adapter.together import rows_with

    rows = of_rows.rows
    strongest = {
        name_of(one): one for one in reversed(report.findings) if one.verdict != "clean" and one.trigger.strip()
    }
    counted = {
        name: rows_with(one, rows.texts, rows.labels, rows.names, of_rows.report.findings)
        for name, one in strongest.items()
    }
    return {name: dict(zip(rows.names, counts, strict=True)) for name, counts in counted.items()}


def in_adapter(finding: Finding, report: AdapterReport) -> Flipping | None:
    """What a finding of the training rows does in the adapter."""
    same = (finding.pattern, finding.trigger.strip())
    tried = [one for one in report.findings if one.target == finding.target and one.pattern in same]
    return max(tried, key=lambda one: one.flips["value"] or 0.0, default=None)
