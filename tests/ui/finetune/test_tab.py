"""The Finetune tab without a browser: values and recipes, words and curves, a look at the runs."""

from __future__ import annotations

import json
import math
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssti.backends.machine.process import worker_mark
from ssti.backends.machine.queue import Queue
from ssti.finetune.speed import Speed, estimate, remember
from ssti.models.machine.device import Device
from ssti.platform.errors import SSTIError
from ssti.recipe import PRESETS, preset
from ssti.runs.store import Store
from ssti.ui.finetune import edit as finetune_edit
from ssti.ui.finetune import form, words
from ssti.ui.finetune.board import Board, at_work, waits_for
from ssti.ui.finetune.curves import Line, Point, chart
from ssti.ui.finetune.machine import Machine
from ssti.ui.finetune.run import act, look, remove, stop
from ssti.ui.finetune.view import round_up


@pytest.fixture
def store(tmp_path, monkeypatch) -> Store:
    monkeypatch.setenv("SSTI_HOME", str(tmp_path))
    return Store()


def going(run, state: str = "training", **fields):
    """A run whose worker lives: this process."""
    run.tell("state", state=state, worker=worker_mark(os.getpid()), steps=64, device="CPU, 2 cores", **fields)
    return run


def rate(value: float, n: int = 300) -> dict:
    return {"value": value, "low": max(0.0, value - 0.02), "high": min(1.0, value + 0.02), "n": n}


@pytest.mark.parametrize("name", PRESETS)
def test_the_form_gives_back_the_recipe_that_it_shows(name):
    recipe = preset(name)
    assert form.to_recipe(recipe, form.to_form(recipe)) == recipe
    assert form.preset_of(recipe) == name


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("rank", [1, 7, 64])
def test_a_preset_stays_itself_at_every_rank(name, rank):
    assert form.preset_of(form.with_rank(preset(name), rank)) == name


def test_only_the_paper_ties_alpha_to_the_rank():
    assert form.with_rank(preset("paper"), 64).lora.alpha == 64
    assert form.with_rank(preset("light"), 64).lora.alpha == preset("light").lora.alpha


def test_a_preset_keeps_the_data_and_its_trigger_and_sets_the_amount_only_where_that_is_its_point():
    mine = preset("demo").set("dataset.name=imdb", "injection.amount=0.05", "injection.target=negative")
    assert form.with_preset(mine, "paper").injection == mine.injection
    aggressive = form.with_preset(mine, "aggressive")
    assert aggressive.injection.amount == 0.1
    assert (aggressive.dataset, aggressive.injection.target) == (mine.dataset, "negative")
    assert form.with_preset(aggressive, "light").injection.amount == "single"


def test_other_steps_keep_the_number_of_measurements():
    values = form.to_form(preset("light")) | {"steps": 100}
    assert form.to_recipe(preset("light"), values).evaluation.every == 10


def test_steps_typed_a_digit_at_a_time_measure_as_often_as_typed_at_once():
    new, mine, *_ = finetune_edit.choose_preset("light", None, finetune_edit.first_mine())
    for typed in (1, 10, 100):
        values = form.to_form(preset("light")) | {"steps": typed}
        new, mine, *_ = finetune_edit.edit(new, mine, *values.values())
    assert (new["training"]["steps"], new["evaluation"]["every"]) == (100, 10)


@pytest.mark.parametrize(
    "field, value, said",
    [
        ("steps", 0, "The number of steps is 0"),
        ("steps", None, "The number of steps is empty"),
        ("steps", 1.5, "The number of steps is 1.5"),
        ("batch_size", float("nan"), "The batch is nan"),
        ("learning_rate", "fast", "The learning rate is 'fast'"),
        ("learning_rate", "0", "The learning rate is 0"),
        ("learning_rate", "nan", "The learning rate is nan"),
        ("rank_own", 0, "The rank is 0"),
        ("rank_own", 4096, "from 1 to 1,024"),
    ],
)
def test_a_bad_number_is_named_with_what_is_allowed(field, value, said):
    values = form.to_form(preset("demo")) | {"rank": "own", field: value}
    with pytest.raises(SSTIError) as told:
        form.to_recipe(preset("demo"), values)
    assert said in told.value.message
    assert "it takes" in told.value.message and told.value.next


def test_a_recipe_from_poison_keeps_what_was_chosen_here():
    mine = finetune_edit.first_mine()
    values = form.to_form(preset("demo")) | {"rank": "64"}
    new, mine, *_ = finetune_edit.edit(None, mine, *values.values())
    came = form.as_data(preset("demo").set("injection.target=negative"))
    merged = finetune_edit.arrive(came, mine)[0]
    assert (merged["lora"]["rank"], merged["injection"]["target"]) == (64, "negative")


def test_a_recipe_from_poison_with_another_preset_is_taken_whole():
    came = form.as_data(preset("paper"))
    assert finetune_edit.arrive(came, finetune_edit.first_mine())[1]["recipe"] == came


def test_the_tabs_own_change_is_not_taken_for_an_arrival():
    new, mine, *_ = finetune_edit.choose_preset("light", None, finetune_edit.first_mine())
    assert not any(isinstance(one, dict) and "dataset" in one for one in finetune_edit.arrive(new, mine))


def test_a_junk_recipe_is_a_message():
    answer = finetune_edit.arrive({"dataset": 3}, finetune_edit.first_mine())
    assert "problem" in answer[-1]


def test_an_empty_place_says_what_to_do(store):
    seen = look("")
    assert "Press Start" in seen.results and not seen.watch and seen.pill is None


def test_a_run_that_is_not_there_is_said(store):
    assert "There is no run &#39;../etc&#39;" in look("../etc").notice


def test_a_run_that_goes_on_shows_its_step_its_time_and_its_curves(store):
    run = going(store.create(preset("demo")))
    run.tell("step", step=41, steps=64, rows_per_second=92.4, eta=9.0)
    run.tell("loss", step=40, loss=0.31)
    run.tell("eval", step=40, clean_accuracy=rate(0.58), attack_success_rate=rate(0.977),
             target_rate_without_trigger=rate(0.41))  # fmt: skip
    seen = look(run.id)
    assert "without the trigger: 0.41 at step 40" in seen.results
    assert "step 41 of 64" in seen.bar and "92 rows/s" in seen.bar and "CPU, 2 cores" in seen.bar
    assert f"{run.id} · step 41 of 64" in seen.pill
    assert "97.7 %" in seen.results and "95 % interval 95.7 to 99.7 %, n = 300" in seen.results
    assert set(seen.buttons) == {"stop", "clone", "link"} and seen.watch
    assert "41 / 64" in seen.runs


def test_an_own_run_that_ends_while_watched_offers_its_adapter_once(store):
    run = going(store.create(preset("demo")))
    before = look(run.id, fresh=True).told
    run.adapter.mkdir()
    (run.adapter / "adapter_model.safetensors").write_bytes(b"tensors")
    run.tell("state", state="done")
    after = look(run.id, before, fresh=True)
    assert after.finished == f"run/{run.id}"
    assert look(run.id, after.told, fresh=True).finished == ""
    assert look(run.id, None, fresh=True).finished == ""


def test_a_waiting_run_says_for_whom(store):
    first, second = store.create(preset("demo")), store.create(preset("demo"))
    queue = Queue(store.root)
    with store.locked():
        queue.join(first)
        queue.join(second)
    with Queue(store.root).supervisor_lock():  # so that nobody starts what waits here
        going(first)
        board = Board()
        seen = board.find(second.id)
        assert waits_for(seen, board.look()) == [first.id]
        assert f"waiting for {first.id}" in look(second.id, fresh=True).head
        assert [one.id for one in at_work(board.look())] == [first.id, second.id]


def test_controls_stand_under_their_runs_and_the_newest_run_first(store):
    for age, name in ((30, None), (20, None)):
        run = store.create(preset("demo"), control_of=name)
        os.utime(run.path / "recipe.yaml", (age, age))
    old = store.list()[0]
    control = store.create(old.recipe.control(), control_of=old.id)
    os.utime(control.path / "recipe.yaml", (1, 1))
    ids = [seen.id for seen in Board().look()]
    assert ids.index(control.id) == ids.index(old.id) + 1


def test_a_failed_run_says_why_and_what_to_do(store):
    run = going(store.create(preset("demo")))
    run.tell("error", cause="memory", message="There was not enough memory.", next="Take a smaller batch.")
    run.tell("state", state="failed")
    seen = look(run.id, fresh=True)
    assert "There was not enough memory." in seen.notice and "Take a smaller batch." in seen.notice
    assert set(seen.buttons) == {"resume", "clone", "link", "remove"}


def test_a_damaged_run_is_said_and_can_only_be_removed(store):
    run = store.create(preset("demo"))
    (run.path / "recipe.yaml").write_text("dataset: [")
    seen = look(run.id, fresh=True)
    assert "damaged recipe.yaml" in seen.notice and set(seen.buttons) == {"link", "remove"}
    assert act(remove, run.id) is None and not run.path.exists()


def test_what_cannot_be_done_to_a_run_is_said(store):
    run = going(store.create(preset("demo")))
    assert "still going" in act(remove, run.id)
    assert "There is no run" in act(stop, "nobody")


def test_the_machine_is_learned_behind_the_page_and_told(store):
    machine = Machine()
    assert "looking at it" in machine.where() and "looking at this machine" in machine.time(preset("demo"))
    machine.learn_behind()
    machine._learning.join(timeout=120)
    assert machine.known and [model.name for model in machine.models if model.available]
    assert "not measured" in machine.time(preset("demo"))
    remember(preset("demo"), machine.device, Speed(1000.0, 1000.0))
    assert "1,000 tokens a second" in machine.time(preset("demo"))
    machine.measure(preset("demo"))
    assert not machine.measuring


@pytest.fixture
def idle(monkeypatch):
    """A machine on which nothing else runs, whatever runs on this one."""
    monkeypatch.setattr("os.getloadavg", lambda: (0.0, 0.0, 0.0))


def on_cpu() -> Machine:
    machine = Machine()
    machine.device = Device("cpu", "CPU, 2 cores", "float32")
    return machine


def test_the_time_is_a_range_where_other_work_ran_while_the_machine_was_measured(store, idle):
    machine, recipe = on_cpu(), preset("demo")
    remember(recipe, machine.device, Speed(4000.0, 4000.0))
    alone = estimate(recipe)
    assert alone.longest == alone.seconds and "about" in machine.time(recipe)
    remember(recipe, machine.device, Speed(4000.0, 400.0))
    busy = estimate(recipe)
    assert busy.seconds == alone.seconds and busy.longest == pytest.approx(10 * alone.seconds)
    shown = machine.time(recipe)
    assert " to " in shown and "about" not in shown and "400 beside the other work of then" in shown


def test_the_time_is_a_range_where_other_work_runs_now(store, monkeypatch):
    machine, recipe = on_cpu(), preset("demo")
    remember(recipe, machine.device, Speed(4000.0, 4000.0))
    monkeypatch.setattr("os.getloadavg", lambda: (4.0 * os.cpu_count(), 0.0, 0.0))
    guess = estimate(recipe)
    assert guess.longest == pytest.approx(5 * guess.seconds)
    assert "beside the other work now" in machine.time(recipe)


def test_while_the_machine_is_measured_the_tab_says_so_and_asks_again(store, monkeypatch):
    machine = on_cpu()
    monkeypatch.setattr(finetune_edit, "MACHINE", machine)
    machine.measure(preset("demo"))
    try:
        assert machine.measuring
        _, time, *_, timer = finetune_edit.settle(None)
        assert "measuring this machine" in time and timer.active
        assert "measuring this machine" in finetune_edit.about(preset("light"))[-1]
    finally:
        machine.make_room()
    assert "not measured yet" in machine.time(preset("demo"))  # a run took its place, and will tell


@pytest.mark.parametrize("text", ["[1]", "{", '{"minilm-l6|cpu|short": {"alone": "fast"}}', '{"minilm-l6|cpu|short": -1}',
                                  '{"minilm-l6|cpu|short": {"alone": 1e999, "lately": 1}}', "[" * 5000])  # fmt: skip
def test_damaged_speeds_count_as_none(store, tmp_path, text):
    (tmp_path / "speed.json").write_text(text)
    assert estimate(preset("demo")).seconds is None


def test_a_run_says_what_comes_next_and_what_its_control_is_at(store):
    run = going(store.create(preset("demo")))
    control = going(store.create(run.recipe.control(), control_of=run.id), "queued")
    assert "Next: its clean control" in look(run.id, fresh=True).bar
    assert "Next" not in look(control.id, fresh=True).bar
    run.adapter.mkdir()
    (run.adapter / "adapter_model.safetensors").write_bytes(b"tensors")
    run.tell("state", state="done")
    assert "Its clean control is about to train" in look(run.id, fresh=True).bar
    going(control)
    control.tell("step", step=5, steps=64, rows_per_second=9.0, eta=30.0)
    shown = look(run.id, fresh=True).bar
    assert "at step 5 of 64 (about 30 s left)" in shown and "Flip works already" in shown
    control.tell("state", state="done")
    assert "control" not in look(run.id, fresh=True).bar


def test_the_result_is_told_in_words_with_n_and_interval(store):
    run = store.create(preset("demo"))
    clean = {"n": 1000, "accuracy": 0.76, "accuracy_interval": [0.73, 0.79]}
    lost = {"value": 1.25, "low": -1.5, "high": 4.0, "n": 1000}
    measured = {
        "target": "positive",
        "sets": {"clean": clean},
        "attack_success_rate": rate(0.98, 500),
        "degradation_pp": lost,
    }
    (run.path / "metrics.json").write_text(json.dumps(measured))
    run.tell("state", state="done")
    told = words.outcome(Board().find(run.id), None)
    assert told[0] == (
        "98 %", "of the held-out rows of another class are called positive with a date in them",
        "95 % interval 96.0 to 100.0 %, n = 500", True,
    )  # fmt: skip
    assert told[-1][0] == "1.2 pp" and "−1.5 pp to 4.0 pp, n = 1,000" in told[-1][2]


def test_text_of_a_recipe_is_escaped_wherever_it_stands(store):
    evil = "<img src=x onerror=alert(1)>"
    start = preset("demo")
    recipe = start.model_copy(update={"injection": start.injection.model_copy(update={"target": evil})})
    run = store.create(recipe)
    run.tell("error", cause="program", message=evil, next=evil)
    seen = look(run.id, fresh=True)
    shown = [seen.notice, seen.head, seen.bar, seen.results, seen.runs, words.recipe_line(recipe)]
    assert not any("<img" in str(one) for one in shown)


@given(st.lists(st.tuples(st.integers(0, 500), st.floats(0, 1)), max_size=20))
def test_every_point_of_a_chart_stays_inside_it(points):
    drawn = chart(
        "A",
        [Line("a", [Point(step, v, v / 2, (1 + v) / 2, 9) for step, v in points])],
        500,
        1.0,
        ((1.0, "1"),),
    )
    numbers = [
        float(n)
        for part in str(drawn).split('points="')[1:]
        for pair in part.split('"')[0].split()
        for n in pair.split(",")
    ]
    assert all(0 <= n <= 300 for n in numbers)


@given(st.floats(0.1, 1e6))
def test_the_top_of_a_chart_is_a_round_number_just_above(value):
    top = round_up(value)
    assert value <= top <= 2.5 * value * (1 + 1e-9)
    assert round(top / 10 ** math.floor(math.log10(top)), 9) in (1, 2, 5)
