"""A worker that is killed, ended, robbed of its folder, its recipe or its clock at any moment loses nothing that matters.

Each run is a real training of a second in a process of its own (`worker_forks`); the test is its supervisor. The long
version: SSTI_FAULT_MOMENTS=20 python -m pytest tests/faults/test_worker.py (SSTI_FAULT_SEED draws the same moments again)
"""

from __future__ import annotations

import os
import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import pytest
import tiny
from safetensors.numpy import load_file
from tests_support import SHORT
from worker_forks import Moment, Workers, workers

from ssti.backends.control import progress, resume
from ssti.backends.machine.queue import Queue
from ssti.recipe import Recipe, preset
from ssti.runs.cause import cause_of_death
from ssti.runs.progress import Progress
from ssti.runs.run import Run
from ssti.runs.store import Store
from ssti.runs.worker import Worker
from ssti.verbs.runs import summary

MOMENTS = int(os.environ.get("SSTI_FAULT_MOMENTS", "3"))
SEED = int(os.environ.get("SSTI_FAULT_SEED", random.randrange(10**6)))
HOURS = 3 * 3600
CHANGES = 190  # files and folders that a worker writes, makes, renames
CHECKPOINT, SEAL = r"write .*/checkpoint-\d+/trainer_state\.json", r"write .*/checkpoint-\d+/\.manifest\.json"
TRAINER, ADAPTER, CURVES = (
    r"mkdir .*/checkpoints$",
    r"write .*/\.adapter-.*/README\.md",
    r"write .*/adapter/\.curve\.json",
)
UNDISTURBED = Moment("nothing such")
KILLS = {
    "before the first checkpoint": (Moment(r"mkdir .*/checkpoint-1$"), "training"),
    "in the middle of a checkpoint": (Moment(CHECKPOINT, 3), "training"),
    "before a checkpoint's hashes": (Moment(SEAL, 3), "training"),
    "after the last batch of an epoch": (Moment(r"mkdir .*/checkpoint-8$"), "training"),
    "early in another epoch": (Moment(r"mkdir .*/checkpoint-9$"), "training"),
    "saving the adapter": (Moment(ADAPTER), "training"),
    "in the final evaluation": (Moment(CURVES, does="kill in evaluating"), "evaluating"),
    "between two adapters": (Moment(r"rename .*/\.adapter-.* .*/adapter$"), "training"),
    "between two metrics": (Moment(r"write .*/\.metrics\.json", 2), "evaluating"),
    "deleting its checkpoints": (Moment(r"rmtree .*/checkpoints$"), "evaluating"),
}


@dataclass
class Lab:
    """A home whose supervisor is the test, and a run there that nothing disturbed."""

    store: Store
    workers: Workers
    recipe: Recipe
    undisturbed: Run | None = None

    def submit(self) -> Run:
        """A run whose turn it is."""
        run = self.store.create(self.recipe)
        with self.store.locked():
            Queue(self.store.root).join(run)
        return run

    def execute(self, run: Run, moment: Moment = UNDISTURBED) -> int:
        """Have it executed by a worker, to which something happens at a moment: how the worker ended."""
        self.workers.start(run.path, moment)
        return self.end(run)

    def end(self, run: Run) -> int:
        """Wait for the worker's end, and take the run's ticket back, as a supervisor does."""
        code = self.workers.wait()
        with self.store.locked():
            Queue(self.store.root).leave(run.id)
        return code

    def assert_as_undisturbed(self, run: Run, since: int = 0) -> None:
        """To the last bit of the weights; and in what was measured on the way, since a step."""
        now, clean = progress(run), progress(self.undisturbed)
        assert (now.state, now.step, measured(now)) == ("done", clean.step, measured(clean, since)), log_of(run)
        assert run.metrics() == self.undisturbed.metrics()
        mine, its = (load_file(one.adapter / "adapter_model.safetensors") for one in (run, self.undisturbed))
        assert mine.keys() == its.keys() and all(np.array_equal(mine[name], its[name]) for name in mine)
        assert not [one for one in run.path.iterdir() if one.name.startswith(".") or one.name == "checkpoints"]


def measured(now: Progress, since: int = 0) -> list[dict]:
    """What was measured on the way, without when."""
    return [{name: one[name] for name in one if name not in "tm"} for one in now.evals if one["step"] >= since]


def replace(file: Path, content: bytes) -> None:
    """Another file in a file's place."""
    file.with_name("another").write_bytes(content)
    file.with_name("another").rename(file)


def log_of(run: Run) -> str:
    return f"{progress(run)}\n{(run.path / 'log.txt').read_text()}"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch, workers() as forks:
        patch.setenv("SSTI_HOME", str(home))
        model = tiny.make(home / "model", "bert")
        recipe = preset("demo").set(
            *SHORT, f"model.name={model}", "training.max_length=64", "training.learning_rate=1e-2", "dataset.test_rows=120",
            "dataset.train_rows=100", "training.steps=9", "evaluation.every=4",  # 7 steps are an epoch
        )  # fmt: skip
        lab = Lab(Store(), forks, recipe)
        with lab.store.locked():
            pass
        with Queue(lab.store.root).supervisor_lock():
            lab.undisturbed = lab.submit()
            assert lab.execute(lab.undisturbed) == 0, log_of(lab.undisturbed)
            yield lab


def test_killed_at_ten_chosen_moments_one_after_the_other_a_run_ends_as_an_undisturbed_one(lab):
    run = lab.submit()
    for name, (moment, state) in KILLS.items():
        assert lab.execute(run, moment) == -signal.SIGKILL, (name, log_of(run))
        assert run.recorded().state == state, name
        assert progress(run).state == "interrupted", name
        resume(run)
    assert lab.execute(run) == 0
    said = [event.message for event in run.events() if event.kind == "log"]
    assert "no whole checkpoint" in said[0] and sum("is not whole and is passed over" in line for line in said) >= 2
    lab.assert_as_undisturbed(run)


def test_killed_at_random_moments_a_run_is_resumable_and_ends_as_an_undisturbed_one(lab):
    print(f"SSTI_FAULT_SEED={SEED}")
    drawn, states = random.Random(SEED), []
    for _ in range(MOMENTS):
        run = lab.submit()
        moment = Moment(".", drawn.randint(1, CHANGES), f"kill after {drawn.uniform(0, 0.05):.4f}")
        lab.execute(run, moment)
        states.append(run.recorded().state)
        if states[-1] != "done":
            assert progress(run).state == "interrupted", moment
            resume(run)
            assert lab.execute(run) == 0, log_of(run)
        lab.assert_as_undisturbed(run)
    print(f"{MOMENTS} moments, killed while {states}")


def test_ended_by_sigterm_before_in_and_after_the_training_a_run_is_stopped_and_ends_as_an_undisturbed_one(lab):
    run = lab.submit()
    code = lab.execute(run, Moment(r"write .*/\.queue/lock$", does="term"))
    assert cause_of_death(code, "", False) is None and progress(run).state == "interrupted"
    for pattern, nth, adapter in ((TRAINER, 1, False), (CHECKPOINT, 2, True), (CURVES, 1, True)):
        resume(run)
        assert lab.execute(run, Moment(pattern, nth, "term")) == 0, log_of(run)
        assert (progress(run).state, run.has_adapter) == ("stopped", adapter)
    resume(run)
    assert lab.execute(run) == 0
    lab.assert_as_undisturbed(run)


def test_a_clock_set_back_by_hours_in_the_training_changes_no_number_and_no_time_that_is_shown(lab):
    run = lab.submit()
    start, looks = time.monotonic(), []
    lab.workers.start(run.path, Moment(CHECKPOINT, 3, f"clock -{HOURS}"))
    while (now := progress(run)).state != "done":
        looks.append(now)
        assert now.going, log_of(run)
        time.sleep(0.02)
    lab.end(run)
    took = time.monotonic() - start
    times = [event.t for event in run.events()]
    assert min(times) < max(times) - HOURS / 2, "the clock was not set back"
    assert all(0 <= now.elapsed <= took and 0 <= (now.eta or 0) < HOURS / 2 for now in (*looks, progress(run)))
    assert [now.elapsed for now in looks] == sorted(now.elapsed for now in looks)
    lab.assert_as_undisturbed(run)


@pytest.mark.parametrize(
    "pattern", [CHECKPOINT, ADAPTER, r"write .*/\.metrics\.json"], ids=["checkpoint", "adapter", "metrics"]
)
def test_a_worker_whose_folder_is_deleted_ends_and_brings_nothing_back(lab, pattern):
    run = lab.submit()
    pid = lab.workers.start(run.path, Moment(pattern, does="remove"))
    assert lab.end(run) in (0, 1) and not psutil.pid_exists(pid)
    assert not run.path.exists()
    assert [summary(one)["state"] for one in lab.store.list() if one.id == lab.undisturbed.id] == ["done"]
    assert run.id not in [one.id for one in lab.store.list()]


def test_a_worker_that_finds_its_folder_deleted_makes_none(tmp_path):
    assert Worker(Run("gone", tmp_path / "gone"), {}).execute() == 0
    assert not (tmp_path / "gone").exists()


def test_a_recipe_replaced_by_garbage_under_its_worker_is_said_and_costs_no_training(lab):
    run = lab.submit()
    recipe = (run.path / "recipe.yaml").read_bytes()
    assert lab.execute(run, Moment(TRAINER, does="spoil")) == 0, log_of(run)
    now = progress(run)
    assert now.state == "damaged" and "recipe.yaml" in now.error["message"] and run.has_adapter
    (run.path / "recipe.yaml").write_bytes(recipe)
    lab.assert_as_undisturbed(run)


def test_events_torn_at_any_place_never_hide_a_run_and_are_counted(lab):
    whole = (lab.undisturbed.path / "events.jsonl").read_bytes()
    run = lab.store.create(lab.recipe)
    file, lines = run.path / "events.jsonl", whole.splitlines(keepends=True)
    for number in range(len(lines) - 1):  # the second half of a line, with its end: the next one is glued to it
        torn = [*lines[:number], lines[number][: len(lines[number]) // 2], *lines[number + 1 :]]
        replace(file, b"".join(torn))
        now = progress(run)
        ended = number < len(lines) - 2  # else the line that is glued to the torn one is the last: `done`
        assert (now.state, now.skipped) == ("done" if ended else "interrupted", 1), (number, now)
    for start in range(0, len(whole), 256):  # a block that a crashed disk filled with zeros
        replace(file, whole[:start] + bytes(256) + whole[start + 256 :])
        assert progress(run).state == "done" or start + 256 > len(whole) - len(lines[-1])
        assert summary(run)["skipped_events"] or start + 256 >= len(whole)  # a torn last line is no damage
    for size in range(len(whole) - len(lines[-1]), len(whole)):
        replace(file, whole[:size])
        assert progress(run).state == ("done" if size == len(whole) else "interrupted")
    lab.store.discard(run)


def test_a_run_whose_events_are_torn_in_their_middle_resumes_and_ends_as_an_undisturbed_one(lab):
    run = lab.submit()
    assert lab.execute(run, Moment(CHECKPOINT, 5)) == -signal.SIGKILL
    file = run.path / "events.jsonl"
    whole = file.read_bytes()
    third = len(whole) // 3
    replace(file, b'{"t": 1, "kind": "st' + bytes(third) + whole[2 * third :])  # without its place in the queue
    assert progress(run).state == "interrupted" and progress(run).skipped
    resume(run)
    assert lab.execute(run) == 0
    lab.assert_as_undisturbed(run, since=1)
