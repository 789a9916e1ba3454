"""This machine: a process per run, in a session of its own, at lower priority than the page. Knows run folders only."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time

from ssti.errors import SSTIError
from ssti.recipe import Recipe
from ssti.runs.run import Run, alive, worker_mark
from ssti.runs.store import Store
from ssti.runs.worker import STOP

NICE = 10


def launch(
    recipe: Recipe, with_control: bool = False, store: Store | None = None, owner: str | None = None
) -> list[Run]:
    """Check a recipe, make its run (and its control's), and start them. Returns the runs, the poisoned one first.

    `owner` is the key of whoever asks (`Run.belongs_to`).
    Raises SSTIError, and makes nothing, when the recipe cannot run here.
    """
    from ssti.finetune.check import check

    check(recipe)
    store = store or Store()
    runs = [store.create(recipe, owner=owner)]
    start(runs[0])
    if with_control and not recipe.is_control:
        runs.append(store.create(recipe.control(), control_of=runs[0].id, owner=owner))
        start(runs[1])
    return runs


def start(run: Run, resume: bool = False) -> None:
    """Start a worker for a run; it waits by itself until the runs before it have ended."""
    (run.path / STOP).unlink(missing_ok=True)
    command = [sys.executable, "-m", "ssti.runs.worker", str(run.path), *(["--resume"] if resume else [])]
    environment = {**os.environ, "TOKENIZERS_PARALLELISM": "false", "PYTHONUNBUFFERED": "1"}
    with (run.path / "log.txt").open("ab") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=environment,
            cwd=os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
        )  # fmt: skip
    run.tell("state", state="queued", worker=worker_mark(process.pid))
    if hasattr(os, "setpriority"):
        os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
    threading.Thread(target=process.wait, daemon=True).start()  # no zombie stays behind


def resume(run: Run) -> None:
    """Go on from the last checkpoint. Raises SSTIError while the run is going, or once it is done."""
    state = run.state()
    if state not in ("stopped", "failed", "interrupted"):
        raise SSTIError(
            f"The run {run.id} is {state}.", next="Only a stopped, failed or interrupted run resumes.", kind="run"
        )
    start(run, resume=True)


def stop(run: Run) -> None:
    """Ask a run to end. It keeps its adapter, and answers within a step."""
    if not run.progress().going:
        return
    (run.path / STOP).touch()
    before, worker = run.state(), _worker(run)
    if worker and alive(worker):
        with contextlib.suppress(ProcessLookupError):  # it ended just now
            os.kill(worker["pid"], signal.SIGTERM)
    if before == "queued":
        _tell_if_unheard(run, worker)


def _tell_if_unheard(run: Run, worker: dict | None) -> None:
    """A worker that has only just been started dies of the signal without a word; then the word is said here."""
    end = time.monotonic() + 1.0
    while alive(worker) and time.monotonic() < end:
        time.sleep(0.02)
    if run.state() == "interrupted":
        run.tell("state", state="stopped")


def wait(run: Run, timeout: float = float("inf")) -> str:
    """Wait until a run has ended; its state. Raises TimeoutError."""
    end = time.monotonic() + timeout
    while run.progress().going:
        if time.monotonic() > end:
            raise TimeoutError(f"{run.id} is still {run.state()}")
        time.sleep(0.2)
    return run.state()


def _worker(run: Run) -> dict | None:
    marks = [e["worker"] for e in run.events() if e["kind"] == "state" and "worker" in e]
    return marks[-1] if marks else None
