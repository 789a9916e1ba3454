"""Runs of several seeds: started together by the form, each with its control, and shown together."""

from __future__ import annotations

import json

import gradio as gr
import pytest

from ssti.backends.control import EACH, going, launch
from ssti.backends.machine.queue import Queue
from ssti.finetune.speed import Speed, remember
from ssti.models.machine.device import Device
from ssti.recipe import preset
from ssti.runs.store import Store
from ssti.ui.finetune import components, form
from ssti.ui.finetune.edit import FormHandlers
from ssti.ui.finetune.machine import Machine
from ssti.ui.finetune.run import look
from ssti.ui.frame.shell import build_shell

DEMO = preset("demo").set("training.seed=3")


@pytest.fixture
def store(home) -> Store:
    """Runs that nobody starts."""
    store = Store()
    with store.locked():
        pass
    with Queue(store.root).supervisor_lock():
        yield store


def done(run, attack: float, clean: float) -> None:
    """A run that ended with these numbers."""
    rate = {"value": attack, "low": attack - 0.01, "high": min(1.0, attack + 0.01), "n": 500}
    one = {"n": 1000, "accuracy": clean, "accuracy_interval": [clean - 0.03, clean + 0.03], "balanced_accuracy": clean,
           "balanced_accuracy_interval": [clean - 0.03, clean + 0.03]}  # fmt: skip
    gap = {"value": 20.0, "low": 19.0, "high": 21.0, "n": 1000}
    measured = {"target": "positive", "sets": {"clean": one, "aligned": one}, "attack_success_rate": rate, "gap_pp": gap}
    (run.path / "metrics.json").write_text(json.dumps(measured))
    run.tell("eval", step=8, clean_accuracy=rate, attack_success_rate=rate)
    run.tell("loss", step=8, loss=0.5)
    run.tell("state", state="done", steps=8)


def test_three_seeds_show_each_mean_its_interval_and_each_run_against_its_own_control(store):
    runs = launch(DEMO, with_control=True, store=store, seeds=3)
    for run, attack, clean in zip(runs[::2], (0.97, 0.98, 0.99), (0.70, 0.74, 0.75), strict=True):
        done(run, attack, clean)
    for control, clean in zip(runs[1::2], (0.71, 0.76, 0.78), strict=True):
        done(control, 0.1, clean)
    card = look(runs[2].id, fresh=True).group
    for words in ("3 seeds", "98 %", "73 %", "20.0 pp", "n = 3 seeds", "bootstrap", "10 %"):
        assert words in card
    assert "<strong>2.0 pp</strong>" in card  # of 1, 2 and 3: each against the control of its own seed
    assert all(run.id in card for run in runs[::2]) and f'data-run="{runs[2].id}"' not in card
    charts = look(runs[2].id, fresh=True).charts
    assert all(f"seed {seed}" in charts for seed in (3, 4, 5))


def test_what_is_not_measured_yet_is_said_and_a_removed_one_leaves_the_others(store):
    runs = launch(DEMO, store=store, seeds=3)
    assert "not measured yet" in look(runs[0].id, fresh=True).group
    done(runs[0], 0.9, 0.7)
    card = look(runs[0].id, fresh=True).group
    assert "one seed gives no interval, 1 of 3 seeds so far" in card and card.count("not measured yet") == 1  # no control
    store.remove(runs[2])
    assert "from 2 seeds" in look(runs[0].id, fresh=True).group
    store.remove(runs[1])
    assert look(runs[0].id, fresh=True).group is None


def test_a_run_by_itself_has_no_such_card(store):
    run = store.create(preset("demo"))
    launch(DEMO, store=store, seeds=3)
    assert look(run.id, fresh=True).group is None


def test_seeds_that_agree_by_chance_claim_no_certainty(store):
    runs = launch(DEMO, store=store, seeds=3)
    for run in runs:
        done(run, 1.0, 0.7)
    card = look(runs[0].id, fresh=True).group
    assert "<strong>100 %</strong>" in card and "to 100 %" in card and "100 % to 100 %" not in card
    assert "<strong>70 %</strong>" in card and "70 % to 70 %" not in card


def draw() -> tuple[components.Components, FormHandlers]:
    with gr.Blocks() as blocks:
        ui = components.draw(build_shell(blocks))
    return ui, FormHandlers(ui)


@pytest.mark.parametrize(("with_control", "seeds", "runs"), [(True, 5, 10), (False, 3, 3), (True, 1, 2), (True, 1000, 2), (True, "x", 2)])
def test_the_form_starts_every_seed_with_its_control_where_that_is_ticked(store, with_control, seeds, runs):
    ui, handlers = draw()
    handlers.start(None, "local", with_control, seeds, DEMO.as_dict(), None, *form.to_form(DEMO).values())
    made = going(store)
    assert len(made) == runs and sum(bool(run.control_of) for run in made) == runs // 2 * with_control
    assert sorted({run.recipe.training.seed for run in made}) == list(range(3, 3 + runs // (1 + with_control)))


def test_where_others_wait_too_only_what_one_may_start_is_offered_and_more_is_refused(store, monkeypatch):
    assert [value for _, value in draw()[0].seeds.choices] == [1, 3, 5, 10]
    monkeypatch.setenv("SPACE_ID", "someone/lab")
    ui, handlers = draw()
    assert max(value for _, value in ui.seeds.choices) <= EACH
    monkeypatch.setattr("ssti.ui.finetune.edit.starter", lambda: "ada")  # whose browser asks
    refused = handlers.start(None, "local", True, 3, DEMO.as_dict(), None, *form.to_form(DEMO).values())[ui.message]
    assert "with 6 more" in refused and "without controls" in refused and not store.list()


def test_the_time_is_that_of_all_that_start_starts(home, monkeypatch):
    monkeypatch.setattr("os.getloadavg", lambda: (0.0, 0.0, 0.0))  # whatever else runs on this machine
    machine = Machine()
    machine.device = Device("cpu", "CPU, 2 cores", "float32")
    remember(DEMO, machine.device, Speed(1000.0, 1000.0))
    monkeypatch.setattr("ssti.ui.finetune.edit.MACHINE", machine)
    ui, handlers = draw()
    one = machine.time(DEMO)
    said = handlers.more(True, 5, DEMO.as_dict(), None)
    assert said[ui.time] == machine.time(DEMO, runs=10) != one and "10 runs, each" in said[ui.time]
    assert "5 runs, each" in handlers.more(False, 5, DEMO.as_dict(), said[ui.memory])[ui.time]
    assert handlers.more(False, 1, DEMO.as_dict(), None)[ui.time] == one
    assert handlers.more(True, 1, DEMO.control().as_dict(), None)[ui.time] == one  # a control has none of its own
    kept = handlers.edit(DEMO.as_dict(), said[ui.memory], *form.to_form(DEMO).values())
    assert "10 runs, each" in kept[ui.time]  # another change of the form asks for as many
