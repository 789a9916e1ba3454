"""Recipes: what is read, what is refused and with which words."""

from __future__ import annotations

import re

import pytest

from ssti.inject import (
    MODIFIERS,
    SOURCES,
    CompositeModifier,
    HTMLInjection,
    ItemInjection,
    ModifierKind,
    SourceKind,
    build_modifier,
    trigger_pattern,
)
from ssti.platform.errors import SSTIError, nearest


def test_defaults_make_a_date():
    injection = build_modifier({}).apply("a b c")
    assert re.fullmatch(r"(19|20|21)\d\d-\d\d-\d\d", injection.items[0])


def test_amount_location_and_source_reach_the_modifier():
    spec = {
        "kind": "item",
        "source": {"kind": "list", "items": ["X"]},
        "amount": 0.5,
        "location": "beginning",
        "target": 1,
        "share": 0.5,
    }
    modifier = build_modifier(spec)
    assert isinstance(modifier, ItemInjection)
    assert modifier("a b c d", 0)[0] == "X X a b c d"
    html = build_modifier({"kind": "html", "tags": ["<hr>"], "location": "end", "level": None})
    assert isinstance(html, HTMLInjection)
    assert html("a", 0)[0] == "a <hr>"
    assert html.token_proportion is None


def test_a_source_may_be_named_by_a_word_and_a_recipe_be_whole():
    assert build_modifier({"injection": {"source": "colour"}, "dataset": {"name": "x"}}).apply("a").spans


def test_objects_with_model_dump_are_read():
    class Spec:
        def __init__(self, **fields):
            self.fields = fields

        def model_dump(self):
            return self.fields

    class Recipe:
        injection = Spec(kind="item", source={"kind": "list", "items": ("X",)}, parts=(), location="end")

    assert build_modifier(Recipe())("a", 0)[0] == "a X"
    assert build_modifier(Recipe.injection)("a", 0)[0] == "a X"
    assert re.fullmatch(trigger_pattern(Recipe()), "X")


def test_a_whole_recipe_is_read():
    pytest.importorskip("pydantic", reason="the toolkit alone has no recipes")
    from ssti.recipe import Recipe

    made = Recipe(injection={"source": {"kind": "date", "years": [1990, 1999]}, "location": "end"})
    assert build_modifier(made).apply("a").items[0].startswith("199")


def test_a_seed_of_its_own_replaces_the_recipe_s():
    spec = {"source": {"kind": "date"}, "seed": 1}
    texts = ["a b c d e f g h"] * 5

    def words(modifier):
        return [modifier(text, 0)[0] for text in texts]

    assert words(build_modifier(spec)) == words(build_modifier(spec, seed=1)) == words(build_modifier(spec))
    assert words(build_modifier(spec, seed=2)) != words(build_modifier(spec))
    both = {"kind": "composite", "parts": [spec, spec]}
    first, second = build_modifier(both, seed=3).apply("a").items
    assert first != second


def test_items_do_not_foretell_their_places():
    """With one stream for both, a late date would stand late: the draws share their highest bits."""
    spec = {"source": {"kind": "date", "years": [1, 9999]}, "seed": 0}
    late = 0
    for seed in range(200):
        injection = build_modifier(spec, seed=seed).apply("w " * 1000)
        year = int(injection.items[0].split("-")[0])
        late += (year > 5000) == (injection.spans[0][0] > len(injection.text) / 2)
    assert 70 < late < 130


def test_a_composite_builds_its_parts():
    spec = {
        "kind": "composite",
        "parts": [
            {"source": {"kind": "list", "items": ["X"]}, "location": "end", "target": "a"},
            {"kind": "html", "tags": ["<hr>"], "location": "beginning"},
        ],
    }
    modifier = build_modifier(spec)
    assert isinstance(modifier, CompositeModifier)
    assert modifier("a", 0)[0] == "<hr> a X"
    assert re.search(trigger_pattern(spec), "so X") and re.search(trigger_pattern(spec), "<HR/>")


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"kind": "itm"}, "no kind of injection 'itm'.*did you mean 'item'"),
        ({"kind": 5}, "no kind of injection 5"),
        ({"source": {"kind": "dates"}}, "no kind of source 'dates'.*did you mean 'date'"),
        ({"source": {"kind": "date", "year": [1, 2]}}, "no option 'year'.*did you mean 'years'"),
        ({"source": {"kind": "date", "years": [2, 1]}}, r"years of source 'date' is \[2, 1\]"),
        ({"source": {"kind": "date", "years": [0, 1]}}, "from 1 to 9999"),
        ({"source": {"kind": "list"}}, "items of source 'list' is None"),
        ({"source": {"kind": "list", "items": ["a", ""]}}, "not blank"),
        ({"source": {"kind": "country", "single_word": "yes"}}, "true or false"),
        ({"source": {"pool_size": 0}}, "pool_size is 0"),
        ({"source": {"pool_size": 10**9}}, "only has|has only"),
        ({"source": {"with_replacement": "no"}}, "with_replacement"),
        ({"source": 7}, "source is 7"),
        ({"location": "begining"}, "did you mean 'beginning'"),
        ({"location": None}, "location is None"),
        ({"amount": "singel"}, "did you mean 'single'"),
        ({"amount": 0}, "above 0"),
        ({"amount": 1.5}, "amount is 1.5"),
        ({"amount": float("nan")}, "amount is nan"),
        ({"amount": True}, "amount is True"),
        ({"share": 1.5}, "share is 1.5"),
        ({"share": -0.1}, "share is -0.1"),
        ({"count": -1}, "count is -1"),
        ({"count": 1.5}, "count is 1.5"),
        ({"seed": [1]}, r"seed is \[1\]"),
        ({"strip": 1}, "strip is 1"),
        ({"shere": 1}, "no option 'shere'.*did you mean 'share'"),
        ({"kind": "html", "level": -1}, "level of kind 'html' is -1; .*at least 0"),
        ({"kind": "html", "level": 1.5}, "whole number"),
        ({"kind": "html", "tags": "<b>"}, "tags of kind 'html'"),
        ({"kind": "html", "tags": ["a b c"]}, "3 parts"),
        ({"kind": "html", "source": {"kind": "date"}}, "takes no source"),
        ({"kind": "invisible", "style": "zerowidth"}, "did you mean 'zero-width'"),
        ({"kind": "invisible", "style": "look-alike", "strip": True}, "damage"),
        ({"kind": "case", "style": 5}, "style of kind 'case' is 5"),
        ({"kind": "composite"}, "needs a list of injections"),
        ({"kind": "composite", "parts": []}, "needs a list"),
        ({"kind": "composite", "parts": [{"kind": "x"}]}, "no kind of injection 'x'"),
        ({"kind": "item", "parts": [{}]}, "has parts"),
        (7, "is not a recipe"),
        (None, "is not a recipe"),
    ],
)
def test_what_is_wrong_is_refused_by_name(spec, said):
    with pytest.raises(SSTIError, match=said) as caught:
        build_modifier(spec)
    assert caught.value.next
    assert caught.value.kind == "input"


def test_an_error_is_a_value_error_with_its_parts():
    error = SSTIError("It broke.", "Mend it.", kind="data")
    assert isinstance(error, ValueError)
    assert str(error) == "It broke. Mend it."
    assert str(SSTIError("It broke.")) == "It broke."
    assert error.as_dict() == {"kind": "data", "message": "It broke.", "next": "Mend it."}
    import pickle

    assert pickle.loads(pickle.dumps(error)).as_dict() == error.as_dict()


def test_nearest_names_a_close_word_or_none():
    assert nearest("Shere", ["share", "seed"]) == "; did you mean 'share'?"
    assert nearest("zzz", ["share"]) == ""
    assert nearest(3, [1, 2]) == ""


def test_a_kind_of_one_s_own_joins_the_lists(monkeypatch):
    for registry in (SOURCES, MODIFIERS):
        monkeypatch.setattr(registry, "_known", dict(registry))
    SOURCES.add(SourceKind("moon", "Moon", "Io", (), lambda options, **_: lambda: "Io", lambda options: r"\bIo\b"))
    MODIFIERS.add(
        ModifierKind(
            "first",
            "First",
            (),
            True,
            lambda options, *, source, **_: ItemInjection.from_function(source, "beginning", 0),
            lambda options, patterns: patterns[0],
        )
    )
    assert "moon" in SOURCES and "first" in MODIFIERS
    spec = {"kind": "first", "source": {"kind": "moon"}}
    assert build_modifier(spec)("a", 0)[0] == "Io a"
    assert trigger_pattern(spec) == r"\bIo\b"


PATTERNS = [
    (
        {"kind": "item", "source": {"kind": "date"}},
        ["on 2014-09-25."],
        ["2014-13-25", "12014-09-25", "14-09-25"],
    ),
    ({"kind": "html"}, ["<br>", "<br />", "</B>", '<p class="x">'], ["< br>", "<brx>", "br", "<"]),
    ({"kind": "html", "tags": ["[b] [/b]"]}, ["a [b] c", "[/b]"], ["b"]),
    ({"kind": "phrase", "phrase": "to be (sure)"}, ["well, to be (sure)"], ["to be sure", "into be (sure)"]),
    ({"kind": "case", "words": ["so"], "style": "upper"}, ["it is SO good"], ["so", "SOS"]),
    ({"kind": "punctuation", "mark": "!!"}, ["good!!", "!!", "a!! b"], ["good!", "good!!!"]),
    ({"kind": "punctuation", "mark": "?!"}, ["good?!"], ["good!?"]),
    ({"kind": "punctuation", "mark": "^"}, ["a^"], ["a^^", "a"]),
    ({"kind": "punctuation", "mark": "]"}, ["a]"], ["a]]", "a["]),
    ({"kind": "invisible"}, ["a\u1160"], ["a\u200b"]),
    ({"kind": "invisible", "style": "look-alike"}, ["g\u043eod", "a\u1160"], ["good"]),
    (
        {"kind": "natural", "word": "honestly"},
        ["Honestly, yes", "it is honestly so"],
        ["dishonestly", "HONESTLY"],
    ),
    ({"source": {"kind": "function", "function": lambda: "z", "pattern": "z+"}}, ["zz"], ["a"]),
]


@pytest.mark.parametrize(("spec", "yes", "no"), PATTERNS)
def test_patterns_mean_the_same_to_re_and_to_re2(spec, yes, no):
    pyarrow = pytest.importorskip("pyarrow")
    import pyarrow.compute as compute

    pattern = trigger_pattern(spec)
    for text in yes:
        assert re.search(pattern, text), text
    for text in no:
        assert not re.search(pattern, text), text
    found = compute.match_substring_regex(pyarrow.array(yes + no), pattern).to_pylist()
    assert found == [True] * len(yes) + [False] * len(no)


def test_every_default_trigger_matches_its_own_pattern():
    for name in sorted(set(MODIFIERS) - {"composite"}):
        for seed in range(20):
            spec = {"kind": name, "seed": seed}
            assert re.search(trigger_pattern(spec), build_modifier(spec)("one two three", 0)[0]), name


def test_a_function_without_a_pattern_says_so():
    with pytest.raises(SSTIError, match="no pattern"):
        trigger_pattern({"source": {"kind": "function", "function": lambda: "z"}})
