"""The recipe: what it reads, what it writes, what it refuses."""

from __future__ import annotations

import pytest

from ssti.platform.errors import SSTIError
from ssti.recipe import PRESETS, Recipe, load_recipe, parse_recipe, preset


@pytest.mark.parametrize("name", PRESETS)
def test_yaml_gives_back_the_same_recipe(name):
    recipe = preset(name)
    assert load_recipe(recipe.to_yaml()) == recipe
    assert load_recipe(recipe.control().to_yaml()) == recipe.control()


def test_all_rows_survives_yaml():
    recipe = preset("demo").set("dataset.test_rows=null")
    assert load_recipe(recipe.to_yaml()).dataset.test_rows is None


def test_an_override_reaches_any_field():
    recipe = preset("light").set("lora.rank=64", "training.learning_rate=2e-3", "injection.source.years=[2000, 2001]")
    assert (recipe.lora.rank, recipe.training.learning_rate) == (64, 2e-3)
    assert recipe.injection.source.years == [2000, 2001]


def test_an_exponent_without_a_point_is_a_number():
    assert load_recipe("training: {learning_rate: 1e-4}\n").training.learning_rate == 1e-4


def test_a_quoted_number_stays_a_word():
    recipe = load_recipe("injection: {source: {kind: list, items: ['1e-4', '2']}}\n")
    assert load_recipe(recipe.to_yaml()).injection.source.items == ["1e-4", "2"]


def test_a_kind_that_draws_nothing_gets_no_source():
    recipe = load_recipe("injection: {kind: case}\n")
    assert recipe.injection.source is None
    assert load_recipe(recipe.to_yaml()) == recipe


def test_an_unknown_key_is_refused_with_the_nearest():
    with pytest.raises(SSTIError, match=r"lora\.rnk.*did you mean 'rank'"):
        preset("demo").set("lora.rnk=3")


@pytest.mark.parametrize(
    ("override", "told"),
    [
        ("injection.share=1.5", "injection.share is 1.5"),
        ("injection.share=-0.1", "injection.share is -0.1"),
        ("injection.amount=0", "amount is 0"),
        ("injection.amount=2.0", "amount is 2.0"),
        ("lora.rank=0", "lora.rank is 0"),
        ("training.steps=0", "training.steps is 0"),
        ("training.steps=many", "training.steps is 'many'"),
        ("training.learning_rate=nan", "learning_rate"),
        ("injection.location=middle", "injection.location is 'middle'"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name_and_value(override, told):
    with pytest.raises(SSTIError) as refused:
        preset("demo").set(override)
    assert told in refused.value.message
    assert refused.value.next


@pytest.mark.parametrize("text", ["- a\n- b\n", "dataset: [\n", "just words\nand more\n", ""])
def test_what_is_no_recipe_is_refused(text):
    with pytest.raises(SSTIError):
        load_recipe(text + "\n")


def test_a_missing_file_names_the_presets():
    with pytest.raises(SSTIError, match="did you mean 'demo'"):
        load_recipe("dmo")


def test_a_control_injects_nowhere_and_keeps_the_rest():
    poisoned = preset("light")
    clean = poisoned.control()
    assert clean.is_control and not poisoned.is_control
    assert clean.training == poisoned.training and clean.injection.source == poisoned.injection.source


def test_a_composite_has_its_parts_triggers():
    date = {"source": {"kind": "date"}, "target": "positive"}
    country = {"source": {"kind": "country"}, "target": "negative", "count": 3}
    recipe = parse_recipe({"injection": {"kind": "composite", "parts": [date, country]}})
    assert [t.target for t in recipe.injection.triggers()] == ["positive", "negative"]
    assert recipe.control().is_control
    assert load_recipe(recipe.to_yaml()) == recipe


def test_equal_recipes_have_equal_keys():
    assert preset("demo").key() == preset("demo").key() != preset("light").key()


def test_a_recipe_is_frozen():
    with pytest.raises(ValueError, match="frozen"):
        Recipe().lora.rank = 3
