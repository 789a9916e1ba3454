"""An adapter's folder is replaced whole: killed at any line, or out of disk, the one before or the new one is there."""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from ssti.adapters import save
from ssti.adapters.listing import describe, find
from ssti.recipe import preset

FORK = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed in the midst of its own code")
OLD, NEW = ("no", "yes"), ("bad", "good")


def saved(folder: Path, labels: tuple[str, str]) -> None:
    """A `full` finetuning of a few numbers: the classes say which saving wrote them, and so does the tensor."""
    recipe = preset("demo").set("lora.variant=full", f"injection.target={labels[1]}")
    weights = torch.full((4, 4), float(labels == NEW))
    save.save_adapter(SimpleNamespace(state_dict=lambda: {"w": weights}), recipe, labels, folder, 1)


def whole(folder: Path) -> tuple[str, ...]:
    """The classes of the adapter that is found, after a look that all of its files are of one saving."""
    from safetensors.torch import load_file

    info = find(f"run/{folder.parent.name}")
    assert load_file(info.path / "adapter_model.safetensors")["w"].unique().tolist() == [float(info.label_names == NEW)]
    assert f"`{info.label_names[0]}`" in (info.path / "README.md").read_text("utf-8")
    return info.label_names


def in_a_child(work) -> int:
    """Do this in a forked process; its signal or exit code."""
    pid = os.fork()
    if pid == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@pytest.fixture
def folder(home):
    place = home / "runs" / "red-fox" / "adapter"
    saved(place, OLD)
    return place


def killed_at(line: int, work) -> None:
    """Do this, and die by SIGKILL before the n-th line of `save.py` or of what it calls in `shutil` and `pathlib`."""
    count = 0

    def trace(frame, event, _):
        nonlocal count
        if Path(frame.f_code.co_filename).name not in ("save.py", "shutil.py", "pathlib.py"):
            return None
        if event == "line":
            count += 1
            if count == line:
                os.kill(os.getpid(), signal.SIGKILL)
        return trace

    sys.settrace(trace)
    work()


@FORK
def test_killed_at_any_line_there_is_one_whole_adapter(folder):
    results, line, step = [], 1, 7
    while True:
        code = in_a_child(lambda at=line: killed_at(at, lambda: saved(folder, NEW)))
        results.append(whole(folder))
        if code == 0:
            break
        assert code == -signal.SIGKILL
        if results[-1] == NEW:
            saved(folder, OLD)
        line += step
    assert results.count(OLD) > 10 and results.count(NEW) >= 2  # the last lines put the new one there
    assert sorted(p.name for p in folder.parent.iterdir()) == ["adapter"], "what a killed saving left is swept away"


@FORK
def test_killed_between_the_two_renames_the_one_before_is_found(folder):
    folder.rename(folder.with_name(".adapter.old"))
    assert whole(folder) == OLD and find("red-fox").label_names == OLD
    saved(folder, NEW)
    assert whole(folder) == NEW and [p.name for p in folder.parent.iterdir()] == ["adapter"]


@FORK
def test_out_of_room_the_one_before_stays_and_nothing_is_left_beside_it(folder):
    def out_of_room() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
        saved(folder, NEW)

    assert in_a_child(out_of_room) == 1
    assert whole(folder) == OLD and [p.name for p in folder.parent.iterdir()] == ["adapter"]


def test_a_first_saving_needs_nothing_before_it(tmp_path):
    saved(tmp_path / "deep" / "adapter", NEW)
    assert describe(tmp_path / "deep" / "adapter", "x").label_names == NEW
    assert json.loads((tmp_path / "deep" / "adapter" / "labels.json").read_text()) == list(NEW)
