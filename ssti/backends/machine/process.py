"""A run's worker as a process of this machine: which one it is, and whether it still lives, whatever the clock does.

Run as: python -m ssti.backends.machine.process RUN_FOLDER
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from ssti.runs.run import Run
from ssti.runs.worker import Worker


class WorkerMark(BaseModel):
    """A process, told apart from a later one of the same number.

    On Linux by the kernel's ticks at its start and the boot that they count from, which no change of the clock moves.
    `started` is a time (seconds since 1970): of other systems, and of events from before ticks were written.
    """

    pid: int = Field(ge=1, le=2**31)
    ticks: int | None = Field(None, ge=0)
    boot: str = ""
    started: float | None = None


def worker_mark(pid: int) -> dict[str, Any]:
    """What an event records of a living process, for `alive`. Raises ProcessLookupError where there is none."""
    if sys.platform == "linux":
        _, ticks = _stat(pid)
        return {"pid": pid, "ticks": ticks, "boot": _boot()}
    import psutil

    try:
        return {"pid": pid, "started": psutil.Process(pid).create_time()}
    except psutil.Error as error:
        raise ProcessLookupError(str(error)) from error


def alive(recorded: Mapping[str, Any] | None) -> bool:
    """Whether the process of this mark, as an event recorded it, still runs; a zombie does not."""
    try:
        mark = WorkerMark.model_validate(recorded)
    except ValidationError:  # None, or damaged
        return False
    if mark.ticks is None:
        return _alive_by_time(mark)
    try:
        state, ticks = _stat(mark.pid)
    except ProcessLookupError:
        return False
    return ticks == mark.ticks and mark.boot == _boot() and state not in "ZX"


def _stat(pid: int) -> tuple[str, int]:
    """The state and the start of a process (proc(5): fields 3 and 22, after a name that may hold anything)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return fields[0], int(fields[19])
    except (OSError, IndexError, ValueError) as error:
        raise ProcessLookupError(f"there is no process {pid}") from error


@cache
def _boot() -> str:
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _alive_by_time(mark: WorkerMark) -> bool:
    import psutil

    try:
        process = psutil.Process(mark.pid)
        same = mark.started is not None and abs(process.create_time() - mark.started) < 1.5
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def main(arguments: list[str] | None = None) -> int:
    """Execute one run in this process; the exit codes are those of `ssti.runs.worker`."""
    path = Path((sys.argv[1:] if arguments is None else arguments)[0]).resolve()
    worker = Worker(Run(path.name, path), worker_mark(os.getpid()))
    signal.signal(signal.SIGTERM, lambda *_: _terminate(worker))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the server is not meant for the run
    return worker.execute()


def _terminate(worker: Worker) -> None:
    """Ask the worker to end; at once where nothing was trained yet, as an import cannot be waited for."""
    worker.asked = True
    if worker.state == "queued":
        os._exit(128 + signal.SIGTERM)  # whoever takes a run out of the queue says so himself
    if worker.state == "starting":
        worker.enter("stopped")
        os._exit(0)


if __name__ == "__main__":
    sys.exit(main())
