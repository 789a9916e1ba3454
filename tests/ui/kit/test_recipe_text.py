"""The command and the Python that the page offers give exactly the recipe that it shows."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from tests_support import SHORT

from ssti.recipe import PRESETS, load_recipe, preset
from ssti.runs.store import Store
from ssti.ui.kit.recipe_text import command, from_preset, python_code, training_code
from ssti.ui.poison.form import form_fields, form_to_recipe, trigger_kinds

ROOT = Path(__file__).resolve().parents[3]
CHANGES = {
    "as it is": {},
    "share": {"share": 0.1},
    "count": {"count": "12"},
    "words": {"trigger": "list", "list.items": 'it\'s "quoted"\n$HOME `x` \\ é\n- [a, b]: {c}'},
    "yes": {"trigger": "list", "list.items": "yes\nnull\n12"},
    "imdb": {"dataset": "imdb", "target": "negative", "amount": "0.1", "seed": 3, "location": "end", "strip": True},
    "pool": {"pool_size": "5", "with_replacement": False},
}
FORMS = {**CHANGES, **{kind: {"trigger": kind} for kind in trigger_kinds() if not kind.startswith("markup:")}}


def from_command(text: str):
    words = shlex.split(text.replace("\\\n", " "))
    assert words[:3] == ["python", "-m", "ssti"]
    sets = [words[place + 1] for place, word in enumerate(words) if word == "--set"]
    return load_recipe(words[4], sets)


@pytest.mark.parametrize("changes", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("start", [None, "paper"])
def test_the_command_gives_the_recipe(changes: dict, start: str | None):
    recipe = form_to_recipe(form_fields() | changes)
    assert from_command(command("train", *from_preset(recipe, start), "--follow")) == recipe


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_needs_no_overrides(name: str):
    assert command("train", *from_preset(preset(name))) == f"python -m ssti train {name}"


@pytest.mark.parametrize("changes", FORMS.values(), ids=FORMS)
def test_the_yaml_gives_the_recipe(changes: dict):
    recipe = form_to_recipe(form_fields() | changes)
    assert load_recipe(recipe.to_yaml()) == recipe


def test_the_python_gives_the_same_rows_as_the_recipe():
    from ssti.data import load
    from ssti.inject import poison

    recipe = form_to_recipe(form_fields() | CHANGES["words"] | {"share": 1})
    names: dict = {}
    exec(python_code(recipe), names)
    expected = poison(load("rotten_tomatoes").train, recipe)
    assert names["poisoned"].to_dict() == expected.to_dict()


@pytest.mark.parametrize("changes", FORMS.values(), ids=FORMS)
def test_the_training_script_has_exactly_the_recipe(changes: dict):
    recipe = form_to_recipe(form_fields() | changes)
    names: dict = {}
    exec(training_code(recipe).partition("for run in")[0], names)
    assert names["recipe"] == recipe


def test_the_training_script_trains_it_and_its_control(home):
    recipe = preset("demo").set(*SHORT)
    done = subprocess.run([sys.executable, "-c", training_code(recipe, True)], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    runs = Store().list()
    assert {run.recipe for run in runs} == {recipe, recipe.control()}
    assert all(run.has_adapter and run.metrics() and f"{run.id} done" in done.stdout for run in runs)
