"""One look at all runs of this machine, shared by everybody who watches. Knows run folders, no markup."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from typing import Any

from ssti.backends import control
from ssti.platform.errors import SSTIError
from ssti.recipe import Recipe
from ssti.runs.progress import Progress
from ssti.runs.run import Run
from ssti.runs.store import Store

FRESH = 0.4  # seconds for which one look serves everybody, at least
REST = 10  # times as long as a look took passes until the next: a thousand runs take no more than a tenth of a core


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
    """The runs as they stand. What has not changed on the disk since the last look is not read again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: list[Seen] = []
        self._until = float("-inf")
        self._home = None

    def look(self, fresh: bool = False) -> list[Seen]:
        """All runs, newest first, each control under its run. `fresh` after something was done to one."""
        store = Store()
        with self._lock:
            start = time.monotonic()
            if fresh or store.root != self._home or start > self._until:
                control.tend(store)
                self._seen = in_pairs([_read(run) for run in store.list()])
                end = time.monotonic()
                self._until, self._home = end + max(FRESH, REST * (end - start)), store.root
            return self._seen

    def find(self, id: str, fresh: bool = False) -> Seen | None:
        """One run, or None where there is none of that id."""
        return next((seen for seen in self.look(fresh) if seen.id == id), None)


def _read(run: Run) -> Seen:
    try:
        recipe = run.recipe
    except SSTIError:
        recipe = None  # the view says so
    return Seen(run, control.progress(run), recipe, run.metrics(), run.has_adapter, run.stopping)


def in_pairs(runs: list[Seen]) -> list[Seen]:
    """Each control right under its run, where that is still there."""
    ids = {seen.id for seen in runs}
    controls = {seen.run.control_of: seen for seen in runs if seen.run.control_of in ids}
    tops = [seen for seen in runs if controls.get(seen.run.control_of) is not seen]
    return [one for top in tops for one in (top, controls.get(top.id)) if one is not None]


def at_work(runs: list[Seen]) -> list[Seen]:
    """The runs that go on: the one at work first, then those that wait, in their turn."""
    going = [seen for seen in reversed(runs) if seen.going]
    return sorted(going, key=lambda seen: (seen.progress.state == "queued", seen.progress.ticket or 0))


def waits_for(seen: Seen, runs: list[Seen]) -> list[str]:
    """The ids of the runs before this one, the one at work first; empty where it does not wait."""
    if seen.progress.state != "queued":
        return []
    mine = seen.progress.ticket
    return [one.id for one in at_work(runs) if mine is not None and (one.progress.ticket or mine) < mine]
