"""This machine: runs queue, and one supervisor runs them one by one, at lower priority than the page. Knows run folders only."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

from filelock import Timeout

from ssti.backends.supervisor import supervisor_lock
from ssti.platform.errors import SSTIError
from ssti.recipe import Recipe
from ssti.runs.caps import refuse_too_many
from ssti.runs.cause import cause
from ssti.runs.process import alive
from ssti.runs.queue import FOLDER, Queue
from ssti.runs.run import Run
from ssti.runs.store import Store
from ssti.runs.worker import STOP

RESUMABLE = ("stopped", "failed", "interrupted")
AGAIN = 5.0  # seconds before a look starts another supervisor: one that cannot live is not started at every look


def launch(
    recipe: Recipe, with_control: bool = False, store: Store | None = None, owner: str | None = None
) -> list[Run]:
    """Check a recipe, make its run (and its control's), and queue them. Returns the runs, the poisoned one first.

    `owner` is the key of whoever asks (`Run.belongs_to`).
    Raises SSTIError, and makes nothing, when the recipe cannot run here, or too many runs wait on a server for many.
    """
    from ssti.finetune.check import check

    check(recipe)
    store = store or Store()
    recipes = [recipe, recipe.control()] if with_control and not recipe.is_control else [recipe]
    queue, runs = Queue(store.root), []
    with queue.locked():
        refuse_too_many(store, owner, len(recipes))
        try:
            for one in recipes:
                runs.append(store.create(one, control_of=runs[0].id if runs else None, owner=owner))
            for run in runs:
                queue.join(run)
        except SSTIError:
            for run in runs:
                queue.leave(run.id)
                store.discard(run)
            raise
    supervise(store.root, patient=False)
    return runs


def resume(run: Run) -> None:
    """Go on from the last checkpoint. Raises SSTIError while the run is going, or once it is done."""
    queue = Queue(run.path.parent)
    with queue.locked():
        state = run.state()
        if state not in RESUMABLE:
            raise SSTIError(
                f"The run {run.id} is {state}.", next="Only a stopped, failed or interrupted run resumes.", kind="run"
            )
        if run.held(patience=3):
            raise SSTIError(
                f"A worker is still at the run {run.id}.",
                next="Wait for its end, or end it: perhaps it runs on another machine that shares this folder.",
                kind="run",
            )
        refuse_too_many(Store(run.path.parent), None, 1, run.owner_hash)
        queue.join(run)
    supervise(run.path.parent, patient=False)


def stop(run: Run) -> None:
    """Ask a run to end. It keeps its adapter, and answers within a step; one that waits ends at once."""
    queue = Queue(run.path.parent)
    with queue.locked():
        progress = run.progress()
        if progress.state == "queued" and progress.ticket is not None:
            queue.leave(run.id)
            run.tell("state", state="stopped")
            return
    if not progress.going:
        return
    (run.path / STOP).touch()
    if progress.worker is not None and alive(progress.worker):
        with contextlib.suppress(ProcessLookupError):  # it ended just now
            os.kill(progress.worker.pid, signal.SIGTERM)


def wait(run: Run, timeout: float = float("inf")) -> str:
    """Wait until a run has ended and its supervisor has said all of it; its state. Raises TimeoutError."""
    end, queue = time.monotonic() + timeout, Queue(run.path.parent)
    while (progress := run.progress()).going or any(ticket.run_id == run.id for ticket in queue.tickets()):
        supervise(run.path.parent)
        if time.monotonic() > end:
            raise TimeoutError(f"{run.id} is still {progress.state}")
        time.sleep(0.2)
    return run.state()


class _Starter:
    """When this process last started a supervisor, and which: so that looks do not start one after another."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.at = float("-inf")

    def due(self, patient: bool) -> bool:
        with self.lock:
            if patient and time.monotonic() - self.at < AGAIN:
                return False
            self.at = time.monotonic()
            return True


_STARTER = _Starter()


def supervise(root: Path, patient: bool = True) -> None:
    """See to it that somebody starts what waits: start the supervisor, if tickets lie there and none lives.

    Cheap enough for every look. `patient`: not again within a few seconds, and without a word where it cannot be
    started, as the next look tries again. Otherwise raises SSTIError then; the runs keep their places.
    """
    try:
        if Queue(root).tickets() and not _supervised(root) and _STARTER.due(patient):
            _start_supervisor(root)
    except OSError as error:
        if patient:
            return
        why = cause(error)
        raise SSTIError(
            f"The run waits, but nothing could be started to run it: {error.strerror or error}.",
            next="Free memory or disk on this machine: it starts as soon as that is possible and somebody looks.",
            kind=why["cause"] if why["cause"] in ("memory", "disk") else "run",
        ) from error


def _start_supervisor(root: Path) -> None:
    with (root / FOLDER / "supervisor.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "ssti.backends.supervisor", str(root)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            cwd=Path(__file__).resolve().parents[2],
        )  # fmt: skip
    threading.Thread(target=process.wait, daemon=True).start()  # no zombie stays behind


def _supervised(root: Path) -> bool:
    try:
        with supervisor_lock(root).acquire(timeout=0):
            return False
    except Timeout:
        return True
