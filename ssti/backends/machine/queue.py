"""Who runs next: a folder of tickets beside the runs, one file a run that waits or is at work. Starts nothing.

A run takes a ticket when it is submitted and gives it back once its work has ended, so that nothing is lost where a
process dies in between. Every change is made with the lock of the runs held (`Store.locked`); to know who waits, no
event is read.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import TypeAdapter, ValidationError

from ssti.platform.home import write_text
from ssti.runs.files import read_text
from ssti.runs.run import Run
from ssti.runs.store import QUEUE, unusable

NAME = re.compile(r"([0-9]{12})-([a-z0-9][a-z0-9-]{0,79})")
LARGEST = 64 * 2**10  # bytes of a ticket
PASSED_ON = re.compile(
    r"SSTI_(?!PASSWORD|TOKEN|USER)\w+|HF_HUB_OFFLINE|HF_HOME|CUDA_VISIBLE_DEVICES|OMP_(?:NUM_THREADS|WAIT_POLICY)"
)
ENVIRONMENT = TypeAdapter(dict[str, str])


@dataclass(frozen=True)
class Ticket:
    """A place in the queue: the smaller number comes first."""

    number: int
    run_id: str
    path: Path

    def environment(self) -> dict[str, str]:
        """This process's environment with the settings that the submitter had, not those that it has itself."""
        if (settings := self.settings()) is None:
            return dict(os.environ)
        return {name: value for name, value in os.environ.items() if not PASSED_ON.fullmatch(name)} | settings

    def settings(self) -> dict[str, str] | None:
        """The settings that the submitter had; None where they cannot be read."""
        try:
            settings = ENVIRONMENT.validate_json(read_text(self.path, LARGEST))
        except (OSError, ValidationError):
            return None
        return {name: value for name, value in settings.items() if PASSED_ON.fullmatch(name)}


class Queue:
    """The tickets of one folder of runs; with a `name`, those of another backend than this machine."""

    def __init__(self, root: Path, name: str = "") -> None:
        self.root, self.folder = root, root / QUEUE / name

    def tickets(self) -> list[Ticket]:
        """All of them, in their order. Whatever else lies in the folder is no ticket."""
        try:
            with os.scandir(self.folder) as entries:
                names = sorted(entry.name for entry in entries if entry.is_file())
        except OSError:
            return []
        matches = [match for name in names if (match := NAME.fullmatch(name))]
        return [Ticket(int(match[1]), match[2], self.folder / match[0]) for match in matches]

    def holds(self, run_id: str, number: int | None) -> bool:
        """Whether this run's ticket of this number is there."""
        return number is not None and self._file(number, run_id).is_file()

    def _file(self, number: int, run_id: str) -> Path:
        return self.folder / f"{number:012d}-{run_id}"

    def supervisor_lock(self) -> FileLock:
        """What the supervisor of these runs holds for as long as it lives."""
        return FileLock(self.folder / "supervisor")

    def supervised(self) -> bool:
        """Whether a supervisor lives."""
        try:
            with self.supervisor_lock().acquire(timeout=0):
                return False
        except Timeout:
            return True

    def join(self, run: Run) -> None:
        """Put a run behind its owner's others, and record that: owners take turns, whoever has many waiting.

        To be called with the lock held. Raises SSTIError on a full disk.
        """
        settings = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
        try:
            self.leave(run.id)
            tickets, owner = self.tickets(), run.owner_hash
            mine = [one.number for one in tickets if Run(one.run_id, self.root / one.run_id).owner_hash == owner]
            number = max([one.number for one in tickets[:1]] + mine, default=0) + 1
            # Never the number that the run had before: its supervisor may still be about to say how that attempt ended.
            number += number == run.recorded().ticket
            write_text(self._file(number, run.id), json.dumps(settings))
            run.tell("state", state="queued", ticket=number)
        except OSError as error:
            self.leave(run.id)
            raise unusable(self.root, error) from error

    def leave(self, run_id: str) -> None:
        """Take a run out. To be called with the lock held."""
        for ticket in self.tickets():
            if ticket.run_id == run_id:
                ticket.path.unlink(missing_ok=True)
