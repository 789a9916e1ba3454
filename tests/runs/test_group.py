"""Runs that belong together: started as one, each a run of its own, told by a file in each folder."""

from __future__ import annotations

import shutil

import pytest

from ssti.backends.control import EACH, launch, remove, stop
from ssti.backends.machine.queue import Queue
from ssti.platform.errors import SSTIError
from ssti.recipe import preset
from ssti.recipe.schema import LARGEST_SEED
from ssti.runs.run import GROUP
from ssti.runs.store import Store

RECIPE = preset("demo").set("dataset.train_rows=50", "dataset.test_rows=20", "training.seed=7")


@pytest.fixture
def store(home):
    """Runs that nobody starts."""
    store = Store()
    with store.locked():
        pass
    with Queue(store.root).supervisor_lock():
        yield store


def test_three_seeds_are_three_runs_of_one_group_each_before_its_control(store):
    runs = launch(RECIPE, with_control=True, store=store, seeds=3)
    assert [run.recipe.training.seed for run in runs] == [7, 7, 8, 8, 9, 9]
    assert [run.control_of for run in runs] == [one for run in runs[::2] for one in (None, run.id)]
    assert [run.recipe.injection.seed for run in runs] == [RECIPE.injection.seed] * 6
    assert len({run.group for run in runs[::2]}) == 1 and runs[0].group
    assert [ticket.run_id for ticket in Queue(store.root).tickets()] == [run.id for run in runs]
    assert runs[0].group != launch(RECIPE, store=store, seeds=2)[0].group


def test_a_run_by_itself_belongs_to_nothing(store):
    assert launch(RECIPE, store=store)[0].group is None


def test_to_stop_and_to_remove_one_leaves_the_others(store):
    first, second, third = launch(RECIPE, store=store, seeds=3)
    stop(first)
    remove(first)
    assert [one.id for one in store.list() if one.group == second.group] == [one.id for one in store.list()]
    assert {ticket.run_id for ticket in Queue(store.root).tickets()} == {second.id, third.id}


@pytest.mark.parametrize("content", [b"", b"../other", b"\xff", b"a" * 1000])
def test_a_damaged_group_is_none(store, content):
    run = launch(RECIPE, store=store, seeds=2)[0]
    (run.path / GROUP).write_bytes(content)
    assert run.group is None
    (run.path / GROUP).unlink()
    (run.path / GROUP).mkdir()
    assert run.group is None
    shutil.rmtree(run.path / GROUP)


def test_a_visitors_bound_counts_every_seed_and_makes_none_where_not_all_fit(store, monkeypatch):
    monkeypatch.setenv("SPACE_ID", "someone/lab")
    with pytest.raises(SSTIError, match="with 6 more") as refused:
        launch(RECIPE, with_control=True, store=store, owner="ada", seeds=3)
    assert "without controls" in refused.value.next and not store.list()
    assert len(launch(RECIPE, store=store, owner="ada", seeds=EACH - 1)) == EACH - 1
    with pytest.raises(SSTIError, match="of your runs"):
        launch(RECIPE, store=store, owner="ada", seeds=2)


def test_a_seed_past_the_last_is_refused_and_makes_nothing(store):
    with pytest.raises(SSTIError, match="training.seed"):
        launch(RECIPE.set(f"training.seed={LARGEST_SEED}"), store=store, seeds=3)
    assert not store.list()
