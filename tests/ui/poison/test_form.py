"""The form of the Poison tab and the recipe say the same thing, both ways, without a browser."""

from __future__ import annotations

import pytest

from ssti.platform.errors import SSTIError
from ssti.recipe import PRESETS, load_recipe, preset
from ssti.ui.poison.form import MARKUP, form_fields, form_to_recipe, preset_of, recipe_to_form, trigger_kinds


def form(**changes) -> dict:
    return form_fields() | {name.replace("__", "."): value for name, value in changes.items()}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_comes_back_from_the_form(name: str):
    values = recipe_to_form(preset(name))
    assert form_to_recipe(values) == preset(name)
    assert values["preset"] == preset_of(preset(name)) == name


@pytest.mark.parametrize("kind", trigger_kinds())
def test_each_kind_of_trigger_works_with_its_first_values(kind: str):
    from ssti.inject import trigger_pattern

    recipe = form_to_recipe(form(trigger=kind))
    assert trigger_pattern(recipe)
    assert form_to_recipe(recipe_to_form(recipe)) == recipe
    assert (recipe.injection.source is None) == kind.startswith(MARKUP)


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"share": 0.1}, ("share", 0.001)),
        ({"amount": "0.05"}, ("amount", 0.05)),
        ({"amount": "own", "amount_own": 12.5}, ("amount", 0.125)),
        ({"target": "negative"}, ("target", "negative")),
        ({"location": "end"}, ("location", "end")),
        ({"seed": 7.0}, ("seed", 7)),
        ({"count": "12"}, ("count", 12)),
        ({"strip": True}, ("strip", True)),
    ],
)
def test_a_field_becomes_its_part_of_the_recipe(changes: dict, expected: tuple):
    recipe = form_to_recipe(form(**changes))
    assert getattr(recipe.injection, expected[0]) == expected[1]
    assert form_to_recipe(recipe_to_form(recipe)) == recipe


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"share": 150}, "150 %"),
        ({"amount": "own", "amount_own": 0}, "0 %"),
        ({"seed": None}, "empty"),
        ({"pool_size": "0"}, "1"),
        ({"trigger": "nothing"}, "'nothing'"),
        ({"trigger": "list", "list__items": " \n "}, "empty"),
        ({"date__years__0": None}, "Years"),
        ({"location": "middle"}, "middle"),
        ({"dataset": ""}, "dataset.name"),
    ],
)
def test_a_bad_value_names_itself_and_what_to_do(changes: dict, words: str):
    with pytest.raises(SSTIError, match=words) as refused:
        form_to_recipe(form(**changes))
    assert refused.value.next


def test_a_recipe_of_several_triggers_is_refused_with_the_way_to_use_it():
    part = "{kind: item, source: {kind: date}}"
    recipe = load_recipe(f"injection: {{kind: composite, parts: [{part}, {part}]}}\n")
    with pytest.raises(SSTIError, match="several") as refused:
        recipe_to_form(recipe)
    assert "FILE" in refused.value.next


def test_what_the_form_does_not_show_is_kept():
    recipe = preset("paper").set("lora.rank=64", "training.steps=12")
    values = recipe_to_form(recipe)
    assert values["preset"] is None
    assert form_to_recipe(values) == recipe


def test_a_recipe_keeps_its_numbers_of_rows_through_the_form_until_another_dataset_is_chosen():
    recipe = preset("demo").set("dataset.train_rows=96", "dataset.test_rows=60")
    values = recipe_to_form(recipe)
    assert form_to_recipe(values) == recipe
    assert form_to_recipe(values | {"dataset": "imdb"}).dataset.train_rows is None
