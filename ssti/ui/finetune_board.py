"""One look at all runs of this machine, shared by everybody who watches. Knows run folders, no markup."""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass
from typing import Any

from ssti.errors import SSTIError
from ssti.recipe import Recipe
from ssti.runs.run import Progress, Run
from ssti.runs.store import Store
from ssti.runs.worker import STOP

FRESH = 0.4  # seconds for which one look serves everybody


@dataclass(frozen=True)
class Seen:
    """A run as one look found it. `recipe` is None where it is damaged; `stopping` once asked to end."""

    run: Run
    progress: Progress
    recipe: Recipe | None
    metrics: dict[str, Any] | None
    has_adapter: bool
    stopping: bool

    @property
    def id(self) -> str:
        return self.run.id

    @property
    def going(self) -> bool:
        return self.progress.going


class Board:
    """The runs as they stand. A run that has ended is read once, one that goes on at each look."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[Any, Seen]] = {}
        self._seen: list[Seen] = []
        self._at = float("-inf")
        self._home = None

    def look(self, fresh: bool = False) -> list[Seen]:
        """All runs, newest first, each control under its run. `fresh` after something was done to one."""
        store = Store()
        with self._lock:
            if fresh or store.root != self._home or time.monotonic() - self._at > FRESH:
                found = [self._read(run) for run in store.list()]
                self._seen = in_pairs([seen for seen in found if seen is not None])
                self._kept = {seen.id: self._kept[seen.id] for seen in self._seen}
                self._at, self._home = time.monotonic(), store.root
            return self._seen

    def find(self, id: str, fresh: bool = False) -> Seen | None:
        """One run, or None where there is none of that id."""
        return next((seen for seen in self.look(fresh) if seen.id == id), None)

    def _read(self, run: Run) -> Seen | None:
        mark = stamp(run)
        kept = self._kept.get(run.id)
        if kept and kept[0] == mark and kept[1].progress.state in ("done", "stopped", "failed"):
            return kept[1]
        try:
            recipe = kept[1].recipe if kept and kept[1].recipe else run.recipe
        except SSTIError:
            recipe = None  # the view says so
        seen = Seen(run, run.progress(), recipe, run.metrics(), run.has_adapter, (run.path / STOP).exists())
        self._kept[run.id] = (mark, seen)
        return seen


def stamp(run: Run) -> tuple[Any, ...]:
    """What changes when the run's files do."""
    marks: list[Any] = []
    for name in ("recipe.yaml", "events.jsonl", "metrics.json", "adapter/adapter_model.safetensors", STOP):
        try:
            found = os.stat(run.path / name)
            marks.append((found.st_ino, found.st_size, found.st_mtime_ns))
        except OSError:
            marks.append(None)
    return tuple(marks)


def in_pairs(runs: list[Seen]) -> list[Seen]:
    """Each control right under its run, where that is still there."""
    ids = {seen.id for seen in runs}
    controls = {seen.run.control_of: seen for seen in runs if seen.run.control_of in ids}
    tops = [seen for seen in runs if controls.get(seen.run.control_of) is not seen]
    return [one for top in tops for one in (top, controls.get(top.id)) if one is not None]


def at_work(runs: list[Seen]) -> list[Seen]:
    """The runs that go on: the one at work first, then those that wait, in their turn."""
    going = [seen for seen in reversed(runs) if seen.going]
    return sorted(going, key=lambda seen: (seen.progress.state == "queued", _turn(seen)))


def waits_for(seen: Seen, runs: list[Seen]) -> list[str]:
    """The ids of the runs before this one, the one at work first; empty where it does not wait."""
    if seen.progress.state != "queued":
        return []
    before = {run.id for run in Store(seen.run.path.parent).waiting_before(seen.run)}
    return [one.id for one in at_work(runs) if one.id in before]


def _turn(seen: Seen) -> float:
    told = [e["t"] for e in seen.run.events() if e["kind"] == "state" and e.get("state") == "queued"]
    return told[-1] if told else 0.0
