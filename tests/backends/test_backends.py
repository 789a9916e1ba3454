"""A backend is one file: whatever registers itself runs, is asked, stopped and read by name, from shell and page alike."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from tests_support import SHORT

from ssti.backends.api import BACKENDS, Backend, Liveness, Offer
from ssti.backends.control import going, launch, progress, remove, resume, stop, wait
from ssti.backends.local import LOCAL
from ssti.backends.machine.queue import Queue
from ssti.cli import cli, main
from ssti.platform.errors import SSTIError
from ssti.recipe import preset
from ssti.runs.run import Run
from ssti.runs.store import Store
from ssti.runs.worker import Worker

REFUSED = preset("demo").set("training.max_length=4096")  # more than the model reads: its worker says so and ends


class InThread(Backend):
    """Executes each run at once, in a thread of this process; or, where `held`, when it is let go."""

    name = "thread"
    title = "A thread"

    def __init__(self) -> None:
        self.threads: dict[str, threading.Thread] = {}
        self.held, self.unreachable = False, False

    def offer(self, recipe):
        return Offer("a thread", refusal=SSTIError("Too dear.", "Pay more.") if recipe.lora.rank == 99 else None)

    def submit(self, run):
        run.tell("state", state="queued")
        self.threads[run.id] = threading.Thread(target=Worker(run, {"thread": run.id}).execute)
        if not self.held:
            self.threads[run.id].start()

    def poll(self, run):
        if self.unreachable:
            return Liveness.UNKNOWN
        thread = self.threads.get(run.id)
        return Liveness.ALIVE if thread and (self.held or thread.is_alive()) else Liveness.GONE

    def stop(self, run):
        run.tell("state", state="stopped")

    def logs(self, run):
        yield f"the log of {run.id}\n"


@pytest.fixture
def backend(home, monkeypatch) -> InThread:
    monkeypatch.setattr(BACKENDS, "_known", dict(BACKENDS))  # what is there otherwise comes back
    return BACKENDS.add(InThread())


def test_a_run_is_executed_where_it_was_sent_and_knows_that_by_name(backend):
    (run,) = launch(REFUSED, backend="thread")
    backend.threads[run.id].join(60)
    assert Store().find(run.id).backend == "thread"
    assert progress(run).state == "failed" and "training.max_length" in progress(run).error["message"]
    resume(run)
    assert wait(run, 60) == "failed"
    assert [event.worker for event in run.events() if event.kind == "state" and event.worker] == [
        {"thread": run.id}
    ] * 4
    remove(run)
    assert not Store().list()


def test_what_its_backend_says_decides_whether_a_run_is_interrupted(backend):
    backend.held = True
    (run,) = launch(REFUSED, backend="thread")
    assert progress(run).state == "queued" and going(Store()) == [run]
    backend.threads.clear()
    assert progress(run).state == "interrupted" and not going(Store())
    backend.unreachable = True
    assert progress(run).state == "queued"
    with pytest.raises(SSTIError):
        remove(run)
    stop(run)
    assert progress(run).state == "stopped"


def test_what_a_backend_does_not_offer_makes_no_run(backend):
    with pytest.raises(SSTIError, match="Too dear"):
        launch(preset("demo").set("lora.rank=99"), backend="thread")
    assert not Store().list()


def test_the_shell_names_backends_and_the_nearest_one(backend, capsys):
    sets = [part for one in SHORT for part in ("--set", one)]
    with pytest.raises(SystemExit):
        main(["train", "demo", *sets, "--backend", "thrad", "--json"])
    error = json.loads(capsys.readouterr().out)["error"]
    assert "'thread'" in error["message"] and not Store().list()
    backend.held = True
    main(["train", "demo", *sets, "--backend", "thread"])
    (run,) = Store().list()
    capsys.readouterr()
    cli(["runs", "log", run.id, "--json"], standalone_mode=False)
    assert json.loads(capsys.readouterr().out)["lines"] == [f"the log of {run.id}"]


def test_a_run_from_before_there_were_names_is_local_and_one_of_a_strange_backend_is_as_it_was_last_told(home: Path):
    run = Store().create(REFUSED)
    (run.path / "backend").unlink()
    assert Run(run.id, run.path).backend == "local"
    run.tell("state", state="training", steps=9)
    assert progress(run).state == "interrupted"
    for name in ("a cluster of tomorrow\n", "\udcff"):
        (run.path / "backend").write_bytes(name.encode("utf-8", "surrogateescape"))
        assert progress(run).state == "training"
        with pytest.raises(SSTIError, match="no backend"):
            stop(run)


def test_this_machine_says_what_a_recipe_takes_or_why_not(home):
    offer = LOCAL.offer(preset("demo"))
    assert offer.device and offer.refusal is None and offer.basis
    refusal = LOCAL.offer(preset("demo").set("injection.target=happy")).refusal
    assert refusal and refusal.next


def test_what_locks_the_page_is_neither_written_down_nor_passed_on_to_a_cluster(home, monkeypatch):
    for name in ("SSTI_PASSWORD", "SSTI_TOKEN", "SSTI_USER"):
        monkeypatch.setenv(name, "between us")
    monkeypatch.setenv("SSTI_RAY_CPUS", "2")
    store = Store()
    with store.locked():
        LOCAL.submit(store.create(preset("demo")))
    (ticket,) = Queue(store.root).tickets()
    assert ticket.settings()["SSTI_RAY_CPUS"] == "2" and "between us" not in ticket.path.read_text(encoding="utf-8")
