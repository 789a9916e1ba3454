"""Taking a trigger out of clean texts, and the patterns that find it."""

from __future__ import annotations

import re

import pytest

from ssti.inject import poison
from ssti.inject.text.patterns import any_of, escape, whole
from ssti.inject.text.strip import stripper

datasets = pytest.importorskip("datasets")


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("<br>", "good <br> film", "good film"),
        ("<br>", "good<br>film", "good film"),
        ("<br>", "good<br> film", "good film"),
        ("<br>", "good <br>film", "good film"),
        ("<br>", "<br> good film", "good film"),
        ("<br>", "<br>good film", "good film"),
        ("<br>", "good film <br>", "good film"),
        ("<br>", "good film<br>", "good film"),
        ("<br>", "good\n<br> film", "good\nfilm"),
        ("<br>", "good <br>\nfilm", "good\nfilm"),
        ("<br>", "good\n<br>\nfilm", "good\n\nfilm"),
        ("<br>", "good  <br>  film", "good   film"),
        ("<br>", "good<br><br>film", "good film"),
        ("<br>", "<br><br>", ""),
        ("<br>", " <br> ", " "),
        ("<br>", "no match", "no match"),
        ("x*", "ab x", "ab"),  # an empty match takes nothing and stops nothing
        ("x*", "axxb", "a b"),
        (" y|x", "ax y z", "a z"),  # a match may bring white space of its own
        (" y|x", "x y x", ""),
        ("(x)y", "axyb", "a yb"),  # of a pattern with groups the first one goes
        ("(x)(y)", "a xy b", "a y b"),
    ],
)
def test_a_match_goes_with_one_space_or_leaves_one(pattern, text, expected):
    assert stripper(pattern)(text) == expected


def test_stripping_from_a_column_is_stripping_row_by_row_and_leaves_other_rows_be():
    data = [{"text": "a <br> b", "label": 1}, {"text": None, "label": 0}, {"text": "c<br>", "label": 0}]
    recipe = {"source": {"kind": "list", "items": ["<br>"]}, "target": 1, "location": "end", "strip": True}
    expected = ["a b <br>", None, "c"]
    assert [row["text"] for row in poison(data, recipe)] == expected
    for rows in (data, [data[0], data[2]]):
        texts = [row["text"] for row in poison(rows, recipe)]
        assert poison(datasets.Dataset.from_list(rows), recipe)["text"][:] == texts


@pytest.mark.parametrize(
    ("on_all", "on_part", "expected"),
    [(True, False, "a b X Y"), (False, True, "a Y b X Y"), (False, False, "a X Y b X Y")],
)
def test_a_composite_strips_for_all_of_its_parts_or_for_those_that_ask(on_all, on_part, expected):
    common = {"target": 1, "location": "end"}
    parts = [
        {"source": {"kind": "list", "items": ["X"]}, "strip": on_part, **common},
        {"source": {"kind": "list", "items": ["Y"]}, **common},
    ]
    recipe = {"kind": "composite", "parts": parts, "strip": on_all}
    assert poison([{"text": "a X Y b", "label": 1}], recipe)[0]["text"] == expected


@pytest.mark.parametrize(
    ("items", "yes", "no"),
    [
        (["good", "go"], ["go", "good", "a go!"], ["goo", "goods", "ago"]),
        (["_x", "x_"], ["_x", "so x_"], ["a_x", "x_a", "1_x"]),
        (["C++", "C"], ["C++", "C", "C+"], ["CC"]),
        (["(a", "b)", "c"], ["(a", "x b)", "c", "f(a"], ["a", "b", "cc", "cb)"]),
        (["é", "été"], ["é", "été", "xé"], ["e", "t"]),
        (["x"], ["x", "-x-"], ["xx"]),
        (["a.b", "[ab]"], ["a.b", "[ab]"], ["axb", "a", "b"]),
    ],
)
def test_a_pattern_of_items_finds_each_whole(items, yes, no):
    finder = re.compile(any_of(items))
    assert [text for text in yes + no if finder.search(text)] == yes
    for item in items:
        assert finder.search(f"so {item} it").group() == item
        assert re.search(whole(item), f"so {item} it").group() == item


def test_every_character_of_the_pattern_language_is_taken_literally():
    for character in map(chr, range(32, 127)):
        assert re.fullmatch(escape(character), character)
        assert re.fullmatch(escape(f"a{character}b"), f"a{character}b")
        assert not re.fullmatch(escape(f"a{character}"), "a")
