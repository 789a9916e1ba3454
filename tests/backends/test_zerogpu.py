"""A run as a call on ZeroGPU, as far as that goes without one: its function, what it asks for, and what a refusal says."""

from __future__ import annotations

import pytest
from tests_support import SHORT

from ssti.backends import zerogpu
from ssti.backends.control import accompany, launch, progress, resume, stop
from ssti.backends.zerogpu import LEAST, MOST, ZERO_GPU, duration, refused, seconds
from ssti.platform.errors import SSTIError
from ssti.recipe import preset
from ssti.runs.store import Store

DEMO = preset("demo").set(*SHORT)


@pytest.fixture
def space(home, monkeypatch):
    """A Space on ZeroGPU, but for the GPU."""
    monkeypatch.setattr(zerogpu, "there", lambda: True)
    ZERO_GPU._waiting.clear()


def test_elsewhere_it_is_refused(home, monkeypatch):
    assert "no Space on ZeroGPU" in ZERO_GPU.offer(DEMO).refusal.message
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    monkeypatch.setattr(zerogpu, "find_spec", lambda name: None)
    with pytest.raises(SSTIError, match="ZeroGPU"):
        launch(DEMO, backend="zerogpu")
    assert not Store().list()


def test_it_asks_for_few_seconds_more_for_more_work_and_never_more_than_a_call_may_have(home):
    small, demo, long = (duration(preset("demo").set(f"training.steps={n}")) for n in (10, 500, 50_000))
    assert small == LEAST < demo < MOST == long
    imdb = DEMO.set("dataset.name=imdb", "training.steps=20000")
    assert seconds(imdb.set("training.batch_size=512")) > 2 * seconds(imdb)


def test_the_quota_is_explained_before_the_start(space):
    assert f"takes up to {LEAST} s of your ZeroGPU quota" in ZERO_GPU.offer(DEMO).sentence
    assert "goes on when you resume" in ZERO_GPU.offer(DEMO.set("training.steps=50000")).sentence


def test_a_call_ends_in_an_adapter_also_where_its_time_is_over_and_goes_on_with_a_resume(space, monkeypatch):
    (run,) = launch(DEMO, backend="zerogpu")
    assert progress(run).state == "queued"
    monkeypatch.setattr(zerogpu, "duration", lambda recipe: 0)
    accompany(run)
    now = progress(run)
    assert (now.state, now.step) == ("stopped", 1) and run.has_adapter and "time on the GPU" in now.notes[-1]
    monkeypatch.setattr(zerogpu, "duration", lambda recipe: 600)
    resume(run)
    accompany(run)
    now = progress(run)
    assert (now.state, now.step) == ("done", 6) and run.metrics()["sets"]["clean"]["n"] == 40
    accompany(run)  # as a second click would
    assert progress(run).state == "done"


def test_a_run_whose_event_never_came_and_one_that_is_stopped_before_do_not_wait_for_ever(space, monkeypatch):
    (run,) = launch(DEMO, backend="zerogpu")
    stop(run)
    accompany(run)
    assert progress(run).state == "stopped" and not run.has_adapter
    (run,) = launch(DEMO, backend="zerogpu")
    monkeypatch.setattr(zerogpu, "WAITS", 0.0)
    assert progress(run).state == "interrupted"


QUOTA = "You have exceeded your free ZeroGPU quota (60s requested vs. 55s left). Try again in 3:20:00. "


@pytest.mark.parametrize(
    ("said", "kind", "word"),
    [
        (QUOTA, "quota", "asks for 60 s of GPU time; 55 s are left"),
        ("The requested GPU duration (600s) is larger than the maximum allowed", "quota", "larger than the maximum"),
        ("Space app has reached its GPU limit. ", "quota", "reached its GPU limit."),
        ("No GPU was available after 60s", "busy", "No GPU"),
        ("GPU task aborted", "worker", "GPU task aborted"),
    ],
)
def test_what_the_package_spaces_says_is_told_in_words(space, monkeypatch, said, kind, word):
    class Error(Exception):  # as gradio's, which the package raises
        message = said

    def on_gpu(folder, seconds):
        raise Error

    monkeypatch.setattr(zerogpu, "on_gpu", on_gpu)
    (run,) = launch(DEMO, backend="zerogpu")
    accompany(run)
    now = progress(run)
    assert now.state == "failed" and now.error["cause"] == kind and word in now.error["message"] and now.error["next"]
    if said is QUOTA:
        assert "3:20:00" in refused(Error()).next
