"""A clock that steps changes nothing: who lives, how long it took, how long it takes still."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import psutil
import pytest

from ssti.backends.machine.process import alive, worker_mark
from ssti.runs import events
from ssti.runs.progress import History, Progress

DAY = 86_400.0
STEPS = [5.0, -5.0, DAY, -DAY, 400 * DAY]


@pytest.fixture
def process():
    """A living process."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield child
    child.kill()
    child.wait()


@pytest.fixture(params=STEPS, ids=lambda seconds: f"{seconds:+.0f} s")
def stepped(request, monkeypatch):
    """Step the clock, as its readers see it: the time, and the boot's time that psutil counts from."""
    clock, boot = time.time, psutil.boot_time()

    def step():
        monkeypatch.setattr(time, "time", lambda: clock() + request.param)
        for name in ("_pslinux", "_psutil_linux"):
            if hasattr(psutil, name) and hasattr(getattr(psutil, name), "boot_time"):
                monkeypatch.setattr(getattr(psutil, name), "boot_time", lambda: boot + request.param)

    return step


def replay(lines: list[dict]) -> Progress:
    history = History()
    for line in lines:
        history.add(events.EVENT.validate_json(json.dumps(line)))
    return history.progress()


def test_a_live_worker_lives_whatever_the_clock_does(process, stepped):
    mark = worker_mark(process.pid)
    stepped()
    assert alive(mark)


def test_a_dead_worker_a_zombie_and_another_process_of_its_number_do_not_live(process):
    mark = worker_mark(process.pid)
    assert not alive(mark | {"ticks": mark["ticks"] + 1})
    assert not alive(mark | {"boot": "another boot"})
    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)  # dead, and not yet waited for
    assert not alive(mark)
    process.wait()
    assert not alive(mark) and not alive(None) and not alive({"pid": "x"})


def test_a_process_whose_name_holds_brackets_is_known(tmp_path):
    script = tmp_path / "a) R 1 (b"
    script.symlink_to(sys.executable)
    child = subprocess.Popen([str(script), "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert alive(worker_mark(child.pid))
    finally:
        child.kill()
        child.wait()


def test_an_event_from_before_with_a_time_instead_of_ticks_still_reads(process):
    old = {"pid": process.pid, "started": psutil.Process(process.pid).create_time()}
    assert alive(old)
    assert not alive(old | {"started": old["started"] - 10})


def test_elapsed_and_time_left_of_a_live_run_survive_a_step(process, stepped):
    now, up = time.time(), time.monotonic()
    lines = [
        {
            "t": now - 10,
            "m": up - 10,
            "kind": "state",
            "state": "training",
            "steps": 64,
            "worker": worker_mark(process.pid),
        },
        {"t": now - 4, "m": up - 4, "kind": "step", "step": 8, "steps": 64, "eta": 30.0},
    ]
    stepped()
    progress = replay(lines)
    assert progress.state == "training"
    assert progress.elapsed == pytest.approx(10, abs=2) and progress.eta == pytest.approx(26, abs=2)


@pytest.mark.parametrize("step", STEPS)
def test_elapsed_of_an_ended_run_survives_a_step_in_its_middle(step):
    lines = [
        {"t": 1e9, "m": 100.0, "kind": "state", "state": "training", "steps": 9},
        {"t": 1e9 + 5 + step, "m": 105.0, "kind": "step", "step": 4, "steps": 9, "eta": 5.0},
        {"t": 1e9 + 12 + step, "m": 112.0, "kind": "state", "state": "done"},
    ]
    assert replay(lines).elapsed == pytest.approx(12)


def test_events_from_before_with_a_clock_that_went_back_never_count_below_nothing(process):
    lines = [
        {"t": 1e9, "kind": "state", "state": "training", "worker": worker_mark(process.pid)},
        {"t": 1e9 - DAY, "kind": "step", "step": 1, "steps": 9, "eta": 5.0},
        {"t": 1e9 - DAY + 3, "kind": "step", "step": 2, "steps": 9, "eta": 4.0},
    ]
    progress = replay(lines)
    assert progress.elapsed >= 3 and 0 <= progress.eta <= 4


def test_the_days_between_two_attempts_are_no_part_of_the_time():
    lines = [
        {"t": 1e9, "m": 10.0, "kind": "state", "state": "training", "steps": 9},
        {"t": 1e9 + 5, "m": 15.0, "kind": "step", "step": 4, "steps": 9},
        {"t": 1e9 + 3 * DAY, "m": 900.0, "kind": "state", "state": "queued", "ticket": 1},
        {"t": 1e9 + 3 * DAY + 9, "m": 909.0, "kind": "state", "state": "starting"},
        {"t": 1e9 + 3 * DAY + 20, "m": 920.0, "kind": "state", "state": "training", "from_step": 4},
        {"t": 1e9 + 3 * DAY + 27, "m": 927.0, "kind": "state", "state": "done"},
    ]
    assert replay(lines).elapsed == pytest.approx(12)
