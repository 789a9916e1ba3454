"""Runs as Jobs of a Hub of this machine whose methods have the real ones' signatures: real trainings, followed by their logs."""

from __future__ import annotations

import inspect
import json
import time
from types import SimpleNamespace

import pytest
from huggingface_hub import HfApi
from jobs_hub import JobsHub
from tests_support import SHORT

from ssti.backends import hf_jobs
from ssti.backends.control import launch, progress, resume, stop, wait
from ssti.backends.hf_jobs import HF_JOBS, Price
from ssti.backends.jobs import inside
from ssti.backends.machine.queue import Queue
from ssti.platform.errors import SSTIError
from ssti.platform.hub import signed_in
from ssti.recipe import preset
from ssti.runs.store import Store

DEMO = preset("demo").set(*SHORT)


@pytest.fixture
def hub(home, tmp_path, monkeypatch):
    """The Hub, for somebody who is signed in."""
    made = JobsHub(tmp_path / "hub")
    monkeypatch.setattr(HF_JOBS, "api", lambda token: made.tokens.append(token) or made)
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE", "HF_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(hf_jobs, "reachable", lambda: True)
    monkeypatch.setattr(hf_jobs, "EVERY", 0.05)
    monkeypatch.setattr(inside, "EVERY", 0.05)
    HF_JOBS._hardware.clear()
    HF_JOBS._rests = type(HF_JOBS._rests)(maxsize=64, ttl=0.05)
    token = signed_in.set("hf_visitor")
    yield made
    signed_in.reset(token)
    made.hold.set()


def test_what_the_hub_of_the_tests_takes_the_installed_one_takes_too():
    methods = [name for name, value in vars(JobsHub).items() if inspect.isfunction(value) and not name.startswith("_")]
    assert len(methods) == 12
    for name in methods:
        real = inspect.signature(getattr(HfApi, name)).parameters
        ours = inspect.signature(getattr(JobsHub, name)).parameters
        for parameter in ours.values():
            assert (real[parameter.name].kind, real[parameter.name].default) == (parameter.kind, parameter.default), (name, parameter)
        needed = {one.name for one in real.values() if one.default is one.empty and one.kind is not one.VAR_KEYWORD}
        assert needed <= set(ours), name


def test_a_job_trains_is_followed_and_its_adapter_and_metrics_come_back(hub):
    offer = HF_JOBS.offer(DEMO)
    assert offer.refusal is None and offer.price == pytest.approx(0.21) and "limit of 30 minutes" in offer.sentence
    poisoned, control = launch(DEMO, with_control=True, backend="hf-jobs")
    assert [wait(run, 120) for run in (poisoned, control)] == ["done", "done"], list(HF_JOBS.logs(poisoned))
    now = progress(poisoned)
    assert now.step == 6 and [one["step"] for one in now.evals] == [0, 3, 6] and now.losses
    assert poisoned.has_adapter and poisoned.metrics()["control"] is True and "degradation_pp" in poisoned.metrics()
    assert "Collecting torch\n" in list(HF_JOBS.logs(poisoned)) and "private repository" in now.notes[0]
    job = hub.started[0]
    assert (job["flavor"], job["timeout"], job["secrets"]) == ("t4-small", "30m", {"HF_TOKEN": "hf_visitor"})
    assert hub.private == {f"visitor/ssti-{run.id}": True for run in (poisoned, control)}
    files = hub.list_repo_files(f"visitor/ssti-{poisoned.id}")
    assert {"ssti/__init__.py", "ssti/backends/jobs/inside.py", "requirements.txt"} <= set(files)
    assert not [name for name in files if name.endswith(".pyc")]
    assert set(hub.tokens) == {"hf_visitor", False} and not Queue(Store().root, "hf-jobs").tickets()
    assert not any("hf_visitor" in file.read_text("utf-8", "replace") for file in Store().root.rglob("*") if file.is_file())


def test_a_stop_keeps_the_adapter_and_a_job_that_waits_for_hardware_is_cancelled(hub):
    (run,) = launch(DEMO.set("training.steps=3000"), backend="hf-jobs")
    until(lambda: progress(run).step >= 1, run)
    stop(run)
    assert wait(run, 60) == "stopped" and run.has_adapter and 0 < progress(run).step < 3000
    hub.hold.clear()
    (waiting,) = launch(DEMO, backend="hf-jobs")
    assert progress(waiting).state == "queued"
    stop(waiting)
    assert wait(waiting, 30) == "stopped" and hub.jobs["job1"].cancelled and not waiting.has_adapter


def test_a_job_at_its_limit_fails_in_words_and_resumes_as_a_new_job(hub):
    hub.limit = "Job timeout"
    (run,) = launch(DEMO, backend="hf-jobs")
    assert wait(run, 30) == "failed" and "limit of 30 minutes" in progress(run).error["message"]
    hub.limit = "no such image"
    resume(run)
    assert wait(run, 30) == "failed" and "ERROR: no such image" in progress(run).error["message"]
    assert len(hub.started) == 2 and json.loads((run.path / "job.json").read_text())["id"] == "job1"


def test_the_hubs_refusal_to_start_a_job_is_said_in_words(hub):
    hub.refuse = type("HfHubHTTPError", (Exception,), {"response": SimpleNamespace(status_code=402)})("pay")
    (run,) = launch(DEMO, backend="hf-jobs")
    assert wait(run, 30) == "failed" and "credit" in progress(run).error["message"]
    hub.refuse.response = SimpleNamespace(status_code=503)
    resume(run)
    until(lambda: len(hub.tokens) > 6, run)
    assert progress(run).state == "queued"  # it may be otherwise in a while
    stop(run)


def test_it_is_refused_without_ones_own_sign_in_offline_at_a_wrong_price_and_for_what_is_here_alone(hub, monkeypatch, tmp_path):
    monkeypatch.setenv("SSTI_JOB_FLAVOR", "t4-smal")
    assert "did you mean 't4-small'" in HF_JOBS.offer(DEMO).refusal.message
    monkeypatch.setenv("SSTI_JOB_FLAVOR", "cpu-basic")
    monkeypatch.setenv("SSTI_JOB_MINUTES", "60")
    assert HF_JOBS.price() == Price("cpu-basic", "CPU Basic", 0.0002, 60)
    for wrong in ("0", "1441", "an hour"):
        monkeypatch.setenv("SSTI_JOB_MINUTES", wrong)
        assert "SSTI_JOB_MINUTES" in HF_JOBS.offer(DEMO).refusal.message
    monkeypatch.delenv("SSTI_JOB_MINUTES")
    rows = tmp_path / "rows.csv"
    rows.write_text("text,label\n" + "fine,good\npoor,bad\n" * 20, encoding="utf-8")
    own = DEMO.set(f"dataset.name={rows}", "dataset.train_rows=null", "dataset.test_rows=null", "injection.target=good")
    assert "this machine alone" in HF_JOBS.offer(own).refusal.message
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "HF_HUB_OFFLINE" in HF_JOBS.offer(DEMO).refusal.message
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setenv("HF_TOKEN", "hf_owner")
    monkeypatch.setenv("SPACE_ID", "owner/space")
    signed_in.set(None)
    with pytest.raises(SSTIError, match="not signed in"):
        launch(DEMO, backend="hf-jobs")
    assert not Store().list() and "hf_owner" not in hub.tokens


def until(reached, run, timeout=120):
    end = time.monotonic() + timeout
    while not reached():
        assert progress(run).going and time.monotonic() < end, (progress(run), list(HF_JOBS.logs(run)))
        HF_JOBS.tend(run.path.parent)
        time.sleep(0.05)
