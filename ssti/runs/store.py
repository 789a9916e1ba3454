"""The runs of this machine: made, listed, found and removed. Knows folders, starts nothing."""

from __future__ import annotations

import contextlib
import re
import shutil
from pathlib import Path

from ssti.errors import SSTIError, nearest
from ssti.home import home, write_text
from ssti.recipe import Recipe
from ssti.runs.names import new_name
from ssti.runs.owner import write_owner
from ssti.runs.run import GOING, Run

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
NEEDED = 200 * 2**20  # bytes free before a run starts: two checkpoints, an adapter and logs, with room


class Store:
    """The folder `<home>/runs`."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or home() / "runs"

    def create(self, recipe: Recipe, control_of: str | None = None, owner: str | None = None) -> Run:
        """A new run, queued, with its recipe written. Raises SSTIError where the disk has no room or no leave.

        `owner` is the key of whoever starts it; only its hash is written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self.root).free
            if free < NEEDED:
                raise SSTIError(
                    f"The disk has {free / 2**20:.0f} MiB left; a run needs {NEEDED / 2**20:.0f}.",
                    next="Remove old runs (python -m ssti runs rm ID), or set SSTI_HOME to another disk.",
                    kind="disk",
                )
            name = f"{control_of}-control" if control_of else new_name({p.name for p in self.root.iterdir()})
            path = self.root / name
            path.mkdir()
            if owner is not None:
                write_owner(path, owner)
            write_text(path / "recipe.yaml", recipe.to_yaml())
        except FileExistsError as error:
            raise SSTIError(
                f"{control_of} has a control already.", next="Open or resume that one.", kind="run"
            ) from error
        except OSError as error:
            raise SSTIError(
                f"A run folder cannot be made in {self.root}: {error.strerror or error}.",
                next="Free the disk, or set SSTI_HOME to a folder that can be written.",
                kind="disk",
            ) from error
        return Run(name, path)

    def list(self) -> list[Run]:
        """All runs, newest first."""
        if not self.root.is_dir():
            return []
        found = []
        for path in self.root.iterdir():
            if ID.fullmatch(path.name):
                with contextlib.suppress(OSError):  # no run, or removed at this moment
                    found.append(((path / "recipe.yaml").stat().st_mtime, Run(path.name, path)))
        return [run for _, run in sorted(found, key=lambda pair: (pair[0], pair[1].id), reverse=True)]

    def find(self, id: str) -> Run:
        """One run by its id. Raises SSTIError when there is none."""
        run = Run(id, self.root / id)
        if not ID.fullmatch(id) or not (run.path / "recipe.yaml").is_file():
            names = [r.id for r in self.list()]
            raise SSTIError(
                f"There is no run {id!r}{nearest(id, names)}.", next="List them: python -m ssti runs list", kind="run"
            )
        return run

    def remove(self, id: str) -> None:
        """Delete a run that has ended. Raises SSTIError while its worker is at it."""
        run = self.find(id)
        if run.state() in GOING:
            raise SSTIError(
                f"The run {id} is still going.", next=f"Stop it first: python -m ssti runs stop {id}", kind="run"
            )
        shutil.rmtree(run.path)

    def waiting_before(self, run: Run) -> list[Run]:
        """The going runs that stand before this one in the queue."""
        mine = (_queued_at(run), run.id)
        return [r for r in self.list() if r.id != run.id and (_queued_at(r), r.id) < mine and r.state() in GOING]

    def going(self) -> list[Run]:
        """The runs that have a worker, the one at work first."""
        going = [r for r in self.list() if r.state() in GOING]
        return sorted(going, key=lambda r: (_queued_at(r), r.id))


def _queued_at(run: Run) -> float:
    told = [e["t"] for e in run.events() if e["kind"] == "state" and e.get("state") == "queued"]
    return told[-1] if told else 0.0
