"""The queue: tickets in their order, one supervisor that loses nothing, a worker that has its folder for itself.

The runs of most tests fail at once, in a real worker, before torch is loaded: what is looked at is who runs when.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import psutil
import pytest

from ssti.backends.control import going, launch, progress, resume, stop, wait
from ssti.backends.local import LOCAL
from ssti.backends.machine.process import alive
from ssti.backends.machine.queue import Queue
from ssti.platform.errors import SSTIError
from ssti.recipe import preset
from ssti.runs.run import Run
from ssti.runs.store import Store

ROOT = Path(__file__).resolve().parents[2]
REFUSED = preset("demo").set("training.max_length=4096")  # more than the model reads: its worker says so and ends


@pytest.fixture
def store(home: Path) -> Store:
    store = Store()
    store.root.mkdir(parents=True)
    return store


def submit(store: Store, count: int = 1, recipe=REFUSED) -> list[Run]:
    """Runs that wait, and nobody who would start them."""
    runs = [store.create(recipe) for _ in range(count)]
    with store.locked():
        for run in runs:
            Queue(store.root).join(run)
    return runs


def supervisors(store: Store) -> list[psutil.Process]:
    """The living supervisors of these runs."""
    found = []
    for process in psutil.process_iter():
        try:
            words = process.cmdline()
            if (
                "ssti.backends.machine.supervisor" in words
                and words[-1] == str(store.root)
                and process.status() != "zombie"
            ):
                found.append(process)
        except psutil.Error:
            continue
    return found


def until(reached, timeout: float = 60):
    end = time.monotonic() + timeout
    while not (value := reached()):
        assert time.monotonic() < end
        time.sleep(0.05)
    return value


def starts(run: Run) -> list[float]:
    return [e.m for e in run.events() if e.kind == "state" and e.state == "starting"]


def test_runs_start_in_the_order_of_their_tickets_and_the_supervisor_ends_by_itself(store):
    runs = submit(store, 3)
    LOCAL.tend(store.root, eager=True)
    assert [wait(run, 60) for run in runs] == ["failed"] * 3
    assert all("training.max_length" in progress(run).error["message"] for run in runs)
    begun = [starts(run) for run in runs]
    assert [len(times) for times in begun] == [1, 1, 1] and sorted(begun) == begun
    until(lambda: not Queue(store.root).tickets())
    until(lambda: not supervisors(store))


def test_what_waits_is_queued_with_no_supervisor_and_no_worker(store):
    first, second = submit(store, 2)
    assert [progress(first).state, progress(second).state] == ["queued", "queued"]
    assert going(store) == [first, second]
    assert not supervisors(store)


def test_a_run_that_was_never_submitted_or_whose_ticket_is_lost_is_interrupted_and_resumes(store):
    never, lost = store.create(REFUSED), submit(store)[0]
    Queue(store.root).tickets()[0].path.unlink()
    for run in (never, lost):
        assert progress(run).state == "interrupted"
        resume(run)
        assert wait(run, 60) == "failed"


def test_a_waiting_run_is_stopped_without_any_process(store):
    first, second = submit(store, 2)
    with Queue(store.root).supervisor_lock():
        stop(second)
        assert (progress(first).state, progress(second).state) == ("queued", "stopped")
        assert [ticket.run_id for ticket in Queue(store.root).tickets()] == [first.id]
        assert not starts(second)


def test_a_worker_whose_run_was_stopped_meanwhile_ends_without_a_word(store):
    run = submit(store)[0]
    with Queue(store.root).supervisor_lock():
        stop(run)
        before = len(run.events())
        done = subprocess.run(
            [sys.executable, "-m", "ssti.backends.machine.process", str(run.path)], cwd=ROOT, timeout=60
        )
    assert done.returncode == 0 and len(run.events()) == before


def test_a_second_worker_of_a_folder_ends_at_once_in_words(store):
    run = submit(store)[0]
    with run.lock():
        command = [sys.executable, "-m", "ssti.backends.machine.process", str(run.path)]
        done = subprocess.run(command, cwd=ROOT, timeout=60, capture_output=True, text=True)
    assert done.returncode == 3 and "Another worker is at the run" in done.stderr
    assert progress(run).state == "queued" and not starts(run)


def test_the_supervisor_waits_for_a_worker_that_holds_the_folder_and_has_said_nothing(store):
    run = submit(store)[0]
    with run.lock():
        LOCAL.tend(store.root, eager=True)
        until(lambda: (run.path / "log.txt").exists() and "Another worker" in (run.path / "log.txt").read_text())
        assert progress(run).state == "queued" and not starts(run)
    assert wait(run, 60) == "failed"
    assert len(starts(run)) == 1


def test_resume_is_refused_while_a_worker_holds_the_folder(store, monkeypatch):
    monkeypatch.setattr("ssti.backends.control.PATIENCE", 0.1)
    run = store.create(REFUSED)
    with run.lock(), pytest.raises(SSTIError, match="still at the run"):
        resume(run)
    assert progress(run).state == "interrupted"


def test_many_who_submit_at_once_get_tickets_of_their_own_and_one_supervisor(store):
    runs: list[Run] = []

    def one():
        runs.extend(submit(store))
        LOCAL.tend(store.root, eager=True)

    threads = [threading.Thread(target=one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [wait(run, 60) for run in runs] == ["failed"] * 6
    numbers = [next(e.ticket for e in run.events() if e.kind == "state") for run in runs]
    assert len(set(numbers)) == 6
    assert all(len(starts(run)) == 1 for run in runs)


def test_strange_files_in_the_queue_and_a_damaged_ticket_hold_nobody_up(store):
    gone, run = submit(store, 2)
    for name in ("000000000000-gone-run", "000000000001-../x".replace("/", "%"), "notes.txt", "000000000000-", "x"):
        (store.root / ".queue" / name).write_bytes(b"\xff\xfe")
    (store.root / ".queue" / "000000000000-folder").mkdir()
    Queue(store.root).tickets()[-1].path.write_bytes(b"[" * 10**5)
    store.discard(gone)
    LOCAL.tend(store.root, eager=True)
    assert wait(run, 60) == "failed"


def test_a_damaged_run_whose_turn_it_is_does_not_hold_up_the_next(store):
    damaged, unreadable, silent, locked, run = submit(store, 5)
    (silent.path / "log.txt").mkdir()
    (locked.path / "lock").mkdir()
    (damaged.path / "recipe.yaml").write_bytes(b"\xff")
    (unreadable.path / "events.jsonl").unlink()
    (unreadable.path / "events.jsonl").mkdir()
    LOCAL.tend(store.root, eager=True)
    assert wait(run, 60) == "failed"
    assert progress(damaged).state == progress(unreadable).state == "damaged"
    assert progress(silent).state == progress(locked).state == "failed"
    assert progress(silent).error["message"] and progress(locked).error["next"]


def test_a_worker_that_is_killed_before_its_first_word_leaves_a_run_that_resumes(store):
    run = submit(store)[0]
    with store.locked():  # the worker cannot begin
        LOCAL.tend(store.root, eager=True)
        (supervisor,) = until(lambda: supervisors(store))
        # The supervisor needs the lock to read the tickets: let go, and catch the worker as it comes.
    (worker,) = until(supervisor.children)
    worker.kill()
    assert wait(run, 60) in ("interrupted", "failed")
    resume(run)
    assert wait(run, 60) == "failed" and "training.max_length" in progress(run).error["message"]


def test_the_submitters_settings_reach_the_worker_and_no_secret_reaches_the_disk(store, monkeypatch):
    monkeypatch.setenv("SSTI_DEVICE", "cpu")
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    submit(store)
    (ticket,) = Queue(store.root).tickets()
    assert "hf_secret" not in ticket.path.read_text()
    monkeypatch.setenv("SSTI_DEVICE", "cuda")  # the supervisor's own
    assert ticket.environment()["SSTI_DEVICE"] == "cpu"


@pytest.mark.slow
def test_a_thousand_ended_and_fifty_waiting_runs_cost_nothing_and_a_killed_supervisor_loses_nothing(store):
    from tests_support import SHORT

    ended = store.create(REFUSED)
    ended.tell("state", state="done")
    for number in range(1000):
        folder = store.root / f"ended-{number}"
        folder.mkdir()
        for name in ("recipe.yaml", "events.jsonl"):
            (folder / name).write_bytes((ended.path / name).read_bytes())
    (first,) = launch(preset("demo").set(*SHORT, "training.steps=3000", "evaluation.every=1000"))
    waiting = submit(store, 50)
    until(lambda: progress(first).step >= 1, timeout=180)
    (supervisor,) = supervisors(store)
    worker = progress(first).worker

    def cost() -> tuple[int, float]:
        times = supervisor.cpu_times()
        return supervisor.io_counters().read_count, times.user + times.system

    before = cost()
    time.sleep(3)
    assert cost() == before
    assert [child.pid for child in supervisor.children(recursive=True)] == [worker["pid"]]

    supervisor.kill()
    until(lambda: not supervisors(store))
    assert alive(worker) and progress(first).state == "training"
    assert {progress(run).state for run in waiting} == {"queued"}
    LOCAL.tend(store.root, eager=True)
    (successor,) = until(lambda: supervisors(store))
    for run in waiting[1:]:
        stop(run)
    assert successor.is_running() and alive(worker) and progress(waiting[0]).state == "queued"
    stop(first)
    assert wait(first, 60) == "stopped" and first.has_adapter
    assert wait(waiting[0], 60) == "failed"
