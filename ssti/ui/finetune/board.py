"""One look at all runs of this machine, shared by everybody who watches. Knows run folders, no markup."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
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
class Snapshot:
    """A run at one moment. `recipe` is None where it is damaged; `stopping` once it was asked to end."""

    folder: Run
    progress: Progress
    recipe: Recipe | None
    metrics: dict[str, Any] | None
    has_adapter: bool
    stopping: bool
    group: str | None = None
    """`Run.group`."""
    owner: str | None = None
    """`Run.owner_hash`."""

    @property
    def id(self) -> str:
        return self.folder.id

    @property
    def going(self) -> bool:
        """Whether a worker is at it, or it waits for one."""
        return self.progress.going


class Board:
    """The runs as they stand. What has not changed on the disk since the last look is not read again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._runs: list[Snapshot] = []
        self._until = float("-inf")
        self._home: Path | None = None

    def look(self, fresh: bool = False) -> list[Snapshot]:
        """All runs, newest first, each control under its run. `fresh` after something was done to one."""
        store = Store()
        with self._lock:
            start = time.monotonic()
            if fresh or store.root != self._home or start > self._until:
                control.tend(store)
                self._runs = in_pairs([_read(run) for run in store.list()])
                end = time.monotonic()
                self._until, self._home = end + max(FRESH, REST * (end - start)), store.root
            return self._runs


def _read(run: Run) -> Snapshot:
    try:
        recipe = run.recipe
    except SSTIError:
        recipe = None  # the view says so
    return Snapshot(run, control.progress(run), recipe, run.metrics(), run.has_adapter, run.stopping, run.group, run.owner_hash)


def in_pairs(runs: list[Snapshot]) -> list[Snapshot]:
    """Each control right under its run, where that is still there."""
    ids = {one.id for one in runs}
    controls = {one.folder.control_of: one for one in runs if one.folder.control_of in ids}
    tops = [one for one in runs if controls.get(one.folder.control_of) is not one]
    return [one for top in tops for one in (top, controls.get(top.id)) if one is not None]


def seeds_of(run: Snapshot, runs: list[Snapshot]) -> list[Snapshot]:
    """A run and those of other seeds that were started with it, by seed; nothing where it was started by itself."""
    if run.group is None:
        return []
    known = [one for one in runs if one.group == run.group and one.recipe is not None]
    return sorted(known, key=lambda one: one.recipe.training.seed)


def at_work(runs: list[Snapshot]) -> list[Snapshot]:
    """The runs that are going on: the one that trains first, then those that wait, in their turn."""
    going = [one for one in runs if one.going]
    return sorted(going, key=lambda one: (one.progress.state == "queued", one.progress.ticket or 0, one.id))


def waits_for(run: Snapshot, runs: list[Snapshot]) -> list[Snapshot]:
    """The runs before this one, the one that trains first; empty where it does not wait."""
    if run.progress.state != "queued":
        return []
    standing = at_work(runs)
    place = next((place for place, one in enumerate(standing) if one.id == run.id), 0)
    return standing[:place] if run.progress.ticket is not None else []
