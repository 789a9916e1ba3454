"""The Finetune tab's models and methods: exactly what is usable is offered, and the rest is explained."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ssti.adapters.lora import VARIANTS
from ssti.adapters.targets import GROUPS
from ssti.models import list_models
from ssti.platform.errors import SSTIError
from ssti.recipe import preset
from ssti.ui.finetune import edit, form


@pytest.fixture
def machine(monkeypatch, home):
    """The real rows, none of the Hub's here; one with a reason that tries to be markup."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    rows = [replace(m, reason="<script>alert(1)</script>") if m.name == "llama-3-70b" else m for m in list_models()]
    monkeypatch.setattr(edit.MACHINE, "models", rows)
    return rows


def test_the_list_offers_the_usable_models_alone(machine):
    offered = [name for _, name in edit.model_choices()]
    assert offered == [m.name for m in machine if m.available] and "minilm-l6" in offered


def test_the_others_are_explained_with_their_next_step(machine):
    told = str(edit.models_not_here())
    for row in machine:
        assert (row.title in told) == (not row.available)
    assert "python -m ssti fetch smollm2-135m" in told
    assert "<script>" not in told and "&lt;script&gt;" in told


def test_nothing_is_said_where_all_are_usable(machine, monkeypatch):
    usable = [replace(m, available=True, reason=None) for m in machine]
    monkeypatch.setattr(edit.MACHINE, "models", usable)
    assert edit.models_not_here() is None


def test_a_model_of_ones_own_stays_in_the_list(machine):
    assert ("me/model (own)", "me/model") in edit.model_choices("me/model")
    assert edit.model_choices("minilm-l6") == edit.model_choices()


def test_every_method_and_group_can_be_chosen():
    assert list(form.METHODS) == list(VARIANTS)
    assert set(GROUPS) <= set(form.TARGETS)


@pytest.mark.parametrize("targets", ["[query, value]", "attention", "[up_proj]", "q_proj"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_method_and_layers_go_into_the_form_and_back(variant, targets):
    recipe = preset("demo").set(f"lora.variant={variant}", f"lora.targets={targets}")
    assert form.to_recipe(recipe, form.to_form(recipe)) == recipe


@pytest.mark.parametrize(
    ("typed", "expected"), [("all-linear", "all-linear"), ("q_proj , v_proj", ("q_proj", "v_proj"))]
)
def test_layers_can_be_typed(typed, expected):
    values = form.to_form(preset("demo")) | {"targets": typed}
    assert form.to_recipe(preset("demo"), values).lora.targets == expected


def test_no_layers_are_told():
    with pytest.raises(SSTIError, match="No layers"):
        form.to_recipe(preset("demo"), form.to_form(preset("demo")) | {"targets": " , "})


def test_another_method_is_no_preset():
    assert form.preset_of(preset("demo").set("lora.variant=dora")) is None
