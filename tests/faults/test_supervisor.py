"""The supervisor is ended and its worker killed, for real: nothing is lost, nothing goes on unseen, nothing stays behind."""

from __future__ import annotations

import os
import shutil
import signal
import time

import pytest
import tiny
from tests_support import SHORT

from ssti.backends.control import launch, progress, resume, tend, wait
from ssti.backends.machine.process import alive
from ssti.backends.machine.queue import Queue
from ssti.recipe import preset
from ssti.runs.store import Store


def until(reached, timeout: float = 120):
    end = time.monotonic() + timeout
    while not (value := reached()):
        assert time.monotonic() < end
        tend(Store())
        time.sleep(0.05)
    return value


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="needs /proc")
def test_sigterm_of_the_supervisor_kill_9_of_its_worker_and_a_folder_that_is_deleted(home):
    model = tiny.make(home / "model", "bert")
    recipe = preset("demo").set(
        *SHORT, f"model.name={model}", "training.max_length=64", "training.steps=100000", "evaluation.every=50000"
    )
    first, second = launch(recipe)[0], launch(recipe)[0]
    queue = Queue(Store().root)
    until(lambda: progress(first).step >= 3)
    os.kill(supervisor_of(worker := progress(first).worker), signal.SIGTERM)
    until(lambda: supervisor_of(worker) == 1)  # nobody's child any more
    assert (progress(first).state, progress(second).state) == ("training", "queued") and alive(worker)
    until(queue.supervised)  # another one

    os.kill(worker["pid"], signal.SIGKILL)
    assert wait(first, 30) == "interrupted" and progress(first).error["next"]
    until(lambda: progress(second).step >= 3)
    resume(first)
    assert progress(first).state == "queued"
    last = progress(second).worker
    shutil.rmtree(second.path)
    until(lambda: not alive(last))
    until(lambda: progress(first).state == "starting")
    os.kill(progress(first).worker["pid"], signal.SIGTERM)
    assert wait(first, 30) == "stopped"
    until(lambda: not queue.tickets() and not queue.supervised())
    assert [run.id for run in Store().list()] == [first.id]


def supervisor_of(worker: dict) -> int:
    """The process that a worker is a child of."""
    with open(f"/proc/{worker['pid']}/stat", encoding="utf-8") as file:
        return int(file.read().rpartition(")")[2].split()[1])
