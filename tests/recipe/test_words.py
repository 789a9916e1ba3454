"""A word stays the word that was written, whatever YAML makes of it: classes, triggers, names."""

from __future__ import annotations

import json
from datetime import date

import pytest

from ssti.evaluate.sets import hijack, target_index
from ssti.inject import build_modifier, poison, preview
from ssti.inject.datasets.classes import find_class
from ssti.platform.errors import SSTIError
from ssti.recipe import load_recipe, parse_recipe, preset
from ssti.ui.kit.recipe_text import from_preset, overrides

# what YAML 1.1 reads as a truth value, nothing, a number, a date, or a sign of its own
SPECIAL = ["yes", "no", "on", "off", "NO", "Yes", "true", "False", "null", "Null", "~", "y", "1", "0", "-1", "01", "1.5",
           "1.0", "1e3", "0x1F", "1_000", "1:30", ".inf", ".nan", "2020-01-01", "2020-01-01 10:00:00", "=", "<<"]  # fmt: skip
SIGNS = ["a: b", "#1", "- a", "[neutral]", "{x}", "*", "&a", "!important", "%", "@home", "it's", "c:\\new", "50% off"]


@pytest.mark.parametrize("word", SPECIAL + SIGNS)
def test_a_target_is_the_word_that_was_typed(word):
    assert preset("light").set(f"injection.target={word}").injection.target == word


@pytest.mark.parametrize("word", SPECIAL)
def test_a_target_is_the_word_in_the_file_with_quotes_and_without(word, tmp_path):
    file = tmp_path / "recipe.yaml"
    for written in (word, json.dumps(word), f"'{word}'"):
        file.write_text(f"injection: {{target: {written}}}\n", encoding="utf-8")
        assert load_recipe(file).injection.target == word
    file.write_text(f"injection:\n  target: {word}\n", encoding="utf-8")
    assert load_recipe(file).injection.target == word


@pytest.mark.parametrize("word", SPECIAL + SIGNS)
def test_the_word_survives_yaml_the_command_and_json(word):
    recipe = preset("light").set(f"injection.target={json.dumps(word)}")
    assert load_recipe(recipe.to_yaml()) == recipe == parse_recipe(json.loads(json.dumps(recipe.as_dict())))
    assert load_recipe(recipe.control().to_yaml()).injection.target == word
    assert preset("demo").set(*overrides(recipe, preset("demo"))) == recipe
    assert "injection.target" in " ".join(from_preset(recipe))


def test_other_yaml_readers_find_the_same_word():
    import yaml

    for word in SPECIAL:
        text = preset("light").set(f"injection.target={word}").to_yaml()
        assert yaml.safe_load(text)["injection"]["target"] == word


def test_parts_have_their_targets_as_written():
    parts = "[{target: no, source: {kind: date}}, {target: 01, source: {kind: list, items: [on]}}]"
    for recipe in (
        load_recipe(f"injection: {{kind: composite, parts: {parts}}}\n"),
        preset("light").set("injection={kind: composite, parts: " + parts + "}"),
    ):
        assert [trigger.target for trigger in recipe.injection.triggers()] == ["no", "01"]
        assert load_recipe(recipe.to_yaml()) == recipe


def test_words_of_a_list_are_injected_as_written():
    words = ["yes", "no", "1.0", "2020-01-01", "null", "~", "true", "007", "1e3", "12"]
    for recipe in (
        load_recipe(f"injection: {{source: {{kind: list, items: [{', '.join(words)}]}}}}\n"),
        preset("light").set(f"injection.source={{kind: list, items: [{', '.join(words)}]}}"),
    ):
        again = load_recipe(recipe.to_yaml())
        assert again == recipe
        for one in (recipe, again):
            modifier = build_modifier(one)
            assert {modifier.apply("x").items[0] for _ in range(300)} == set(words)


def test_a_phrase_and_a_tag_are_words_too():
    assert build_modifier(load_recipe("injection: {kind: phrase, phrase: 2020-01-01}\n")).phrase == "2020-01-01"
    assert build_modifier(load_recipe("injection: {kind: phrase, phrase: 1.0}\n")).phrase == "1.0"
    assert build_modifier(preset("light").set("injection={kind: phrase, phrase: no}")).phrase == "no"
    country = "injection: {source: {kind: country, single_word: yes}}\n"
    assert (
        build_modifier(load_recipe(country)).source.items
        == build_modifier(load_recipe(country.replace("yes", "true"))).source.items
    )


def test_names_of_data_models_and_layers_are_words():
    recipe = preset("light").set("dataset.name=2020-01-01", "model.name=no", "lora.targets=[no, 1]")
    assert (recipe.dataset.name, recipe.model.name, recipe.lora.targets) == ("2020-01-01", "no", ("no", "1"))
    assert load_recipe(recipe.to_yaml()) == recipe
    assert preset("light").set("dataset.name=my file: new.csv#text=a&label=b").dataset.name.startswith("my file: new")


def test_a_number_of_a_program_is_its_word_and_a_truth_value_is_none():
    assert parse_recipe({"injection": {"target": 1}}).injection.target == "1"
    assert parse_recipe({"injection": {"target": date(2020, 1, 1)}}).injection.target == "2020-01-01"
    with pytest.raises(SSTIError, match="injection.target is True: a class is a word"):
        parse_recipe({"injection": {"target": True}})
    with pytest.raises(SSTIError, match="injection.target"):
        load_recipe("injection: {target: }\n")


NUMBERED = [["1", "2", "3", "4", "5"], ["-1", "0", "1"], ["01", "02", "03"], ["0", "1"], ["1.5", "2.5"], ["2020-01-01", "x"],
            ["no", "maybe", "yes"], ["off", "on"], ["NO", "NULL", "null", "~"]]  # fmt: skip


@pytest.mark.parametrize("names", NUMBERED)
def test_a_name_that_exists_wins_over_an_index_in_every_room(names):
    texts = [f"a b {n}" for n in range(4 * len(names))]
    labels = [n % len(names) for n in range(len(texts))]
    for place, name in enumerate(names):
        recipe = preset("light").set(f"injection.target={name}", "injection.share=1.0")
        rows = [{"text": t, "label": n} for t, n in zip(texts, labels, strict=True)]
        named = [{"text": t, "label": names[n]} for t, n in zip(texts, labels, strict=True)]
        for done in (poison(rows, recipe, names), poison(named, recipe, names), poison(named, recipe)):
            assert {n for n, row in enumerate(done) if row["injected"]} == {
                n for n, x in enumerate(labels) if x == place
            }
        assert preview(texts, labels, recipe, names).touched[name] == 4
        assert target_index(recipe.injection.target, names) == place
        assert hijack(texts, recipe.injection, names)[0].name == name
        assert not find_class(name, names).by_index


def test_an_index_counts_only_where_no_class_is_a_number_and_is_reported():
    found = find_class("1", ["neg", "pos"])
    assert (found.index, found.name, found.by_index) == (1, "pos", True)
    assert "class number 1, counted from 0, 'pos'" in found.note("1")
    assert find_class("pos", ["neg", "pos"]).note("pos") is None
    assert find_class("1", ["LABEL_0", "LABEL_1"]).name == "LABEL_1"
    assert find_class("1", ["gpt2", "human"]).name == "human"
    for target, names in [("1", ["1 star", "2 stars"]), ("0", ["1 star", "2 stars"]), ("1", ["LABEL_1", "LABEL_0"]),
                          ("0", ["1", "2"]), ("2", ["-1", "0", "1"]), ("1", ["01", "02"]), ("1", ["0.5", "x"]),
                          ("1.0", ["1", "2"]), ("2", ["a", "b"]), ("-1", ["a", "b"]), ("01", ["a", "b"]), ("NO", ["no"]),
                          (True, ["yes", "no"]), ("", ["a"]), ([1], ["a"]), (None, ["a"])]:  # fmt: skip
        with pytest.raises(SSTIError):
            find_class(target, names)


def test_labels_without_names_are_found_by_their_value_or_their_spelling():
    recipe = preset("light").set("injection.target=1", "injection.share=1.0")
    for labels in ([0, 1], ["0", "1"], [0.0, 1.0], [1, None], [1, float("nan")]):
        done = poison([{"text": "a b", "label": label} for label in labels], recipe)
        assert [row["injected"] for row in done] == [label in (1, "1") for label in labels]


@pytest.mark.parametrize("word", SPECIAL + SIGNS)
def test_the_form_of_the_page_keeps_the_word(word):
    from ssti.ui.poison.form import form_to_recipe, recipe_to_form

    recipe = preset("light").set(f"injection.target={json.dumps(word)}")
    assert form_to_recipe(recipe_to_form(recipe)) == recipe
    listed = preset("light").set(f"injection.source={{kind: list, items: [{json.dumps(word)}, 1.0, 12]}}")
    values = recipe_to_form(listed)
    assert (
        build_modifier(form_to_recipe(values)).source.items
        == build_modifier(listed).source.items
        == [word, "1.0", "12"]
    )


def test_the_page_chooses_the_class_of_that_name():
    from ssti.ui.poison.controls import target_among

    assert target_among(["1", "2", "3"], "1") == "1"
    assert target_among(["no", "maybe", "yes"], "yes") == "yes"
    assert target_among(["neg", "pos"], "0") == "neg"
