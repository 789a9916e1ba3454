"""Runs of strangers go some days after their end; nobody's own machine loses one."""

from __future__ import annotations

import time

from ssti.backends.machine.queue import Queue
from ssti.recipe import parse_recipe
from ssti.runs.store import Store
from ssti.ui.access.caps import KEPT_DAYS
from ssti.ui.access.expiry import expire


def test_an_ended_run_goes_after_its_days_and_one_that_waits_stays(home, monkeypatch):
    store = Store()
    ended, waiting = store.create(parse_recipe({}), owner="a"), store.create(parse_recipe({}), owner="b")
    ended.tell("state", state="stopped")
    later = time.time() + KEPT_DAYS * 24 * 3600 + 60
    with store.locked():
        Queue(store.root).join(waiting)
    with Queue(store.root).supervisor_lock():
        assert expire(later) == []  # one's own machine
        monkeypatch.setenv("SSTI_PUBLIC", "1")
        assert expire() == []
        assert expire(later) == [ended.id]
    assert not ended.path.exists() and waiting.path.is_dir()
