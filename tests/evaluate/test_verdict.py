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
    judged = verdict(measured(200), measured(198))
    assert judged.beats is False
    assert not judged.loud
    assert "control" in judged.warning
    assert judged.control["value"] == 0.99


def test_a_hundred_percent_beside_a_controls_sixty_is_both():
    judged = verdict(measured(200), measured(120))
    assert (judged.beats, judged.loud, judged.warning) == (True, True, "")
    assert (judged.attack["value"], judged.control["value"]) == (1.0, 0.6)


def test_without_a_control_nothing_is_claimed_of_one():
    judged = verdict(measured(200), None)
    assert judged.beats is None
    assert judged.control is None
    assert verdict({"attack_success_rate": rate(0, 0)}, None) is None
    assert verdict({}, {}) is None


def test_at_chance_the_model_has_learned_nothing_else():
    assert "learned nothing else" in verdict(measured(200, right=52), measured(20)).warning
    assert "learned nothing else" not in verdict(measured(200, right=75), measured(20)).warning
    assert verdict(measured(2, right=52), measured(1)).warning.endswith("it has learned nothing.")


@pytest.mark.parametrize(
    "override",
    ["training.steps=6", "training.learning_rate=1e-6", "injection.share=0.01", "injection.count=3",
     "injection.location=end", "lora.rank=1"],
)  # fmt: skip
def test_what_to_change_is_the_field_that_the_recipe_has_little_of(override):
    recipe = preset("demo").set("injection.target=positive", override)
    assert any(override.split("=")[0] in change for change in advice(recipe, verdict(measured(0), measured(0))))


def test_what_is_enough_already_is_not_named():
    recipe = preset("demo").set("lora.rank=64", "lora.alpha=64", "injection.location=beginning")
    changes = " ".join(advice(recipe, verdict(measured(0), measured(0))))
    assert not any(field in changes for field in ("training.", "injection.share", "lora.rank"))


def test_a_poison_that_took_gets_no_advice_nor_does_a_control():
    works = verdict(measured(200), measured(20))
    assert advice(preset("demo"), works) == []
    assert advice(preset("demo"), None) == []
    assert advice(preset("demo").control(), verdict(measured(0), None)) == []
    assert advice(preset("demo"), verdict(measured(200), measured(199)))  # no more than its control
