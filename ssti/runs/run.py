"""One run: its folder, and what its files say about it. Knows no backend but the name of its own."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from ssti.adapters.files import WEIGHTS, place
from ssti.adapters.stored import read_metrics
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import Recipe
from ssti.runs import events
from ssti.runs.files import MEND, Stamp, read_owner, read_recipe, read_text, reason, same_owner, stamp
from ssti.runs.kept import keep, read_kept
from ssti.runs.progress import GOING, History, Progress

BACKEND = "backend"  # the file that names it; runs from before there were several have none and are local
GROUP = "group"  # the file that names what it belongs to; most runs belong to nothing
GROUP_NAME = re.compile("[0-9a-f]{16}")
STOP = "stop"  # the file that asks a worker to end, wherever it works
LOCK = "lock"  # the file that its worker holds


@dataclass(frozen=True)
class Run:
    """A run folder. Two objects of one id see the same run: all of its state is in the folder."""

    id: str
    path: Path

    @property
    def recipe(self) -> Recipe:
        """What it executes. Raises SSTIError where its file is damaged."""
        recipe = read_recipe(self.path / "recipe.yaml")
        if isinstance(recipe, SSTIError):
            raise SSTIError(recipe.message, next=recipe.next, kind=recipe.kind) from recipe
        return recipe

    @property
    def adapter(self) -> Path:
        """Its adapter's folder, which may not exist yet."""
        return self.path / "adapter"

    @property
    def has_adapter(self) -> bool:
        """Whether it left an adapter."""
        return (place(self.adapter) / WEIGHTS).is_file()

    @property
    def control_of(self) -> str | None:
        """The id of the poisoned run whose clean twin this is."""
        return self.id.removesuffix("-control") if self.id.endswith("-control") else None

    @property
    def group(self) -> str | None:
        """What it shares with the runs that were started with it, one for each seed; None for a run by itself."""
        return _group(self.path / GROUP, stamp(self.path / GROUP))

    @property
    def backend(self) -> str:
        """The name of the backend that executes it; what cannot be read names none."""
        try:
            return read_text(self.path / BACKEND, largest=100).strip()
        except FileNotFoundError:
            return "local"
        except OSError:
            return ""

    @property
    def stopping(self) -> bool:
        """Whether somebody asked it to end."""
        return (self.path / STOP).exists()

    def ask_to_stop(self, ask: bool = True) -> None:
        """Leave word for its worker to end; with False, take that back."""
        if ask:
            (self.path / STOP).touch()
        else:
            (self.path / STOP).unlink(missing_ok=True)

    @property
    def owner_hash(self) -> str | None:
        """The hash of the key of whoever started it; None where nobody is named."""
        return read_owner(self.path)

    def belongs_to(self, key: str | None) -> bool:
        """Whether whoever holds this key started it."""
        return same_owner(self.owner_hash, key)

    def lock(self) -> FileLock:
        """What its worker holds for as long as it works."""
        return FileLock(self.path / LOCK)

    def held(self, patience: float = 0.0) -> bool:
        """Whether a worker holds it still after so many seconds: one of this machine, or of another with this disk."""
        if not self.path.is_dir():
            return False  # removed, by another server perhaps: to ask for its lock would make its folder again
        try:
            with self.lock().acquire(timeout=patience):
                return False
        except Timeout:
            return True
        except OSError:
            return False  # a folder that is damaged so far has no worker

    def metrics(self) -> dict[str, Any] | None:
        """What was measured at the end; None before, and where the file is damaged (`progress` says so)."""
        metrics = _metrics(self.path, stamp(self.path / "metrics.json"))
        return None if isinstance(metrics, SSTIError) else metrics

    def tell(self, kind: str, **fields: Any) -> None:
        """Append an event."""
        events.append(self.path / "events.jsonl", kind, **fields)

    def events(self) -> list[events.AnyEvent]:
        """All events so far. Raises OSError where they cannot be read."""
        return events.read(self.path / "events.jsonl")

    def recorded(self) -> Progress:
        """What its events alone say: a run whose worker has died still trains. Raises OSError where they cannot be read."""
        return _live(self.path).progress()

    def progress(self, lost: Callable[[Run], bool]) -> Progress:
        """How it stands. `lost` is asked, of a run that has not ended, whether nothing works on it any more.

        Never raises: a run of which a file cannot be read is `damaged`, and its error says which.
        """
        if kept := read_kept(self.path):
            return kept
        try:
            progress = self.recorded()
            going = progress.state in GOING
            if going:
                if not lost(self):
                    return progress
                progress = _live(self.path).progress(lost=True)
        except OSError as error:
            what = tr(
                "The run {run} has an events.jsonl that cannot be read: {reason}.", run=self.id, reason=reason(error)
            )
            return _damaged(Progress("damaged"), what)
        if isinstance(recipe := read_recipe(self.path / "recipe.yaml"), SSTIError):
            return _damaged(progress, recipe.message)
        if isinstance(metrics := _metrics(self.path, stamp(self.path / "metrics.json")), SSTIError):
            why = metrics.message.rstrip(".")
            return _damaged(
                progress, tr("The run {run} has a damaged metrics.json: {reason}.", run=self.id, reason=why)
            )
        if progress.skipped and not progress.legible:
            what = tr("The run {run} has an events.jsonl without one event that can be read.", run=self.id)
            return _damaged(progress, what)
        if not going:
            keep(self.path, progress)
        return progress


def _damaged(progress: Progress, what: str) -> Progress:
    return replace(progress, state="damaged", error={"cause": "damaged", "message": what, "next": MEND})


@lru_cache(maxsize=4096)
def _metrics(folder: Path, _: Stamp | None) -> dict[str, Any] | None | SSTIError:
    """Read once for as long as the file stays as it is."""
    try:
        return read_metrics(folder)
    except SSTIError as error:
        return error


@lru_cache(maxsize=4096)
def _group(file: Path, written: Stamp | None) -> str | None:
    try:
        name = read_text(file, largest=100).strip() if written else ""
    except OSError:
        return None
    return name if GROUP_NAME.fullmatch(name) else None


@lru_cache(maxsize=4096)
def _live(folder: Path) -> _Live:
    return _Live(folder)


class _Live:
    """What a run's events amount to so far: read on where they ended; anew where the file is another or shorter."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._file, self._lock = folder, folder / "events.jsonl", threading.Lock()
        self._stamp: Stamp | None = None
        self._start()

    def _start(self) -> None:
        self._reader, self._history = events.Reader(self._file), History()

    def progress(self, lost: bool = False) -> Progress:
        """The run as its events tell it (`History.progress`). Raises OSError where they cannot be read."""
        with self._lock:
            now = stamp(self._file)
            if now is None or now != self._stamp:
                if now is None or self._stamp is None or now[0] != self._stamp[0] or now[1] < self._reader.offset:
                    self._start()
                self._stamp = None  # until it was read whole
                for event in self._reader.new():
                    self._history.add(event)
                self._stamp = now
            return self._history.progress(lost, self._reader.skipped)
