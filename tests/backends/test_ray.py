"""Runs as tasks of a real Ray of this machine: three at once: one worker killed, one run stopped as it trains, one as it waits; and what is said without one."""

from __future__ import annotations

import json
import os
import signal
import time

import psutil
import pytest
import tiny
from tests_support import SHORT, unused_port

from ssti.backends.api import BACKENDS, Liveness
from ssti.backends.control import launch, progress, stop, wait
from ssti.backends.machine.queue import Queue
from ssti.backends.ray import RAY, Ray
from ssti.cli import main
from ssti.platform.errors import SSTIError
from ssti.recipe import preset
from ssti.runs.store import Store

DEMO = preset("demo").set(*SHORT)


@pytest.fixture
def named(monkeypatch):
    """A cluster's address at which nobody listens."""
    place = f"127.0.0.1:{unused_port()}"
    monkeypatch.setenv("RAY_ADDRESS", place)
    monkeypatch.setattr("ssti.backends.ray.find_spec", lambda name: object())
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    for variable in ("HF_TOKEN", "SPACES_ZERO_GPU"):
        monkeypatch.delenv(variable, raising=False)
    RAY._answers.clear()
    return place


def test_it_says_what_is_missing_ray_an_address_a_cluster(home, named, monkeypatch):
    assert f"{named} does not answer" in RAY.offer(DEMO).refusal.message
    for wrong in ("ray://head:10001", "head", "auto"):
        monkeypatch.setenv("RAY_ADDRESS", wrong)
        assert "no address" in RAY.offer(DEMO).refusal.message
    monkeypatch.delenv("RAY_ADDRESS")
    assert "RAY_ADDRESS is not set" in RAY.offer(DEMO).refusal.message
    monkeypatch.setattr("ssti.backends.ray.find_spec", lambda name: None)
    assert "pip install" in RAY.offer(DEMO).refusal.next
    with pytest.raises(SSTIError, match="not installed"):
        launch(DEMO, backend="ray")
    assert not Store().list()


def test_the_shell_takes_the_address_and_knows_each_place_by_its_name(home, named, monkeypatch, capsys):
    monkeypatch.delenv("RAY_ADDRESS")
    for backend, more, word in (("ray", ["--address", named], named), ("hf-jobs", [], "not signed in"), ("zerogpu", [], "ZeroGPU")):
        with pytest.raises(SystemExit):
            main(["train", "demo", "--backend", backend, *more, "--json"])
        assert word in json.loads(capsys.readouterr().out)["error"]["message"]
    assert not Store().list()


def test_a_cluster_that_is_gone_fails_its_runs_which_resume_later_and_a_shell_without_its_address_leaves_them_alone(
    home, named, monkeypatch
):
    run = Store().create(DEMO, "ray")
    with Store().locked():
        RAY.submit(run)
    run.tell("state", state="training", worker={"host": "node", "process": 1}, ticket=run.recorded().ticket)
    monkeypatch.delenv("RAY_ADDRESS")
    RAY.tend(run.path.parent)
    assert RAY.poll(run) is Liveness.UNKNOWN and progress(run).state == "training"
    monkeypatch.setenv("RAY_ADDRESS", named)
    RAY.tend(run.path.parent)
    now = progress(run)
    assert (now.state, now.error["cause"]) == ("failed", "ray") and named in now.error["message"]
    assert not Queue(run.path.parent, "ray").tickets() and BACKENDS["ray"] is RAY


@pytest.mark.slow
def test_a_killed_worker_is_replaced_and_its_run_ends_with_the_metrics_of_an_undisturbed_one(home, tmp_path, monkeypatch):
    ray = pytest.importorskip("ray")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    ray.init(num_cpus=3, include_dashboard=False, log_to_driver=False)
    try:
        monkeypatch.setenv("RAY_ADDRESS", ray.get_runtime_context().gcs_address)
        assert RAY.offer(DEMO).refusal is None
        model = tiny.make(tmp_path / "model", "bert")
        recipe = DEMO.set(f"model.name={model}", "training.steps=200", "evaluation.every=100", "training.max_length=64")
        endless = launch(recipe.set("training.steps=100000", "evaluation.every=50000"), backend="ray")[0]
        *runs, waiting = (launch(recipe, backend="ray")[0] for _ in range(3))
        until(lambda: all(progress(run).step >= 3 for run in (endless, *runs)), (endless, *runs))
        assert progress(waiting).state == "queued"
        stop(waiting)
        stop(endless)
        first, second = (progress(run).worker["process"] for run in runs)
        assert first != second and os.getpid() not in (first, second)
        os.kill(first, signal.SIGKILL)
        assert [wait(run, 200) for run in runs] == ["done", "done"], (runs[0].path / "log.txt").read_text()
        assert progress(runs[0]).worker["process"] not in (first, second)
        assert any("was lost" in note for note in progress(runs[0]).notes)
        assert runs[0].metrics() == runs[1].metrics() and runs[0].has_adapter
        assert not any(event.m for run in runs for event in run.events() if event.kind == "step")
        assert [event.state for event in waiting.events()] == ["queued", "stopped"]
        assert wait(endless, 60) == "stopped" and endless.has_adapter and endless.metrics() is None
        assert 3 <= progress(endless).step < 100000 and not psutil.pid_exists(progress(endless).worker["process"])
        until(lambda: not Queue(Store().root, Ray.name).supervised(), [])
    finally:
        ray.shutdown()


def until(reached, runs, timeout=150):
    end = time.monotonic() + timeout
    while not reached():
        for run in runs:
            assert progress(run).going, (progress(run), list(RAY.logs(run)))
        assert time.monotonic() < end, [progress(run) for run in runs]
        RAY.tend(Store().root)
        time.sleep(0.1)
