"""One process for each folder of runs: starts the worker whose turn it is, waits for its end, goes on, and ends itself.

One run at a time, or one for each GPU where there are several. It holds a lock, so that there is one of it. It reads no
events but those of the runs whose turn it is, and sleeps in the kernel while these work. Where it is killed, nothing is lost: the tickets stay, a worker lives on, and the next one takes
over (`ssti.backends.local`).

Run as: python -m ssti.backends.machine.supervisor RUNS_FOLDER
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import threading
import time
import traceback
from collections import deque
from pathlib import Path

from filelock import Timeout

from ssti.backends.machine.process import alive
from ssti.backends.machine.queue import Queue, Ticket
from ssti.models.machine.cgroup import out_of_memory_kills
from ssti.models.machine.memory import VISIBLE, gpus
from ssti.runs.cause import cause, cause_of_death
from ssti.runs.progress import GOING
from ssti.runs.run import Run
from ssti.runs.store import REMOVED, Store
from ssti.runs.worker import HELD

NICE = 10
LOOK = 0.5  # seconds between two looks at a worker that an earlier supervisor started; an own one is waited for
LAST_WORDS = 32 * 2**10  # bytes of the end of a log


def main(arguments: list[str] | None = None) -> int:
    """Run everything that waits. Exit code 0 once nothing does, or where another supervisor is at it."""
    root = Path((sys.argv[1:] if arguments is None else arguments)[0]).resolve()
    store, queue = Store(root), Queue(root)
    lock = queue.supervisor_lock()
    try:
        lock.acquire(timeout=1)  # whoever only asks whether it is held lets go at once
    except Timeout:
        return 0
    for left in root.glob(f"{REMOVED}*"):  # by a process that died while it removed a run
        shutil.rmtree(left, ignore_errors=True)
    places = deque(gpus() or ("",))
    working: dict[Ticket, tuple[threading.Thread, str]] = {}
    while True:
        for ticket, (thread, place) in list(working.items()):
            if not thread.is_alive():
                del working[ticket]
                places.append(place)
        with store.locked():
            waiting = [ticket for ticket in queue.tickets() if ticket not in working]
            if not waiting and not working:
                lock.release()  # before the queue's: whoever joins next finds that nobody supervises
                return 0
        if waiting and places:
            thread = threading.Thread(target=see_to, args=(store, waiting[0], place := places.popleft()))
            working[waiting[0]] = (thread, place)
            thread.start()
        else:
            thread, _ = next(iter(working.values()))
            thread.join(LOOK if places or len(working) > 1 else None)


def see_to(store: Store, ticket: Ticket, place: str = "") -> None:
    """Do what a run needs until it has ended, at a place, and take its ticket back. Never raises."""
    run = Run(ticket.run_id, store.root / ticket.run_id)
    try:
        attend(run, ticket, place)
    except Exception as error:  # one run's damage must not hold up the others
        traceback.print_exc()
        with contextlib.suppress(OSError):  # which may be that nothing can be written into its folder
            record_failure(run, ticket, cause(error))
    with store.locked():
        ticket.path.unlink(missing_ok=True)


def attend(run: Run, ticket: Ticket, place: str = "") -> None:
    """Do what a run needs until it has ended: start its worker, or wait for the one that it has."""
    while (recorded := run.recorded()).state in GOING and recorded.ticket == ticket.number:
        if recorded.state != "queued":
            if not alive(recorded.worker):
                return
            time.sleep(LOOK)
            continue
        code, last_words, ran_out = execute(run, ticket, place)
        if code == HELD:
            with run.lock().acquire(poll_interval=LOOK):  # an earlier supervisor's worker, before its first word
                continue
        why = cause_of_death(code, last_words, ran_out)
        if why is not None:
            record_failure(run, ticket, why)
        return


def execute(run: Run, ticket: Ticket, place: str = "") -> tuple[int, str, bool]:
    """Run a worker to its end: its exit code, the end of what it wrote, and whether the memory ran out meanwhile."""
    command = [sys.executable, "-m", "ssti.backends.machine.process", str(run.path)]
    environment = {"OMP_WAIT_POLICY": "PASSIVE"} | environment_at(ticket, place)  # as in app.py
    kills = out_of_memory_kills()
    with (run.path / "log.txt").open("ab") as log:
        start = log.tell()
        process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=environment
        )
    if hasattr(os, "setpriority"):
        with contextlib.suppress(OSError):  # it has ended already
            os.setpriority(os.PRIO_PROCESS, process.pid, NICE)
    code = process.wait()
    ran_out = code < 0 and out_of_memory_kills() > kills
    return code, _end_of(run.path / "log.txt", start), ran_out


def environment_at(ticket: Ticket, place: str) -> dict[str, str]:
    """A worker's environment: of the GPUs it sees the one of its place, unless its submitter named others."""
    environment = {**ticket.environment(), "TOKENIZERS_PARALLELISM": "false", "PYTHONUNBUFFERED": "1"}
    if place and place in environment.get(VISIBLE, place).split(","):
        environment[VISIBLE] = place
    return environment


def _end_of(file: Path, start: int) -> str:
    with file.open("rb") as log:
        size = log.seek(0, os.SEEK_END)
        log.seek(max(start, size - LAST_WORDS))
        return log.read().decode("utf-8", "replace")


def record_failure(run: Run, ticket: Ticket, why: dict[str, str]) -> None:
    """Record why a run failed whose worker died without a word, unless it was queued again meanwhile."""
    with Store(run.path.parent).locked():
        recorded = run.recorded()
        if recorded.state in GOING and recorded.ticket == ticket.number and not alive(recorded.worker):
            run.tell("error", **why)
            run.tell("state", state="failed")


def start_supervisor(queue: Queue, module: str) -> None:
    """Start what sees to a queue in a session of its own. Raises OSError where no process can be started."""
    with (queue.folder / "supervisor.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", module, str(queue.root)],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            cwd=Path(__file__).resolve().parents[3],
        )  # fmt: skip
    threading.Thread(target=process.wait, daemon=True).start()  # no zombie stays behind


if __name__ == "__main__":
    sys.exit(main())
