"""Grids that were started: they outlive who started them, are stopped at once, and a dead one is told from a living one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

import psutil
import pytest
from made_cells import made
from tests_support import SHORT

from ssti.cli import cli
from ssti.experiments.experiment import EXPERIMENTS
from ssti.experiments.grids import going
from ssti.experiments.grids.asked import Asked
from ssti.experiments.run import Progress
from ssti.experiments.table import Journal
from ssti.platform.errors import SSTIError
from ssti.recipe import preset

TINY = Asked(recipe=preset("demo").set(*SHORT, "injection.share=0").as_dict(), seeds=1)
ENDLESS = Asked(recipe=preset("demo").set("training.steps=100000").as_dict(), seeds=1)


def wait(until: Callable[[], object], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.05)


def processes_of(one: going.Started) -> list[psutil.Process]:
    mark = one.standing().worker
    return [process for process in [psutil.Process(mark["pid"])] for process in (process, *process.children(True))]


def gone(processes: list[psutil.Process]) -> bool:
    return not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in processes)


def test_a_grid_goes_on_when_its_starter_is_killed(home):
    code = (
        "import sys, time; from ssti.experiments.grids.asked import Asked; from ssti.experiments.grids.going import start\n"
        "start(Asked.model_validate_json(sys.argv[1]), workers=1); print('started', flush=True); time.sleep(600)"
    )
    starter = subprocess.Popen(
        [sys.executable, "-c", code, TINY.model_dump_json()], stdout=subprocess.PIPE, start_new_session=True
    )
    assert starter.stdout.readline() == b"started\n"
    os.killpg(starter.pid, signal.SIGKILL)
    starter.wait()
    one = going.find(TINY.id)
    wait(lambda: one.standing().state != "going")
    now = one.standing()
    assert (now.state, now.total, now.done, now.failed, now.workers) == ("done", 1, 1, 0, 1), (
        one.path / "log.txt"
    ).read_text()
    assert set(Journal().rows()) == {cell.key for cell in TINY.cells()}
    assert [one.id for one in going.started()] == [TINY.id] and going.going() is None


def test_a_grid_is_stopped_at_once_and_one_that_was_killed_is_told(home):
    one = going.start(ENDLESS, workers=1)
    wait(lambda: any("spawn_main" in str(p.cmdline()) for p in processes_of(one)) and one.standing().total)
    with pytest.raises(SSTIError, match="at work already"):
        going.start(TINY)
    processes = processes_of(one)
    going.stop(one)
    wait(lambda: gone(processes), 10)
    assert one.standing().state == "stopped" and one.standing().total == 2

    assert going.start(ENDLESS, workers=1) == one
    psutil.Process(one.standing().worker["pid"]).kill()
    wait(lambda: one.standing().state == "interrupted", 10)
    assert going.going() is None


def test_the_command_lines_grid_stands_among_the_others_with_what_it_came_to(home):
    base, vary = preset("demo").set(*SHORT), "lora.rank=1,2"
    asked = Asked(recipe=base.as_dict(), vary={"lora.rank": ("1", "2")}, seeds=2)
    for row in made(asked.cells(), lambda cell: {}):
        Journal().append(row)
    words = [word for change in SHORT for word in ("--set", change)]
    cli(["grid", "demo", *words, "--vary", vary, "--seeds", "2", "--json"], standalone_mode=False)
    (one,) = going.started()
    assert one.asked == asked and one.asked.title == "lora.rank 1, 2"
    assert (one.standing().state, one.standing().before, one.standing().total) == ("done", 8, 8)


def test_what_ends_a_grid_is_said_of_it(home):
    with pytest.raises(ZeroDivisionError), going.following(TINY, 1) as report:
        report(Progress(1, done=1, eta=100.0))
        assert going.find(TINY.id).standing().left == pytest.approx(100, abs=20)
        1 / 0  # noqa: B018
    said = going.find(TINY.id).standing()
    assert (said.state, said.done, said.left) == ("failed", 1, None) and "ZeroDivisionError" in said.error["message"]
    with pytest.raises(KeyboardInterrupt), going.following(TINY, 1):
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(10)
    assert going.find(TINY.id).standing().state == "stopped"


@pytest.mark.parametrize("text", ["", "{", "[]", '{"experiments": "x"}', "\0", "{}", '{"seeds": -1}', '{"more": 1}'])
def test_a_damaged_folder_hides_no_other(text, home):
    with going.following(TINY, 1):
        pass
    for name in ("grid-00000000", "No grid", ".new"):
        (going.folder() / name).mkdir()
        (going.folder() / name / "grid.json").write_text(text)
    (going.folder() / TINY.id / "progress.json").write_text(text)
    assert [(one.id, one.standing().state) for one in going.started()] == [(TINY.id, "interrupted")]
    with pytest.raises(SSTIError):
        going.find("grid-00000000")


@pytest.mark.parametrize("id", ["", "..", "../../etc", "none", "x" * 200])
def test_a_grid_that_is_none_is_refused(id, home):
    with pytest.raises(SSTIError, match="no grid"):
        going.find(id)


def test_one_seed_of_an_experiment_is_that_replicate_of_each_of_its_cells():
    whole, one = (Asked(experiments=("table-1",), seed=seed) for seed in (None, 7))
    assert whole.cells() == EXPERIMENTS["table-1"].cells()
    assert {cell.seed for cell in one.cells()} == {7}
    assert len(one.cells()) == len([cell for cell in whole.cells() if cell.seed == 0])
    assert whole.id != one.id and "seed 7" in one.title
