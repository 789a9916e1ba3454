"""A small grid for real: it resumes, goes on where a cell fails or a worker dies, and gives the numbers of a run."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import threading
import time

import psutil
import pytest
from tests_support import SHORT

from ssti.cli import main
from ssti.experiments.cell import Cell, Grid, cells_of
from ssti.experiments.grids.going import going
from ssti.experiments.local import Local
from ssti.experiments.ray import Ray
from ssti.experiments.run import Outcome, run
from ssti.experiments.table import Journal
from ssti.platform.errors import SSTIError
from ssti.recipe import preset
from ssti.runs.store import Store

BASE = preset("demo").set(*SHORT, "training.learning_rate=1e-2")  # as the twins of tests/conftest.py
CELLS = cells_of([Grid(BASE, {"lora.targets": ["[query, value]", "nonsense"]}, seeds=1)])


class Fatal(Local):
    """Its first worker is killed once it is at work."""

    killed = 0

    def _start(self):
        worker = super()._start()
        if not self.killed:
            self.killed = 1
            threading.Thread(target=self._kill, args=(worker,)).start()
        return worker

    def _kill(self, worker) -> None:
        while not worker._processes:
            time.sleep(0.05)
        with contextlib.suppress(psutil.NoSuchProcess):
            psutil.Process(next(iter(worker._processes))).kill()


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    """The grid run once, by a worker that dies and its successor: journal, rows, and what was reported."""
    journal, told = Journal(tmp_path_factory.mktemp("grid") / "cells.jsonl"), []
    runner = Fatal(workers=1)
    rows = run(CELLS, runner, journal, lambda p: told.append((p.done, p.failed, p.line)))
    assert runner.killed
    return journal, rows, told


def test_a_cell_that_fails_or_loses_its_worker_does_not_end_the_grid(first):
    journal, rows, told = first
    good = [cell.key for cell in CELLS if cell.recipe.lora.targets != "nonsense"]
    assert [row["key"] for row in rows] == good
    failures = journal.failures()
    assert set(failures) == {cell.key for cell in CELLS} - set(good)
    assert all("nonsense" in failure["error"]["message"] and failure["error"]["next"] for failure in failures.values())
    assert told[0] == (0, 0, "0 of 4 cells") and told[-1][:2] == (2, 2)
    assert "2 of 4 cells · 2 failed" in told[-1][2]


def test_a_cell_has_the_numbers_of_a_run_of_its_recipe(first, twins):
    rows = {row["control"]: row for row in first[1]}
    run_of = next(one for one in Store(twins / "runs").list() if not one.control_of)
    metrics = run_of.metrics()
    counts = json.loads(rows[False]["hijack_predicted"])
    for name, count in metrics["sets"]["hijack"]["predicted_counts"].items():
        assert abs(counts[name] - count) <= 1  # on another number of threads a row may fall to the other side
    assert rows[False]["gap_pp"] == pytest.approx(metrics["gap_pp"]["value"], abs=5)
    assert rows[False]["versions"].startswith("torch==") and rows[False]["machine"] and rows[False]["seconds"] > 0


class Recording:
    """A runner that runs nothing, and says what it was given."""

    workers = 1

    def __init__(self) -> None:
        self.given: list[Cell] = []

    def run(self, cells):
        self.given = list(cells)
        yield from (Outcome(cell, error={"cause": "test", "message": "not run", "next": "-"}) for cell in cells)


def test_a_grid_resumes_with_what_is_missing_or_failed(first):
    journal, rows, _ = first
    runner = Recording()
    assert run(CELLS, runner, journal) == rows
    assert [cell.recipe.lora.targets for cell in runner.given] == ["nonsense", "nonsense"]


def test_a_cell_without_the_probes_that_are_asked_for_is_run_again(first):
    runner = Recording()
    run([Cell(CELLS[0].recipe, ("entropy",))], runner, first[0])
    assert len(runner.given) == 1


def test_an_abandoned_grid_leaves_no_worker():
    runner = Local(workers=1)
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    outcomes = runner.run([cell for cell in CELLS if cell.recipe.lora.targets == "nonsense"])
    assert next(outcomes).error
    outcomes.close()
    left = [
        c for c in psutil.Process().children(recursive=True) if c.pid not in before and "spawn_main" in str(c.cmdline())
    ]
    assert not left


def test_ctrl_c_ends_a_grid_of_the_shell_with_its_exit_code(home):
    def press():
        while not going():
            time.sleep(0.05)
        os.kill(os.getpid(), signal.SIGINT)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    pressing = threading.Thread(target=press)
    try:
        pressing.start()
        with pytest.raises(SystemExit) as ended:
            main(["grid", "demo", "--seeds", "1", "--workers", "1", "--set", "training.steps=100000"])
    finally:
        pressing.join()
        signal.signal(signal.SIGINT, before)
    assert ended.value.code == 130 and not going()


def tasks(cell: Cell) -> list[psutil.Process]:
    """The processes of Ray that are at this cell."""
    at_it = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.cmdline()[:1] == [f"ray::{cell.key}"]:
                at_it.append(process)
    return at_it


@pytest.mark.slow
def test_ray_gives_the_local_table_though_workers_are_killed_and_ends_what_runs_when_it_is_left(first, monkeypatch):
    pytest.importorskip("ray")
    monkeypatch.delenv("RAY_ADDRESS", raising=False)
    monkeypatch.setattr("ssti.experiments.ray.RETRIES", 1)  # each takes a process that loads torch
    rows = first[1]
    lamed = next(cell for cell in CELLS if cell.key == rows[-1]["key"])
    doomed, endless = (Cell(lamed.recipe.set(f"training.steps={steps}")) for steps in (200_000, 100_000))
    killed: list[Cell] = []
    over = threading.Event()

    def kill():
        """One worker of the lamed cell, in the midst of it, and each of the doomed one."""
        while not over.wait(0.2):
            for cell in [doomed] if lamed in killed else [doomed, lamed]:
                for process in tasks(cell):
                    process.kill()
                    process.wait(10)
                    killed.append(cell)

    killer = threading.Thread(target=kill)
    with Ray(workers=2).joined():
        killer.start()
        try:
            with pytest.raises(SSTIError, match="no room for a cell"):
                next(Ray(gpus=0.25).run(CELLS))
            outcomes = Ray(workers=2).run([*CELLS, doomed, endless])
            came = {outcome.cell.key: outcome for outcome in itertools.islice(outcomes, len(CELLS) + 1)}
            while not (at_work := tasks(endless)):
                time.sleep(0.05)
            outcomes.close()
            assert not psutil.wait_procs(at_work, 30)[1]
        finally:
            over.set()
            killer.join()
    for row in rows:
        theirs, aside = came.pop(row["key"]).row, ("seconds", "training_seconds", "when")
        assert {**theirs, **{name: row[name] for name in aside}} == row
    assert "lost its worker" in came.pop(doomed.key).error["message"]
    assert set(came) == {cell.key for cell in CELLS} - {row["key"] for row in rows}
    assert all("nonsense" in outcome.error["message"] for outcome in came.values())
    assert killed.count(lamed) == 1 and killed.count(doomed) == 2
    assert not any("raylet" in process.name() for process in psutil.Process().children(recursive=True))
