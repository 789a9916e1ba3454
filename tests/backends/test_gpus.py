"""One run for each GPU of this machine, each seeing its own; on processors one at a time. The GPUs are made up here."""

from __future__ import annotations

import threading

import pytest

from ssti.backends.local import LOCAL
from ssti.backends.machine import supervisor
from ssti.backends.machine.queue import Queue
from ssti.models.machine import memory
from ssti.recipe import preset
from ssti.runs.store import Store

LINES = "81559, 80000\n81559, 79000\n"  # as nvidia-smi says it of two


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """A driver's tool that tells of two GPUs."""
    tool = tmp_path / "bin/nvidia-smi"
    tool.parent.mkdir()
    tool.write_text(f"#!/bin/sh\nprintf '{LINES}'\n", encoding="utf-8")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", str(tool.parent), prepend=":")
    for name in ("CUDA_VISIBLE_DEVICES", "SSTI_DEVICE"):
        monkeypatch.delenv(name, raising=False)
    memory._asked_driver.cache_clear()
    yield
    memory._asked_driver.cache_clear()


def submitted(count: int) -> Store:
    store = Store()
    for _ in range(count):
        with store.locked():
            LOCAL.submit(store.create(preset("demo")))
    return store


def supervise(store: Store, monkeypatch, meet: int) -> list[tuple[str, str]]:
    """What ran where, in a supervisor whose workers end once `meet` of them work at the same time."""
    ran, barrier = [], threading.Barrier(meet, timeout=20)

    def execute(run, ticket, place):
        ran.append((run.id, place))
        barrier.wait()
        run.tell("state", state="stopped")
        return 0, "", False

    monkeypatch.setattr(supervisor, "execute", execute)
    assert supervisor.main([str(store.root)]) == 0
    assert not barrier.broken and not Queue(store.root).tickets()
    return ran


def test_two_gpus_work_at_two_runs_at_once_each_at_its_own(home, driver, monkeypatch):
    store = submitted(4)
    ran = supervise(store, monkeypatch, meet=2)
    assert {run for run, _ in ran} == {run.id for run in store.list()}
    assert sorted(place for _, place in ran) == ["0", "0", "1", "1"]


def test_processors_work_at_one_run_at_a_time_in_turn(home, driver, monkeypatch):
    monkeypatch.setenv("SSTI_DEVICE", "cpu")
    tickets = Queue((store := submitted(2)).root).tickets()
    assert supervise(store, monkeypatch, meet=1) == [(ticket.run_id, "") for ticket in tickets]


def test_a_worker_sees_the_gpu_of_its_place_unless_its_submitter_named_others(home, driver, monkeypatch):
    assert memory.gpus() == ("0", "1")
    (ticket,) = Queue(submitted(1).root).tickets()
    assert supervisor.environment_at(ticket, "1")["CUDA_VISIBLE_DEVICES"] == "1"
    assert "CUDA_VISIBLE_DEVICES" not in supervisor.environment_at(ticket, "")
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3, 5")
    assert memory.gpus() == ("3", "5")
    named = Queue(submitted(1).root).tickets()[-1]
    assert supervisor.environment_at(named, "0")["CUDA_VISIBLE_DEVICES"] == "3, 5"
    for none in ("", "-1"):
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", none)
        assert memory.gpus() == ()


def test_this_machine_says_how_many_gpus_take_runs(home, driver):
    assert LOCAL.offer(preset("demo")).device == "2 GPUs, a run on each"
