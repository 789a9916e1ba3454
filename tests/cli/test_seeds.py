"""`train --seeds`: what several seeds and their controls come to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ssti.backends.api import BACKENDS, Backend, Liveness, Offer
from ssti.runs.store import Store
from ssti.verbs.seeds import MEASURES


class Measured(Backend):
    """Runs end at once with what a real pair measured: what is asked here is what the verb makes of several."""

    name, title, order = "measured", "Measured", 99

    def __init__(self, runs: Path) -> None:
        self.poisoned, self.clean = (one.metrics() for one in sorted(Store(runs).list(), key=lambda run: bool(run.control_of)))

    def offer(self, recipe):
        return Offer("nowhere")

    def submit(self, run):
        metrics = json.loads(json.dumps(self.clean if run.control_of else self.poisoned))
        metrics["gap_pp"]["value"] = float(run.recipe.training.seed)
        (run.path / "metrics.json").write_text(json.dumps(metrics))
        if run.recipe.training.seed == 13:
            run.tell("error", cause="memory", message="Out of memory.", next="Take less.")
        run.tell("state", state="failed" if run.recipe.training.seed == 13 else "done", steps=6)

    def poll(self, run):
        return Liveness.GONE

    def stop(self, run):
        raise AssertionError("nobody stops it")

    def logs(self, run):
        yield ""


def test_five_seeds_with_their_controls_are_reported_as_means_with_intervals(answer, run, twins, monkeypatch):
    monkeypatch.setitem(BACKENDS._all(), "measured", Measured(twins / "runs"))
    said = answer("train", "demo", "--seeds", "5", "--control", "--backend", "measured", "--set", "training.seed=2")
    assert [one["seed"] for one in said["runs"]] == [2, 3, 4, 5, 6] and said["run_id"] == said["runs"][0]["run_id"]
    assert all(one["control"]["run_id"] == f"{one['run_id']}-control" for one in said["runs"])
    over = said["over_seeds"]
    assert list(over) == list(MEASURES) and {one["n"] for one in over.values()} == {5}
    assert over["gap_pp"]["value"] == 4 and over["gap_pp"]["low"] < 4 < over["gap_pp"]["high"]
    clean = [one["metrics"]["sets"]["clean"]["balanced_accuracy"] for one in (said["runs"][0], said["runs"][0]["control"])]
    assert over["degradation_pp"]["value"] == pytest.approx(100 * (clean[1] - clean[0]))
    code, out, _ = run("train", "demo", "--seeds", "2", "--backend", "measured", "--follow")
    assert code == 0 and "gap_pp" in out and "n = 2)" in out
    code, out, _ = run("train", "demo", "--seeds", "3", "--backend", "measured", "--set", "training.seed=12", "--json")
    assert code == 1 and "failed" in json.loads(out)["error"]["message"]  # one that failed is not left out of a mean
