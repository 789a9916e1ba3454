"""How an ended run stood is read from one small file, for as long as the files are those that it was made of."""

from __future__ import annotations

import json

import pytest

from ssti.backends.control import progress
from ssti.recipe import preset
from ssti.runs.kept import FILE
from ssti.runs.run import Run
from ssti.runs.store import Store


@pytest.fixture
def ended(tmp_path) -> Run:
    run = Store(tmp_path).create(preset("demo"))
    run.tell("state", state="training", steps=4)
    run.tell("step", step=4, steps=4)
    run.tell("loss", step=4, loss=float("nan"))
    run.tell("eval", step=4, clean_accuracy={"value": 0.5, "low": 0.4, "high": 0.6, "n": 20})
    run.tell("state", state="done")
    return run


def test_what_was_kept_is_what_the_events_say(ended):
    worked_out = progress(ended)
    assert (ended.path / FILE).is_file()
    assert progress(ended) == worked_out and worked_out.state == "done" and worked_out.evals[0]["step"] == 4


def test_the_events_are_not_read_again(ended, monkeypatch):
    said = progress(ended)
    monkeypatch.setattr(Run, "recorded", lambda run: pytest.fail("the events were read"))
    assert progress(Run(ended.id, ended.path)) == said


def test_another_event_or_another_recipe_makes_it_stale(ended):
    progress(ended)
    ended.tell("state", state="failed")
    assert progress(ended).state == "failed"
    (ended.path / "recipe.yaml").write_text("nonsense: [", encoding="utf-8")
    assert progress(ended).state == "damaged"


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"stamps": [], "progress": {"state": "done"}}'])
def test_a_damaged_one_is_no_word_of_the_run(ended, content):
    (ended.path / FILE).write_text(content, encoding="utf-8")
    assert (progress(ended).state, progress(ended).step) == ("done", 4)


def test_a_run_that_goes_on_or_is_damaged_keeps_nothing(tmp_path):
    run = Store(tmp_path).create(preset("demo"))
    run.tell("state", state="training", steps=4)
    assert progress(run).state == "interrupted"
    (run.path / "recipe.yaml").write_text("", encoding="utf-8")
    run.tell("state", state="done")
    assert progress(run).state == "damaged" and not (run.path / FILE).exists()


def test_a_disk_that_takes_no_more_only_costs_the_time(ended):
    (ended.path / FILE).mkdir()
    assert progress(ended).state == progress(ended).state == "done"
    assert json.loads((ended.path / "events.jsonl").read_text().splitlines()[-1])["state"] == "done"
