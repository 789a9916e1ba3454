"""The run folders of this machine: create, list, find, remove. Starts nothing."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coolname import generate_slug
from filelock import FileLock, Timeout

from ssti.platform.errors import SSTIError, nearest
from ssti.platform.home import home, write_text
from ssti.platform.language import tr
from ssti.platform.server import shared_server
from ssti.recipe import Recipe
from ssti.runs.files import reason, write_owner
from ssti.runs.run import BACKEND, GROUP, Run

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
SECRET = re.compile(r".+-[0-9a-f]{15}(-control)?")  # a name that nobody guesses (`Store.create`), and its control's
NEEDED = 200 * 2**20  # bytes free before a run starts: two checkpoints, an adapter and logs, generously
REMOVED = ".removed-"  # how the folders begin that runs are moved into before they are deleted
QUEUE = ".queue"  # the folder of what waits, beside the runs
PATIENCE = 30  # seconds to wait for whoever changes the runs; a change takes milliseconds


class Store:
    """The folder `<home>/runs`."""

    def __init__(self, root: Path | None = None) -> None:
        self.root = root or home() / "runs"

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else submits, starts, stops or removes a run meanwhile. Raises SSTIError where that cannot be had."""
        try:
            (self.root / QUEUE).mkdir(parents=True, exist_ok=True)
            lock = FileLock(self.root / QUEUE / "lock", timeout=PATIENCE)
            lock.acquire()
        except Timeout as error:
            raise SSTIError(
                tr("Another process has held the queue of runs for {count} seconds.", count=PATIENCE),
                next=tr("Try again; restart the page if it stays so."),
                kind="run",
            ) from error
        except OSError as error:
            raise unusable(self.root, error) from error
        try:
            yield
        finally:
            lock.release()

    def create(
        self, recipe: Recipe, backend: str = "local", control_of: str | None = None, owner: str | None = None,
        group: str | None = None,
    ) -> Run:  # fmt: skip
        """A new run with its recipe written, all at once. Raises SSTIError where the disk is full or read-only.

        `backend` is the name of the one that will execute it, `owner` the key of whoever starts it: its hash is written. `group` (`new_group`) is that of the runs it belongs to.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self.root).free
            if free < NEEDED:
                raise SSTIError(
                    tr(
                        "The disk has {left:.0f} MiB left; a run needs {needed:.0f}.",
                        left=free / 2**20,
                        needed=NEEDED / 2**20,
                    ),
                    next=tr("Remove old runs (python -m ssti runs rm ID), or set SSTI_HOME to another disk."),
                    kind="disk",
                )
            name = f"{control_of}-control" if control_of else self._new_name(secret=bool(shared_server()))
            return self._make(name, recipe, backend, owner, group)
        except OSError as error:
            raise SSTIError(
                tr("A run folder cannot be made in {folder}: {reason}.", folder=self.root, reason=reason(error)),
                next=tr("Free the disk, or set SSTI_HOME to a folder that can be written."),
                kind="disk",
            ) from error

    def _new_name(self, secret: bool) -> str:
        """Two words that no run here is called by, such as `lush-chameleon`; of some 370,000.

        Where strangers come its name is the link to it, so that a `secret` one has 60 random bits after the words.
        """
        ending = f"-{secrets.token_hex(8)[:15]}" if secret else ""
        while (self.root / (name := generate_slug(2) + ending)).exists():
            pass
        return name

    def _make(self, name: str, recipe: Recipe, backend: str, owner: str | None, group: str | None) -> Run:
        path = self.root / name
        beside = Path(tempfile.mkdtemp(prefix=".new-", dir=self.root))
        try:
            beside.chmod(0o755)
            write_text(beside / "recipe.yaml", recipe.to_yaml())
            write_text(beside / BACKEND, backend + "\n")
            if owner is not None:
                write_owner(beside, owner)
            if group is not None:
                write_text(beside / GROUP, group + "\n")
            if path.exists():
                raise SSTIError(
                    tr("There is a run {name} already.", name=name),
                    next=tr("Open or resume that one, or remove it."),
                    kind="run",
                )
            beside.rename(path)
        finally:
            shutil.rmtree(beside, ignore_errors=True)
        return Run(name, path)

    def list(self) -> list[Run]:
        """All runs, newest first, the damaged ones too: any folder of a run's name is one."""
        try:
            with os.scandir(self.root) as entries:
                names = [entry.name for entry in entries if ID.fullmatch(entry.name) and entry.is_dir()]
        except OSError:
            return []
        dated = [(_made(self.root / name), Run(name, self.root / name)) for name in names]
        return [run for _, run in sorted(dated, key=lambda pair: (pair[0], pair[1].id), reverse=True)]

    def find(self, id: str) -> Run:
        """One run by its id, damaged or not. Raises SSTIError when there is none."""
        run = Run(id, self.root / id)
        if not ID.fullmatch(id) or not run.path.is_dir():
            names = [r.id for r in self.list()]
            raise SSTIError(
                tr("There is no run {id!r:.100}{nearest}.", id=id, nearest=nearest(id, names)),
                next=tr("List them: {command}", command="python -m ssti runs list"),
                kind="run",
            )
        return run

    def remove(self, run: Run) -> None:
        """Delete a run's folder. Raises SSTIError where that cannot be done. To be called with the lock held."""
        try:
            aside = Path(tempfile.mkdtemp(prefix=REMOVED, dir=self.root))
            run.path.rename(aside / run.id)
        except OSError as error:
            raise SSTIError(
                tr("The folder of {run} cannot be removed: {reason}.", run=run.id, reason=reason(error)),
                next=tr("Delete it by hand: {path}", path=run.path),
                kind="disk",
            ) from error
        shutil.rmtree(aside, ignore_errors=True)
        if aside.exists():
            raise SSTIError(
                tr("The run {run} is out of the list, but not all of its files could be deleted.", run=run.id),
                next=tr("Delete by hand: {path}", path=aside),
                kind="disk",
            )

    def discard(self, run: Run) -> None:
        """Take back a run that was made and never submitted."""
        shutil.rmtree(run.path, ignore_errors=True)


def guessable(id: str) -> bool:
    """Whether somebody could guess a run's name: of those from before strangers came, or of a shell that knew of none."""
    return SECRET.fullmatch(id) is None


def new_group() -> str:
    """A name for runs that belong together, which no other runs have."""
    return secrets.token_hex(8)


def unusable(root: Path, error: OSError) -> SSTIError:
    """That nothing can be queued in a folder of runs, and what to do."""
    return SSTIError(
        tr("The queue of runs in {folder} cannot be used: {reason}.", folder=root, reason=reason(error)),
        next=tr("Free the disk, or set SSTI_HOME to a folder that can be written."),
        kind="disk",
    )


def _made(path: Path) -> float:
    """When a run was made; of a damaged one when its folder was last changed."""
    for file in (path / "recipe.yaml", path):
        try:
            return file.stat().st_mtime
        except OSError:
            continue
    return 0.0
