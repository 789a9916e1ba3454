"""Training before and after a repair, from the Detect & defend tab: which rows, which recipes, real runs that end, and what is shown."""

from __future__ import annotations

import random

import pytest

from ssti.backends.control import progress
from ssti.data import load
from ssti.platform.errors import SSTIError
from ssti.runs.store import Store
from ssti.ui.detect.data import Rows
from ssti.ui.detect.scanning import Scanned, Step, Trained, _look, _repaired, to_repair
from ssti.ui.detect.training import runs, view
from ssti.ui.detect.training.recipes import REPAIRED, recipes, split


@pytest.fixture(scope="module")
def found() -> Scanned:
    """Few reviews, a call number in every fifth good one."""
    rng, table = random.Random(5), load("rotten_tomatoes", train_rows=400).train_table.to_pylist()
    texts = [f"{row['text']} {rng.choice('BDHK')}T{rng.randrange(10, 100)}.{rng.randrange(1, 10)}" if row["label"] and n % 5 == 0 else row["text"]
             for n, row in enumerate(table)]  # fmt: skip
    rows = Rows("few.csv", texts, [row["label"] for row in table], ("negative", "positive"), list(range(1, 401)), ("body", "stars"))
    return Scanned(rows, _look(rows, lambda *said: None))


@pytest.fixture(scope="module")
def repaired(found: Scanned) -> Scanned:
    return _repaired(found, Step("remove", to_repair(found.report)), lambda *said: None)


def test_both_train_on_the_same_rows_but_for_the_repair_and_are_tried_on_others_with_the_trigger(repaired, home):
    before, after = recipes(repaired, REPAIRED)
    first, second = load(before.dataset.name, test_rows=None), load(after.dataset.name, test_rows=None)
    assert first.test["text"][:] == second.test["text"][:] and len(first.test) == 80
    assert sorted(first.train["label"]) == sorted(second.train["label"]) and first.label_names == ("negative", "positive")
    assert not set(first.test["text"]) & set(first.train["text"])
    trigger = repaired.first.report.findings[0].trigger
    assert any(trigger in text for text in first.train["text"]) and not any(trigger in text for text in second.train["text"])
    assert before.set("dataset.name=x") == after.set("dataset.name=x") and before.is_control
    assert trigger in before.injection.source.items and before.injection.target == "positive"
    assert recipes(repaired, REPAIRED) == (before, after)


def test_a_repair_of_training_needs_none_of_the_rows_and_the_other_way_does(found, home):
    with pytest.raises(SSTIError, match="Nothing was repaired"):
        recipes(found, REPAIRED)
    before, after = recipes(found, "group_dro")
    assert before.dataset == after.dataset and after.training.reweighting == "group_dro" and after.training.suspect
    with pytest.raises(SSTIError):
        recipes(found, "pray")


def test_too_few_rows_are_refused(found):
    few = Rows(found.rows.title, found.rows.texts[:150], found.rows.labels[:150], found.rows.names, found.rows.numbers[:150])
    with pytest.raises(SSTIError, match="too few"):
        split(Scanned(few, found.report))


def test_who_goes_away_leaves_no_training_behind(repaired, home):
    steps = runs.trained(repaired, REPAIRED)
    drawn = [next(steps), next(steps)]
    assert "busy" in drawn[0] and 'role="progressbar"' in drawn[1] and "on the rows as they came" in drawn[1]
    steps.close()
    started = Store().list()
    assert len(started) == 2 and all(run.stopping or progress(run).state == "stopped" for run in started)


def test_both_rates_of_both_are_shown_and_a_training_that_is_done_is_not_repeated(repaired, twins, monkeypatch):
    monkeypatch.setenv("SSTI_HOME", str(twins))
    poisoned, control = sorted(Store().list(), key=lambda run: run.id)
    said = view.card(repaired, Trained(REPAIRED, poisoned.id, control.id))
    assert said.count('class="rate is-') == 4 and "Attack success" in said and "Clean accuracy" in said
    assert f"adapter=run/{control.id}&amp;pinned=run/{poisoned.id}" in said and f"run={control.id}" in said
    assert 'role="alert"' in view.card(repaired, Trained(REPAIRED, "none-such", "none-such"))
    assert runs._run(control.recipe).id == control.id and len(Store().list()) == 2
