"""Who runs next: a folder of tickets beside the runs, one file a run that waits or is at work. Starts nothing.

A run takes a ticket when it is submitted and gives it back once its work has ended, so that nothing is lost where a
process dies in between. Every change is made with the queue's lock held; to know who waits, no event is read.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from ssti.platform.errors import SSTIError
from ssti.platform.home import write_text
from ssti.runs.files import read_text

if TYPE_CHECKING:
    from ssti.runs.run import Run

FOLDER = ".queue"
NAME = re.compile(r"([0-9]{12})-([a-z0-9][a-z0-9-]{0,79})")
LARGEST = 64 * 2**10  # bytes of a ticket
PATIENCE = 30  # seconds to wait for whoever changes the queue; a change takes milliseconds
PASSED_ON = re.compile(r"SSTI_\w+|HF_HUB_OFFLINE|HF_HOME|CUDA_VISIBLE_DEVICES|OMP_NUM_THREADS")
ENVIRONMENT = TypeAdapter(dict[str, str])


@dataclass(frozen=True)
class Ticket:
    """A place in the queue: the smaller number comes first."""

    number: int
    run_id: str
    path: Path

    def environment(self) -> dict[str, str]:
        """This process's environment with the settings that the submitter had, not those that it has itself."""
        try:
            settings = ENVIRONMENT.validate_json(read_text(self.path, LARGEST))
        except (OSError, ValidationError):
            return dict(os.environ)
        rest = {name: value for name, value in os.environ.items() if not PASSED_ON.fullmatch(name)}
        return rest | {name: value for name, value in settings.items() if PASSED_ON.fullmatch(name)}


def holds(run_folder: Path, number: int | None) -> bool:
    """Whether the queue has this run's ticket of this number."""
    return number is not None and _file(run_folder.parent, number, run_folder.name).is_file()


def _file(root: Path, number: int, run_id: str) -> Path:
    return root / FOLDER / f"{number:012d}-{run_id}"


class Queue:
    """The tickets of one folder of runs."""

    def __init__(self, root: Path) -> None:
        self.root, self.folder = root, root / FOLDER

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else changes the queue meanwhile. Raises SSTIError where that cannot be had."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.folder / "lock", timeout=PATIENCE)
            lock.acquire()
        except Timeout as error:
            raise SSTIError(
                f"The queue of runs is held by another process since {PATIENCE} seconds.",
                next="Try again; restart the page if it stays so.",
                kind="run",
            ) from error
        except OSError as error:
            raise self._unusable(error) from error
        try:
            yield
        finally:
            lock.release()

    def _unusable(self, error: OSError) -> SSTIError:
        return SSTIError(
            f"The queue of runs in {self.root} cannot be used: {error.strerror or error}.",
            next="Free the disk, or set SSTI_HOME to a folder that can be written.",
            kind="disk",
        )

    def tickets(self) -> list[Ticket]:
        """All of them, in their order. Whatever else lies in the folder is no ticket."""
        try:
            with os.scandir(self.folder) as found:
                names = sorted(entry.name for entry in found if entry.is_file())
        except OSError:
            return []
        matches = [match for name in names if (match := NAME.fullmatch(name))]
        return [Ticket(int(match[1]), match[2], self.folder / match[0]) for match in matches]

    def join(self, run: Run) -> None:
        """Put a run at the end, and tell its events. To be called with the lock held. Raises SSTIError on a full disk."""
        self.leave(run.id)
        tickets = self.tickets()
        number = tickets[-1].number + 1 if tickets else 1
        settings = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
        try:
            write_text(_file(self.root, number, run.id), json.dumps(settings))
            run.tell("state", state="queued", ticket=number)
        except OSError as error:
            self.leave(run.id)
            raise self._unusable(error) from error

    def leave(self, run_id: str) -> None:
        """Take a run out. To be called with the lock held."""
        for ticket in self.tickets():
            if ticket.run_id == run_id:
                ticket.path.unlink(missing_ok=True)
