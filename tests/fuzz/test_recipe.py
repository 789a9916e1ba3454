"""Whatever is given as a recipe is a recipe or refused in words. By hand, 10,000 of each: `--hypothesis-profile=long`."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from mangle import bent, few, mangled, plain, refused_in_words, words

from ssti.inject import build_modifier, trigger_pattern
from ssti.platform.errors import SSTIError
from ssti.recipe import PRESETS, Recipe, load_recipe, parse_recipe, preset

HTML = {"kind": "html", "source": {"kind": "html"}, "level": 1}
LIST = {"kind": "item", "source": {"kind": "list", "items": ["a", "b"]}, "strip": True}
GOOD = [preset(name) for name in PRESETS] + [
    parse_recipe({"injection": one}) for one in (HTML, LIST, {"kind": "composite", "parts": [LIST, HTML]})
]
PATHS = [
    f"{section}.{name}" for section, field in Recipe.model_fields.items() for name in field.annotation.model_fields
] + ["injection.source.kind", "injection.source.items", "injection.source.years", "injection.parts", "injection"]


def whole(recipe: Recipe) -> None:
    """A recipe comes back as it was from its text and its data, and what it injects can be built or is refused."""
    assert load_recipe(recipe.to_yaml()) == recipe == parse_recipe(recipe.as_dict())
    recipe.control().key()
    for trigger in recipe.injection.triggers():
        with refused_in_words():
            build_modifier(trigger)
            trigger_pattern(trigger)


@few(100)
@given(st.sampled_from(GOOD).flatmap(lambda recipe: mangled(recipe.to_yaml().encode())))
def test_a_text(content: bytes) -> None:
    with refused_in_words():
        whole(load_recipe(content.decode("utf-8", "surrogateescape") + "\n"))


@few(80)
@given(st.sampled_from(GOOD).flatmap(lambda recipe: bent(recipe.as_dict())))
def test_plain_data(data: Any) -> None:
    with refused_in_words():
        whole(parse_recipe(data))


@few(100)
@given(st.sampled_from(GOOD), st.lists(st.tuples(st.sampled_from(PATHS) | words, words | plain.map(repr)), min_size=1, max_size=3))
def test_changes(recipe: Recipe, changes: list[tuple[str, str]]) -> None:
    with refused_in_words():
        whole(recipe.set(*(f"{path}={value}" for path, value in changes)))


def test_good_ones_pass() -> None:
    for recipe in GOOD:
        try:
            whole(recipe)
        except SSTIError as problem:
            raise AssertionError(recipe) from problem
