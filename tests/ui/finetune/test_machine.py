"""What the Finetune tab knows of the machine: device, models and why not the others, and how long a recipe takes."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from ssti.backends.api import BACKENDS, Offer
from ssti.finetune.speed import Speed, estimate, remember
from ssti.models import list_models
from ssti.models.machine.device import Device
from ssti.recipe import preset
from ssti.ui.finetune.machine import Machine

DEMO = preset("demo")


@pytest.fixture(autouse=True)
def at_home(tmp_path, monkeypatch):
    monkeypatch.setenv("SSTI_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")


@pytest.fixture
def machine() -> Machine:
    machine = Machine()
    machine.device = Device("cpu", "CPU, 2 cores", "float32")
    return machine


def test_the_machine_is_learned_once_in_the_background():
    machine = Machine()
    unknown = machine.where(), machine.time(DEMO)
    machine.learn_behind()
    machine.learn()  # waits for what is under way
    assert machine.known and [model.name for model in machine.models if model.available]
    assert machine.where() != unknown[0] and machine.time(DEMO) != unknown[1]


def test_the_list_offers_exactly_what_can_be_used_and_explains_the_others(machine):
    machine.models = [
        replace(m, reason="<script>alert(1)</script>") if m.name == "llama-3-70b" else m for m in list_models()
    ]
    offered, explained = [name for _, name in machine.choices()], machine.others()
    assert offered == [m.name for m in machine.models if m.available] and DEMO.model.name in offered
    assert all((m.title in explained) == (not m.available) for m in machine.models)
    assert "<script>" not in explained and "&lt;script&gt;" in explained
    machine.models = [replace(m, available=True, reason=None) for m in machine.models]
    assert machine.others() is None


def test_a_model_of_ones_own_stays_in_the_list(machine):
    assert [name for _, name in machine.choices("me/model")] == ["me/model"]


@pytest.fixture
def idle(monkeypatch):
    """A machine on which nothing else runs, whatever runs on this one."""
    monkeypatch.setattr("os.getloadavg", lambda: (0.0, 0.0, 0.0))


def test_the_time_is_a_range_where_other_work_ran_while_the_machine_was_measured(machine, idle):
    remember(DEMO, machine.device, Speed(4000.0, 4000.0))
    alone = estimate(DEMO)
    assert alone.longest == alone.seconds and " to " not in machine.time(DEMO)
    remember(DEMO, machine.device, Speed(4000.0, 400.0))
    busy = estimate(DEMO)
    assert busy.seconds == alone.seconds and busy.longest == pytest.approx(10 * alone.seconds)
    assert " to " in machine.time(DEMO)


def test_the_time_is_a_range_where_other_work_runs_now(machine, monkeypatch):
    remember(DEMO, machine.device, Speed(4000.0, 4000.0))
    monkeypatch.setattr("os.getloadavg", lambda: (4.0 * os.cpu_count(), 0.0, 0.0))
    guess = estimate(DEMO)
    assert guess.longest == pytest.approx(5 * guess.seconds) and " to " in machine.time(DEMO)


def test_a_measurement_is_under_way_until_a_run_takes_its_place(machine):
    unmeasured = machine.time(DEMO)
    machine.measure(DEMO)
    try:
        assert machine.measuring and machine.time(DEMO) != unmeasured
    finally:
        machine.stop_measuring()
    assert not machine.measuring and machine.time(DEMO) == unmeasured  # the run will measure it
    remember(DEMO, machine.device, Speed(1000.0, 1000.0))
    machine.measure(DEMO)
    assert not machine.measuring


@pytest.mark.parametrize("text", ["[1]", "{", '{"minilm-l6|cpu|short": {"alone": "fast"}}', '{"minilm-l6|cpu|short": -1}',
                                  '{"minilm-l6|cpu|short": {"alone": 1e999, "lately": 1}}', "[" * 5000])  # fmt: skip
def test_damaged_speeds_count_as_none(tmp_path, text):
    (tmp_path / "speed.json").write_text(text)
    assert estimate(DEMO).seconds is None


def test_it_offers_the_places_that_can_be_used_with_their_price_and_explains_the_others(machine, monkeypatch):
    places, why = machine.places(DEMO)
    assert [name for _, name in places] == ["local"] and list(BACKENDS)[0] == "local"
    others = [one for name, one in BACKENDS.items() if name != "local"]
    assert len(others) == 3 and all(one.title in why and one.offer(DEMO).refusal.next[:20] in why for one in others)
    offer = Offer("a T4 <b>", 90.0, 90.0, "on your own bill", 0.21)
    for one in others:
        monkeypatch.setattr(one, "offer", lambda recipe: offer)
    places, why = machine.places(DEMO)
    assert why is None and places[1] == (f"{others[0].title} · a T4 <b> · 90 s · $0.21 · on your own bill", others[0].name)
