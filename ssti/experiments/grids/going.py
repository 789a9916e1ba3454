"""A grid that was started: a folder that outlives the page, the server and the grid's own process.

    <home>/experiments/grids/<id>/grid.json  progress.json  log.txt

`grid.json` is what it is (`Asked`), `progress.json` how far it is and which process is at it, replaced whole at each cell.
What cells came to stands in the journal. One grid at a time is at work in a home.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock
from pydantic import BaseModel, ValidationError

from ssti.backends.machine.process import alive, worker_mark
from ssti.experiments.grids.asked import Asked
from ssti.experiments.run import Progress
from ssti.platform.errors import SSTIError
from ssti.platform.home import home, write_text
from ssti.platform.language import later, tr
from ssti.runs.cause import cause
from ssti.runs.files import read_text

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")
LARGEST = 2**20  # bytes of a file that is read
PATIENCE = 5.0  # seconds that a grid has to end its workers
NEXT = later("Wait until it is through, or stop it on the Experiments tab. What it has done is kept.")
State = Literal["going", "done", "stopped", "failed", "interrupted"]


class Standing(BaseModel):
    """How far a grid is. `eta` is in seconds, as of `at`; `error` is the last failed cell's, or what ended the grid."""

    state: State = "going"
    worker: dict[str, Any] | None = None
    workers: int = 0
    total: int = 0
    before: int = 0
    done: int = 0
    failed: int = 0
    eta: float | None = None
    seconds: float = 0.0
    at: float = 0.0
    error: dict[str, str] | None = None

    @property
    def left(self) -> float | None:
        """Seconds that it takes still, as far as that is known now."""
        return None if self.eta is None else max(0.0, self.eta - (time.time() - self.at))


@dataclass(frozen=True)
class Started:
    """One grid's folder."""

    id: str
    path: Path
    asked: Asked

    def standing(self) -> Standing:
        """As its process wrote it last; one whose process is gone without a word is `interrupted`."""
        try:
            said = Standing.model_validate_json(read_text(self.path / "progress.json", LARGEST))
        except (OSError, ValidationError):
            return Standing(state="interrupted")
        if said.state == "going" and not alive(said.worker):
            return said.model_copy(update={"state": "interrupted", "eta": None})
        return said

    def write(self, standing: Standing) -> None:
        """Replace what is said of it."""
        write_text(self.path / "progress.json", standing.model_copy(update={"at": time.time()}).model_dump_json())


def folder() -> Path:
    """Where the grids of this machine stand."""
    return home() / "experiments" / "grids"


def started() -> list[Started]:
    """All that were started, the newest first. A folder that is damaged hides no other."""
    found = []
    with contextlib.suppress(OSError):
        paths = [path for path in folder().iterdir() if ID.fullmatch(path.name)]
        for path in paths:
            with contextlib.suppress(SSTIError):
                found.append(find(path.name))
    return sorted(found, key=lambda one: _when(one.path), reverse=True)


def find(id: str) -> Started:
    """The grid of this id. Raises SSTIError where there is none, or where it cannot be read."""
    path = folder() / id
    if not ID.fullmatch(id) or not path.is_dir():
        raise SSTIError(tr("There is no grid {id!r:.60}.", id=id), tr("Choose one of the list."))
    try:
        return Started(id, path, Asked.model_validate_json(read_text(path / "grid.json", LARGEST)))
    except (OSError, ValidationError) as error:
        raise SSTIError(
            tr("The grid {id} is damaged: its grid.json cannot be read.", id=id), tr("Remove its folder."), "damaged"
        ) from error


def going() -> Started | None:
    """The grid that is at work now, if one is."""
    return next((one for one in started() if one.standing().state == "going"), None)


def start(asked: Asked, workers: int | None = None) -> Started:
    """Start a grid, or let it go on, in a process of its own that outlives this one. Raises SSTIError while one is at work."""
    asked.cells()  # refused here, not in a log

    def begin(one: Started) -> int:
        command = [sys.executable, "-m", "ssti.experiments.grids.process", str(one.path)]
        command += [] if workers is None else [str(workers)]
        with (one.path / "log.txt").open("ab") as log:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
                cwd=Path(__file__).resolve().parents[3],
                env={"OMP_WAIT_POLICY": "PASSIVE", "PYTHONUNBUFFERED": "1", **os.environ},
            )  # fmt: skip
        threading.Thread(target=process.wait, daemon=True).start()  # no zombie stays behind
        return process.pid

    return _enter(asked, begin)


def stop(one: Started) -> None:
    """End a grid and its workers at once. What it has done stays in the journal; the cells at work are lost."""
    mark = one.standing().worker
    for sign in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        end = time.monotonic() + PATIENCE
        with contextlib.suppress(ProcessLookupError):
            if alive(mark):
                os.kill(mark["pid"], sign)
        while alive(mark) and time.monotonic() < end:
            time.sleep(0.05)
    standing = one.standing()
    if standing.state == "interrupted":
        one.write(standing.model_copy(update={"state": "stopped"}))


@contextmanager
def following(asked: Asked, workers: int) -> Iterator[Callable[[Progress], None]]:
    """Keep the folder of a grid that this process runs; gives what is to be called with each `Progress`.

    SIGTERM ends the block as Ctrl-C does. Raises SSTIError while another grid is at work.
    """
    one = _enter(asked, lambda started: os.getpid())
    standing = one.standing().model_copy(update={"workers": workers})

    def report(progress: Progress) -> None:
        nonlocal standing
        error = progress.last and progress.last.error or standing.error
        fields = {name: getattr(progress, name) for name in ("total", "before", "done", "failed", "eta", "seconds")}
        standing = standing.model_copy(update={**fields, "error": error})
        one.write(standing)

    def end(state: State, error: dict[str, str] | None = None) -> None:
        one.write(standing.model_copy(update={"state": state, "eta": None, "error": error or standing.error}))

    with _term_is_ctrl_c():
        try:
            yield report
        except (KeyboardInterrupt, SystemExit):
            end("stopped")
            raise
        except BaseException as error:
            end("failed", cause(error))
            raise
        end("done")


def _enter(asked: Asked, begin: Callable[[Started], int]) -> Started:
    """Make the grid's folder, and say that the process which `begin` gives is at it; one at a time."""
    root = folder()
    root.mkdir(parents=True, exist_ok=True)
    with FileLock(root / ".lock"):
        other = going()
        if other and other.standing().worker["pid"] != os.getpid():
            raise SSTIError(tr("A grid is at work already: {title}.", title=other.asked.title), tr(NEXT), "busy")
        one = Started(asked.id, root / asked.id, asked)
        write_text(one.path / "grid.json", asked.model_dump_json())
        one.write(Standing(worker=worker_mark(begin(one))))
    return one


@contextmanager
def _term_is_ctrl_c() -> Iterator[None]:
    """In the main thread, SIGTERM raises KeyboardInterrupt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _when(path: Path) -> float:
    try:
        return (path / "progress.json").stat().st_mtime
    except OSError:
        return 0.0
