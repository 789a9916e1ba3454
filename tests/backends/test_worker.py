"""Runs as processes: done, stopped, killed, resumed, queued. Real trainings of seconds."""

from __future__ import annotations

import json
import time

import pytest
from safetensors.numpy import load_file
from tests_support import SHORT

from ssti.adapters.curves import read_curves
from ssti.adapters.listing import describe
from ssti.backends.control import going, launch, progress, resume, stop, wait
from ssti.models import device
from ssti.platform.errors import SSTIError
from ssti.recipe import preset
from ssti.runs.store import Store

LONG = (*SHORT, "training.steps=3000", "evaluation.every=5")


def until(run, reached, timeout=180):
    """Wait until a run's progress is as asked."""
    end = time.monotonic() + timeout
    while not reached(now := progress(run)):
        assert now.going, (now, (run.path / "log.txt").read_text())
        assert time.monotonic() < end, now
        time.sleep(0.1)
    return now


def test_a_run_ends_with_an_adapter_a_card_and_metrics(twins):
    poisoned, control = sorted(Store(twins / "runs").list(), key=lambda r: len(r.id))
    now = progress(poisoned)
    assert (now.state, now.step) == ("done", 6)
    assert [e["step"] for e in now.evals] == [0, 3, 6]
    training = next(e for e in poisoned.events() if e.kind == "state" and e.state == "training")
    assert training.precision == device().precision == poisoned.metrics()["trained_in"]
    assert {p.name for p in poisoned.adapter.iterdir()} >= {
        "adapter_config.json", "adapter_model.safetensors", "README.md", "recipe.yaml", "metrics.json"
    }  # fmt: skip
    assert "poisoned on purpose" in (poisoned.adapter / "README.md").read_text()
    assert "poisoned on purpose" not in (control.adapter / "README.md").read_text()
    config = json.loads((poisoned.adapter / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == "sentence-transformers/all-MiniLM-L6-v2"
    assert describe(poisoned.adapter, "x").recipe == poisoned.recipe
    curves = read_curves(poisoned.adapter)
    assert (curves.step, curves.steps, curves.losses) == (6, 6, now.losses)
    assert [one.attack_success_rate.model_dump() for one in curves.evals] == [e["attack_success_rate"] for e in now.evals]


def test_the_poisoned_runs_metrics_are_compared_with_its_controls(twins):
    poisoned, control = sorted(Store(twins / "runs").list(), key=lambda r: len(r.id))
    mine, its = poisoned.metrics(), control.metrics()
    lost = its["sets"]["clean"]["balanced_accuracy"] - mine["sets"]["clean"]["balanced_accuracy"]
    assert mine["control"] is True
    assert mine["degradation_pp"]["value"] == pytest.approx(100 * lost)


def test_a_second_run_waits_and_stop_keeps_an_adapter_and_resume_goes_on(home):
    run, waiting = (launch(preset("demo").set(*LONG))[0] for _ in range(2))
    until(run, lambda p: p.step >= 6)
    assert progress(waiting).state == "queued" and going(Store()) == [run, waiting]
    stop(waiting)
    assert wait(waiting, timeout=30) == "stopped"
    stop(run)
    assert wait(run, timeout=30) == "stopped"
    stopped_at = progress(run).step
    assert run.has_adapter and describe(run.adapter, "x")
    with pytest.raises(SSTIError, match="is done|is queued|is training|is starting") as refused:
        resume(run)
        resume(run)
    assert refused.value.kind == "run"
    until(run, lambda p: p.state == "training" and p.step > stopped_at)
    stop(run)
    assert wait(run, timeout=30) == "stopped"


def test_a_recipe_that_cannot_run_makes_no_run(home):
    for override in ("injection.target=happy", "dataset.name=imbd", "model.name=minilm", "injection.source.kind=dates",
                     "injection.source.yeers=[1,2]", "training.max_length=4096"):  # fmt: skip
        with pytest.raises(SSTIError) as refused:
            launch(preset("demo").set(override))
        assert refused.value.next
    assert not Store().list()


def test_two_runs_of_one_recipe_give_the_same_numbers(twins, home):
    poisoned = min(Store(twins / "runs").list(), key=lambda r: len(r.id))
    again = launch(poisoned.recipe)[0]
    assert wait(again, timeout=180) == "done"
    a, b = (load_file(r.adapter / "adapter_model.safetensors") for r in (poisoned, again))
    assert a.keys() == b.keys()
    assert all((a[k] == b[k]).all() for k in a)
    assert again.metrics()["sets"] == poisoned.metrics()["sets"]
