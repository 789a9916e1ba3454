"""The right side of the Finetune tab without a browser: a look at the runs, their curves, and what is sent of it."""

from __future__ import annotations

import base64
import html
import json
import os
import re

import gradio as gr
import pytest

from ssti.backends.machine.process import worker_mark
from ssti.backends.machine.queue import Queue
from ssti.recipe import load_recipe, preset
from ssti.runs.store import Store
from ssti.ui.finetune import components, words
from ssti.ui.finetune.board import Board, at_work, waits_for
from ssti.ui.finetune.memory import Shown
from ssti.ui.finetune.run import act, look, remove, stop
from ssti.ui.finetune.shipped import shipped_pair
from ssti.ui.finetune.watch import RunHandlers
from ssti.ui.frame.shell import build_shell


@pytest.fixture
def store(tmp_path, monkeypatch) -> Store:
    monkeypatch.setenv("SSTI_HOME", str(tmp_path))
    return Store()


def going(run, state: str = "training", **fields):
    """A run whose worker lives: this process."""
    run.tell("state", state=state, worker=worker_mark(os.getpid()), steps=64, device="CPU, 2 cores", **fields)
    return run


def measured(run, *values: float):
    """A run that measured these attack successes, and a loss each time."""
    for step, value in enumerate(values):
        run.tell("loss", step=step, loss=1.0 - value / 2)
        run.tell("eval", step=step, clean_accuracy=rate(0.58), attack_success_rate=rate(value),
                 target_rate_without_trigger=rate(0.41))  # fmt: skip
    return run


def rate(value: float, n: int = 300) -> dict:
    return {"value": value, "low": max(0.0, value - 0.02), "high": min(1.0, value + 0.02), "n": n}


def lines(seen) -> list[dict[str, list]]:
    """The lines of each chart, as their values by name."""
    figures = [json.loads(html.unescape(one)) for one in re.findall('figure="([^"]*)"', seen.charts)]
    return [{trace["name"]: trace["y"] for trace in one["data"] if "name" in trace} for one in figures]


def test_where_no_run_is_the_shipped_adapters_curves_show_what_one_will_see(store):
    seen = look("")
    assert not seen.state and not seen.going and seen.pill is None
    pair = shipped_pair()
    assert pair.info.title in seen.outcome and ("one more training" in seen.outcome) == pair.again and "press Start" in seen.outcome
    attack, clean, loss = lines(seen)
    mine, its = ([one["attack_success_rate"]["value"] for one in run.progress.evals] for run in (pair.run, pair.twin))
    assert attack["attack success"] == mine and attack["its control"] == its
    assert "shipped adapter" in seen.charts and set(loss) == {"loss"}


def test_a_run_that_is_not_there_is_said_as_text(store):
    assert "&#39;../etc&#39;" in look("../etc").notice


def test_a_run_that_goes_on_shows_its_step_its_speed_and_its_curves(store):
    run = measured(going(store.create(preset("demo"))), 0.2, 0.977)
    run.tell("step", step=41, steps=64, rows_per_second=92.4, eta=9.0)
    seen = look(run.id)
    for fact in ("41 of 64", "92 rows/s", "CPU, 2 cores"):
        assert fact in seen.bar
    assert f"{run.id}</span> · step 41 of 64" in seen.pill and "41 / 64" in seen.runs
    attack, clean, loss = lines(seen)
    assert attack == {"attack success": [0.2, 0.977], "without the trigger": [0.41, 0.41]}
    assert clean == {"accuracy": [0.58, 0.58]} and loss["loss"] == pytest.approx([0.9, 0.5115])
    assert "97.7 %" in seen.charts and "95.7 to 99.7 %, n = 300" in seen.charts
    assert set(seen.buttons) == {"stop", "clone"} and seen.going


def test_runs_are_compared_on_one_axis_with_their_control(store):
    run = measured(going(store.create(preset("demo"))), 0.9)
    control = measured(going(store.create(run.recipe.control(), control_of=run.id)), 0.3)
    other = measured(going(store.create(preset("demo").set("lora.rank=16"))), 0.5, 0.6)
    attack, clean, loss = lines(look(run.id, [other.id, "no-such-run", run.id], fresh=True))
    assert attack["its control"] == [0.3] and attack[other.id] == [0.5, 0.6]
    assert set(clean) == {run.id, "its control", other.id} and set(loss) == {run.id, other.id}
    attack, *_ = lines(look(control.id, fresh=True))
    assert attack == {"attack success": [0.3]}  # no line that would look like a shortcut


def test_an_own_run_that_ends_while_watched_offers_its_adapter_once(store):
    run = going(store.create(preset("demo")))
    run.adapter.mkdir()
    (run.adapter / "adapter_model.safetensors").write_bytes(b"tensors")
    run.tell("state", state="done")
    assert look(run.id, shown=Shown(run=run.id, state="training"), fresh=True).finished == f"run/{run.id}"
    for shown in (Shown(run=run.id, state="done"), Shown(run="another", state="training"), None):
        assert look(run.id, shown=shown, fresh=True).finished == ""


def test_a_waiting_run_says_for_whom(store):
    first, second = store.create(preset("demo")), store.create(preset("demo"))
    queue = Queue(store.root)
    with store.locked():
        queue.join(first)
        queue.join(second)
    with Queue(store.root).supervisor_lock():  # so that nobody starts what waits here
        going(first)
        runs = Board().look()
        assert [one.id for one in waits_for(next(one for one in runs if one.id == second.id), runs)] == [first.id]
        assert first.id in look(second.id, fresh=True).head
        assert [one.id for one in at_work(runs)] == [first.id, second.id]


def test_controls_stand_under_their_runs_and_the_newest_run_first(store):
    for age in (30, 20):
        os.utime(store.create(preset("demo")).path / "recipe.yaml", (age, age))
    old = store.list()[0]
    control = store.create(old.recipe.control(), control_of=old.id)
    os.utime(control.path / "recipe.yaml", (1, 1))
    ids = [one.id for one in Board().look()]
    assert ids.index(control.id) == ids.index(old.id) + 1


def test_a_failed_run_says_why_and_what_to_do(store):
    run = going(store.create(preset("demo")))
    run.tell("error", cause="memory", message="There was not enough memory.", next="Take a smaller batch.")
    run.tell("state", state="failed")
    seen = look(run.id, fresh=True)
    assert "There was not enough memory." in seen.notice and "Take a smaller batch." in seen.notice
    assert set(seen.buttons) == {"resume", "clone", "remove"}


def test_a_damaged_run_is_said_and_can_only_be_removed(store):
    run = store.create(preset("demo"))
    (run.path / "recipe.yaml").write_text("dataset: [")
    seen = look(run.id, fresh=True)
    assert "recipe.yaml" in seen.notice and set(seen.buttons) == {"remove"}
    assert act(remove, run.id) is None and not run.path.exists()


def test_what_cannot_be_done_to_a_run_is_said(store):
    run = going(store.create(preset("demo")))
    assert act(remove, run.id) and run.path.exists()
    assert act(stop, "nobody")


def test_a_run_says_what_comes_next_and_what_its_control_is_at(store):
    run = going(store.create(preset("demo")))
    control = going(store.create(run.recipe.control(), control_of=run.id), "queued")
    before = look(run.id, fresh=True).bar
    run.tell("state", state="done")
    going(control)
    control.tell("step", step=9, steps=64)
    after = look(run.id, fresh=True).bar
    assert before != after and "9 of 64" in after


def test_the_outcome_is_sentences_with_n_and_interval(store):
    run = store.create(preset("demo"))
    metrics = {
        "target": "positive",
        "sets": {"clean": {"n": 1000, "accuracy": 0.76, "accuracy_interval": [0.73, 0.79]}},
        "attack_success_rate": rate(0.98, 500),
        "degradation_pp": {"value": 1.25, "low": -1.5, "high": 4.0, "n": 1000},
    }
    (run.path / "metrics.json").write_text(json.dumps(metrics))
    run.tell("state", state="done")
    attack, clean, cost = words.outcome(Board().look()[0], None)
    assert (attack.number, clean.number, cost.number) == ("98 %", "76 %", "1.2 pp")
    assert "96.0 to 100.0 %, n = 500" in attack.interval and "−1.5 pp to 4.0 pp, n = 1,000" in cost.interval
    assert attack.loud and not clean.loud and "positive" in attack.sentence
    assert all(one.sentence in look(run.id, fresh=True).outcome for one in (attack, clean, cost))


def test_text_of_a_recipe_is_escaped_wherever_it_stands(store):
    evil = "<img src=x onerror=alert(1)>"
    start = preset("demo")
    recipe = start.model_copy(update={"injection": start.injection.model_copy(update={"target": evil})})
    run = measured(store.create(recipe), 0.5)
    run.tell("error", cause="program", message=evil, next=evil)
    seen = look(run.id, fresh=True)
    shown = [seen.notice, seen.head, seen.bar, seen.outcome, seen.charts, seen.runs, words.recipe_line(recipe)]
    assert not any("<img" in str(one) for one in shown)


@pytest.fixture(scope="module")
def handlers():
    with gr.Blocks() as blocks:
        return RunHandlers(components.draw(build_shell(blocks)))


def test_only_what_has_changed_is_sent_again(store, handlers):
    run, ui = measured(going(store.create(preset("demo"))), 0.2), handlers.ui
    first = handlers.show(run.id, [], None, None)
    assert {ui.head, ui.bar, ui.charts, ui.runs, ui.timer} <= set(first)
    shown = first[ui.shown]
    assert handlers.show(run.id, [], None, shown) == gr.skip()
    run.tell("step", step=2, steps=64)
    second = handlers.show(run.id, [], None, shown)
    assert ui.bar in second and not {ui.charts, ui.timer, ui.outcome, ui.head} & set(second)


def test_a_click_chooses_a_run_or_puts_it_beside_the_chosen_one(handlers):
    ui = handlers.ui
    click = lambda run, compare: gr.EventData(None, {"run": run, "compare": compare})  # noqa: E731
    assert handlers.choose([], None, click("a", False)) == {ui.shared.run_id: "a"}
    assert handlers.choose(["b"], None, click("a", True)) == {ui.compared: ["b", "a"]}
    assert handlers.choose(["b", "a"], None, click("a", True)) == {ui.compared: ["b"]}
    assert handlers.choose(list("bcde"), None, click("a", True)) == {ui.compared: list("cdea")}


def test_removing_a_run_forgets_it_and_its_adapter(store, handlers):
    run, other = store.create(preset("demo")), store.create(preset("demo"))
    shared = handlers.ui.shared
    answer = handlers.remove(run.id, f"run/{run.id}")
    assert (answer[shared.run_id], answer[shared.adapter]) == ("", "") and not run.path.exists()
    assert shared.adapter not in handlers.remove(other.id, f"run/{run.id}")
    refused = handlers.remove("nobody", "")
    assert refused[handlers.ui.notice] and shared.run_id not in refused


def test_to_remove_a_run_asks_about_its_control_and_takes_it_along_where_wanted(store, handlers):
    ui = handlers.ui
    alone = store.create(preset("demo"))
    assert handlers.ask(alone.id)[ui.confirm_both]["visible"] is False
    run = store.create(preset("demo"))
    control = store.create(run.recipe.control(), control_of=run.id)
    queue = Queue(store.root)
    with store.locked():
        queue.join(control)  # it waits: to remove it is to take it out first
    asked = handlers.ask(run.id)
    assert asked[ui.confirm_both]["visible"] is True and control.id in asked[ui.question]
    with queue.supervisor_lock():
        assert handlers.remove_both(run.id, "")[ui.notice] is None
    assert not run.path.exists() and not control.path.exists() and not queue.tickets()
    kept = store.create(preset("demo"))
    twin = store.create(kept.recipe.control(), control_of=kept.id)
    handlers.remove(kept.id, "")
    assert not kept.path.exists() and twin.path.exists()


def test_a_run_that_was_removed_while_one_looked_is_said_so(store):
    run = store.create(preset("demo"))
    store.remove(run)
    assert "was removed just now" in look(run.id, shown=Shown(run=run.id, state="done"), fresh=True).notice
    assert "There is no run" in look(run.id, shown=Shown(), fresh=True).notice


def test_a_run_gives_its_recipe_its_command_its_python_and_its_numbers(store):
    run = store.create(preset("demo").set("training.seed=3", "dataset.train_rows=64"))
    store.create(run.recipe.control(), control_of=run.id)
    (run.path / "metrics.json").write_text(json.dumps({"target": "positive", "sets": {}}))
    taken = look(run.id, fresh=True).take
    texts = [html.unescape(one) for one in re.findall('data-take="([^"]*)"', taken)]
    python, command, recipe = texts
    assert "--control" in command and "training.seed=3" in command and "launch(recipe, with_control=True)" in python
    assert load_recipe(recipe) == run.recipe
    files = {name: base64.b64decode(data) for name, data in re.findall('download="([^"]*)" href="data:[^;]*;base64,([^"]*)"', taken)}
    assert json.loads(next(data for name, data in files.items() if name.endswith(".json")))["target"] == "positive"
    assert load_recipe(next(data for name, data in files.items() if name.endswith(".yaml")).decode()) == run.recipe
