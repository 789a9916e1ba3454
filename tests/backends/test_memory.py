"""Too little memory: said at once, as memory, with what would fit; and late deaths are known for what they are."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests_support import SHORT

from ssti.backends.control import launch, progress, wait
from ssti.backends.machine.queue import Queue
from ssti.recipe import preset
from ssti.runs.cause import cause, cause_of_death
from ssti.runs.store import Store

ROOT = Path(__file__).resolve().parents[2]
GIB = 2**30
RECIPE = preset("demo").set(*SHORT)
LIMITED = (
    "import resource, runpy, sys; limit = int(sys.argv.pop(1)); "
    "resource.setrlimit(resource.RLIMIT_AS, (limit, limit)); module = sys.argv.pop(1); "
    "runpy.run_module(module, run_name='__main__')"
)


def limited(gib: float, module: str, *arguments: str) -> list[str]:
    """A command that runs a module in so much address space, as after `ulimit -v`."""
    return [sys.executable, "-c", LIMITED, str(int(gib * GIB)), module, *arguments]


def under_a_limit(gib: float):
    """The run of a supervisor, and so of a worker, in so much address space, once it has ended."""
    store = Store()
    run = store.create(RECIPE)
    queue = Queue(store.root)
    with store.locked():
        queue.join(run)
    subprocess.run(limited(gib, "ssti.backends.machine.supervisor", str(store.root)), cwd=ROOT, check=True, timeout=300)
    return run


@pytest.mark.parametrize("gib", [2.3, 2.0, 1.2, 0.7])
def test_a_run_in_too_little_address_space_fails_before_torch_is_loaded(home, gib):
    run = under_a_limit(gib)
    now = progress(run)
    assert now.state == "failed", (run.path / "log.txt").read_text()
    assert now.error["cause"] == "memory"
    assert "address space is limited" in now.error["message"]
    assert "raise that limit to" in now.error["next"]
    assert "torch" not in (run.path / "log.txt").read_text()


def test_so_little_that_python_itself_does_not_come_up_is_memory_too():
    """What a worker's log says where not even its libraries load."""
    command = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (90 * 2**20,) * 2); import numpy, pandas, pyarrow"
    )
    done = subprocess.run([sys.executable, "-c", command], capture_output=True, text=True, timeout=60)
    assert done.returncode
    assert cause_of_death(done.returncode, done.stderr, memory_ran_out=False)["cause"] == "memory", done.stderr


@pytest.mark.parametrize("gib", [2.3, 1.2])
def test_the_command_line_refuses_at_once_and_makes_no_run(home, gib):
    done = subprocess.run(
        limited(gib, "ssti", "train", "demo", "--json"), cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 1 and '"kind": "memory"' in done.stdout
    assert not Store().list()


@pytest.mark.slow
@pytest.mark.parametrize("gib", [2.6, 2.8, 3.0, 3.2])
def test_whatever_the_limit_a_run_that_fails_of_it_says_memory(home, gib):
    run = under_a_limit(gib)
    now = progress(run)
    assert now.state == "done" or now.error["cause"] == "memory", (run.path / "log.txt").read_text()


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        MemoryError("std::bad_alloc"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:125] DefaultCPUAllocator: can't allocate memory: 12 bytes"),
        RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB"),
        RuntimeError("can't start new thread"),
        OSError(12, "Cannot allocate memory"),
        ImportError("libtorch_cpu.so: failed to map segment from shared object"),
        ImportError("libgomp.so.1: cannot allocate memory in static TLS block"),
        Exception("Error while deserializing header: Cannot allocate memory (os error 12)"),
    ],
    ids=str,
)
def test_an_error_for_want_of_memory_is_memory_also_behind_another(error):
    assert cause(error)["cause"] == "memory"
    try:
        try:
            raise error
        except Exception as inner:
            raise ModuleNotFoundError("Could not import module 'BertForSequenceClassification'.") from inner
    except ModuleNotFoundError as outer:
        assert cause(outer)["cause"] == "memory"


def test_how_a_process_died_is_told_apart():
    aborted = "terminate called after throwing an instance of 'std::bad_alloc'"
    assert cause_of_death(-signal.SIGABRT, aborted, False)["cause"] == "memory"
    assert cause_of_death(-signal.SIGKILL, "", True)["cause"] == "memory"
    assert cause_of_death(-signal.SIGKILL, "", False) is None  # somebody's kill -9: it resumes
    assert "signal 11" in cause_of_death(-signal.SIGSEGV, "", False)["message"]
    assert "exit code 1" in cause_of_death(1, "Traceback", False)["message"]


def small_group() -> Path:
    """A control group of our own with 8 MB of memory."""
    for root, limit in (
        (Path("/sys/fs/cgroup/memory"), "memory.limit_in_bytes"),
        (Path("/sys/fs/cgroup"), "memory.max"),
    ):
        group = root / f"ssti-test-{os.getpid()}"
        try:
            group.mkdir()
            (group / limit).write_text(str(8 * 2**20))
            return group
        except OSError:
            if group.is_dir():
                group.rmdir()
    pytest.skip("this machine does not let a test make a control group")


@pytest.mark.slow
def test_a_worker_that_the_kernel_kills_for_want_of_memory_has_failed_as_memory(home):
    group = small_group()
    try:
        run = launch(RECIPE.set("training.steps=3000", "evaluation.every=5"))[0]
        end = time.monotonic() + 180
        while progress(run).step < 1:
            assert progress(run).going and time.monotonic() < end
            time.sleep(0.1)
        (group / "cgroup.procs").write_text(str(progress(run).worker["pid"]))
        assert wait(run, 120) == "failed"
        assert progress(run).error["cause"] == "memory"
    finally:
        group.rmdir()
