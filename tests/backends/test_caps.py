"""How many runs may wait where strangers use the server; on one's own machine as many as one likes."""

from __future__ import annotations

from pathlib import Path

import pytest

from ssti.backends import control
from ssti.backends.control import launch, resume, stop
from ssti.backends.machine.queue import Queue
from ssti.platform.errors import SSTIError
from ssti.recipe import preset
from ssti.runs.store import Store

RECIPE = preset("demo").set("dataset.train_rows=50", "dataset.test_rows=20")


@pytest.fixture
def store(home: Path):
    """Runs that nobody starts."""
    store = Store()
    with store.locked():
        pass
    with Queue(store.root).supervisor_lock():
        yield store


def launched(store: Store, owner: str | None, count: int, **more) -> list:
    return [run for _ in range(count) for run in launch(RECIPE, store=store, owner=owner, **more)]


def test_a_visitor_of_a_shared_server_may_have_so_many_and_another_still_may(store, monkeypatch):
    monkeypatch.setenv("SPACE_ID", "someone/lab")
    own = launched(store, "ada", control.EACH)
    before = len(store.list())
    with pytest.raises(SSTIError, match=f"{control.EACH} of your runs") as refused:
        launched(store, "ada", 1)
    assert refused.value.kind == "busy" and "stop one" in refused.value.next
    assert len(store.list()) == before
    launched(store, "bob", 1)
    stop(own[0])
    launched(store, "ada", 1)
    with pytest.raises(SSTIError, match="your runs"):
        resume(own[0])


def test_a_run_with_its_control_counts_as_two_and_makes_neither_where_only_one_would_go(store, monkeypatch):
    monkeypatch.setenv("SPACE_ID", "someone/lab")
    launched(store, "ada", control.EACH - 1)
    with pytest.raises(SSTIError, match="with 2 more"):
        launched(store, "ada", 1, with_control=True)
    assert len(store.list()) == control.EACH - 1


def test_all_visitors_together_are_bounded_however_many_keys_they_make(store, monkeypatch):
    monkeypatch.setenv("SPACE_ID", "someone/lab")
    monkeypatch.setattr(control, "ALL", 6)
    for number in range(6):
        launched(store, f"key {number}", 1)
    with pytest.raises(SSTIError, match="6 runs wait on this server") as refused:
        launched(store, "a seventh", 1)
    assert refused.value.kind == "busy"


def test_whoever_has_no_key_counts_as_one_visitor(store, monkeypatch):
    monkeypatch.setenv("SPACE_ID", "someone/lab")
    launched(store, None, control.EACH)
    with pytest.raises(SSTIError, match="your runs"):
        launched(store, None, 1)


def test_on_ones_own_machine_nothing_is_capped(store):
    assert len(launched(store, None, control.EACH + 2)) == control.EACH + 2


def test_visitors_take_turns_however_many_runs_one_of_them_has_waiting(store, monkeypatch):
    monkeypatch.setenv("SPACE_ID", "someone/lab")
    ada, bob, cy = launched(store, "ada", 4), launched(store, "bob", 2), launched(store, "cy", 1)
    order = [ticket.run_id for ticket in Queue(store.root).tickets()]
    assert order[0] == ada[0].id
    assert {*order[1:4]} == {ada[1].id, bob[0].id, cy[0].id}
    assert {*order[4:6]} == {ada[2].id, bob[1].id} and order[6] == ada[3].id
    assert [run.id for run in control.going(store)] == order


def test_on_ones_own_machine_the_first_comes_first(store):
    runs = launched(store, None, 5)
    assert [ticket.run_id for ticket in Queue(store.root).tickets()] == [run.id for run in runs]


def test_a_run_that_resumes_has_another_number_than_before(store):
    (run,) = launched(store, None, 1)
    before = run.recorded().ticket
    stop(run)
    resume(run)
    assert run.recorded().ticket != before and Queue(store.root).holds(run.id, run.recorded().ticket)


def test_among_strangers_a_runs_name_cannot_be_guessed(store, monkeypatch):
    assert all(len(run.id.split("-")[-1]) < 15 for run in launched(store, "ada", 2))
    monkeypatch.setenv("SSTI_PUBLIC", "1")
    names = {run.id for owner in ("bob", None) for run in launched(store, owner, 2)}  # None: from a shell
    assert all(len(bytes.fromhex("0" + name.rpartition("-")[2])) == 8 for name in names) and len(names) == 4
