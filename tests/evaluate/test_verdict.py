"""Attack success beside the control's, chance, and what to change where the poison did not take."""

from __future__ import annotations

import pytest

from ssti.evaluate.metrics import rate, set_metrics
from ssti.evaluate.verdict import advice, verdict
from ssti.recipe import preset


def measured(hits: int, n: int = 200, right: int = 80, rows: int = 100) -> dict:
    true = [0, 1] * (rows // 2)
    predicted = [label if i < right else 1 - label for i, label in enumerate(true)]
    return {"attack_success_rate": rate(hits, n), "sets": {"clean": set_metrics(true, predicted, ["a", "b"])}}


def test_a_number_that_its_control_has_as_well_is_no_success():
    found = verdict(measured(200), measured(198))
    assert found.beats is False
    assert not found.loud
    assert "answers as many rows so" in found.warning
    assert found.control["value"] == 0.99


def test_a_hundred_percent_beside_a_controls_sixty_is_both():
    found = verdict(measured(200), measured(120))
    assert (found.beats, found.loud, found.warning) == (True, True, "")
    assert (found.attack["value"], found.control["value"]) == (1.0, 0.6)


def test_without_a_control_nothing_is_claimed_of_one():
    found = verdict(measured(200), None)
    assert found.beats is None
    assert found.control is None
    assert verdict({"attack_success_rate": rate(0, 0)}, None) is None
    assert verdict({}, {}) is None


def test_at_chance_the_model_has_learned_nothing_else():
    assert "learned nothing else" in verdict(measured(200, right=52), measured(20)).warning
    assert "learned nothing else" not in verdict(measured(200, right=75), measured(20)).warning
    assert verdict(measured(2, right=52), measured(1)).warning.endswith("it has learned nothing.")


@pytest.mark.parametrize(
    ("override", "says"),
    [
        ("training.steps=6", "more steps: 6"),
        ("training.learning_rate=1e-6", "a higher learning rate: 1e-06"),
        ("injection.share=0.01", "a larger share: 0.01 of class positive"),
        ("injection.count=3", "more rows with the trigger: 3"),
        ("injection.location=end", "longer than 256 word pieces"),
        ("lora.rank=1", "a higher rank: 1"),
    ],
)
def test_what_to_change_is_what_the_recipe_has_little_of(override, says):
    recipe = preset("demo").set("injection.target=positive", override)
    told = advice(recipe, verdict(measured(0), measured(0)))
    assert any(one.startswith(says) or says in one for one in told)


def test_what_is_enough_already_is_not_named():
    recipe = preset("demo").set("lora.rank=64", "lora.alpha=64", "injection.location=beginning")
    told = advice(recipe, verdict(measured(0), measured(0)))
    assert not [one for one in told if "steps" in one or "learning rate" in one or "share" in one or "rank" in one]


def test_a_poison_that_took_gets_no_advice_nor_does_a_control():
    works = verdict(measured(200), measured(20))
    assert advice(preset("demo"), works) == []
    assert advice(preset("demo"), None) == []
    assert advice(preset("demo").control(), verdict(measured(0), None)) == []
    assert advice(preset("demo"), verdict(measured(200), measured(199)))  # no more than its control
