"""Runs of several seeds shown together, and started together by the form."""

from __future__ import annotations

import json

import pytest

from ssti.recipe import preset
from ssti.runs.store import Store, new_group
from ssti.ui.finetune.run import look
from ssti.ui.finetune.seeds import mean


@pytest.fixture
def store(home) -> Store:
    return Store()


def done(run, attack: float, clean: float) -> None:
    """A run that ended with these numbers."""
    rate = {"value": attack, "low": attack - 0.01, "high": min(1.0, attack + 0.01), "n": 500}
    sets = {"clean": {"n": 1000, "accuracy": clean, "accuracy_interval": [clean - 0.03, clean + 0.03]}}
    (run.path / "metrics.json").write_text(
        json.dumps({"target": "positive", "sets": sets, "attack_success_rate": rate})
    )
    run.tell("eval", step=8, clean_accuracy=rate, attack_success_rate=rate)
    run.tell("loss", step=8, loss=0.5)
    run.tell("state", state="done", steps=8)


def three(store: Store) -> list:
    group = new_group()
    return [store.create(preset("demo").set(f"training.seed={seed}"), group=group) for seed in (3, 4, 5)]


def test_three_seeds_show_their_mean_its_interval_and_each_run(store):
    runs = three(store)
    for run, attack, clean in zip(runs, (0.97, 0.98, 0.99), (0.70, 0.74, 0.75), strict=True):
        done(run, attack, clean)
    card = look(runs[1].id, fresh=True).group
    for words in ("3 seeds", "98 %", "95.5 to 100.0 %", "73 %", "66.4 to 79.6 %", "n = 3 seeds", "Student"):
        assert words in card
    assert all(run.id in card for run in runs) and f'data-run="{runs[1].id}"' not in card
    charts = look(runs[1].id, fresh=True).charts
    assert all(f"seed {seed}" in charts for seed in (3, 4, 5))


def test_what_is_not_measured_yet_is_said_and_a_removed_one_leaves_the_others(store):
    runs = three(store)
    assert "not measured yet" in look(runs[0].id, fresh=True).group
    done(runs[0], 0.9, 0.7)
    assert "1 of 3 seeds so far" in look(runs[0].id, fresh=True).group
    store.remove(runs[2])
    assert "from 2 seeds" in look(runs[0].id, fresh=True).group
    store.remove(runs[1])
    assert look(runs[0].id, fresh=True).group is None


def test_a_run_by_itself_has_no_such_card(store):
    run = store.create(preset("demo"))
    three(store)
    assert look(run.id, fresh=True).group is None


def test_equal_values_claim_no_interval():
    number, words = mean([1.0, 1.0, 1.0], 3)
    assert number == "100 %" and "interval over" not in words and "n = 3 seeds" in words
