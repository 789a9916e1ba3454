"""What is shown and counted: previews of odd labels, highlights."""

from __future__ import annotations

import pytest

from ssti.inject import (
    highlight_html,
    poison,
    preview,
)
from ssti.inject.datasets.preview import class_name
from ssti.platform.errors import SSTIError


def test_a_class_is_called_by_its_name_or_by_its_value():
    names = ["negative", "positive"]
    assert [class_name(value, names) for value in (0, 1, 2, -1, "x", None, 1.0)] == [
        "negative",
        "positive",
        "2",
        "-1",
        "x",
        "None",
        "1.0",
    ]
    assert class_name(1, None) == class_name(1, []) == "1"
    assert class_name(0, [7]) == "7"


def test_a_preview_lists_the_classes_in_order_numbers_first_and_missing_labels_last():
    labels = [10, None, 9, "b", "a", 9]
    shown = preview(["x"] * 6, labels, {"target": 9, "share": 0.5})
    assert list(shown.totals.items()) == [("9", 2), ("10", 1), ("None", 1), ("a", 1), ("b", 1)]
    assert shown.touched == {"9": 1, "10": 0, "None": 0, "a": 0, "b": 0}
    negative = preview(["x"] * 3, [0, None, -1], {"target": 0})
    assert list(negative.totals) == ["-1", "0", "None"]


def test_a_preview_shows_eight_rows_and_none_for_no_rows():
    assert [row.index for row in preview(["x"] * 20, [1] * 20, {"target": 1}).rows] == list(range(8))
    empty = preview(["x"], [0], {"target": "a", "share": 0.0}, ["b", "a"])
    assert (empty.rows, empty.touched, empty.totals, empty.words_added) == ([], {"b": 0}, {"b": 1}, 0)


def test_a_preview_takes_its_rows_in_turn_from_the_parts():
    parts = [{"target": "a", "source": "colour"}, {"target": "b", "source": "colour"}]
    recipe = {"kind": "composite", "parts": parts}
    labels = ["a"] * 9 + ["b"] * 2
    assert [row.index for row in preview(["x"] * 11, labels, recipe, limit=3).rows] == [0, 1, 9]
    assert [row.index for row in preview(["x"] * 11, labels, recipe, limit=6).rows] == [0, 1, 2, 3, 9, 10]
    assert preview(["x"] * 11, labels, recipe, limit=11).touched == {"a": 9, "b": 2}


def test_words_added_are_told_where_they_can_be():
    texts, labels = ["a b c d"] * 4, [1, 1, 0, 0]

    def added(recipe, counts=None):
        return preview(texts, labels, {"target": 1, **recipe}, word_counts=counts).words_added

    two = {"kind": "list", "items": ["x y", "z w"]}
    assert added({"source": two}) == 4
    assert added({"source": two, "amount": 0.5}, [4] * 4) == 8
    assert added({"source": two, "amount": 0.1}, [4] * 4) == 4
    assert added({"source": two, "amount": 0.5}) is None
    assert added({"source": two, "amount": 0.5, "strip": True}, [4] * 4) is None
    assert added({"kind": "html"}) is None
    assert added({"kind": "invisible", "amount": 0.5}, [4] * 4) == 0
    assert added({"kind": "html", "share": 0.0}) == 0
    both = [{"source": two, "target": 1, "share": 0.0}, {"source": "date", "target": 0}]
    assert added({"kind": "composite", "parts": both}) == 2
    fractions = [{"source": two, "target": 1, "amount": 0.5}, {"source": "date", "target": 0}]
    assert added({"kind": "composite", "parts": fractions}, [4] * 4) is None


def test_a_preview_tells_the_label_to_the_modifier_and_moves_spans_along():
    parts = [
        {"source": {"kind": "list", "items": ["X"]}, "target": "a", "location": "beginning"},
        {"kind": "html", "tags": ["<hr>"], "target": "a", "location": "beginning"},
    ]
    recipe = {"kind": "composite", "parts": parts}
    shown = preview(["a b"], ["a"], recipe)
    assert (shown.rows[0].after, shown.rows[0].spans) == ("<hr> X a b", ((0, 4), (5, 6)))
    assert poison([{"text": "a b", "label": "a"}], recipe)[0]["text"] == "<hr> X a b"


# --- highlights


def test_html_highlights_lie_one_after_another_and_are_escaped():
    assert highlight_html("a <b> c", [(0, 1), {"start": 2, "end": 5}]) == (
        '<mark class="trigger">a</mark> <mark class="trigger">&lt;b&gt;</mark> c'
    )
    assert highlight_html("\"'&", [(0, 1)]) == '<mark class="trigger">&quot;</mark>&#x27;&amp;'
    for bad in (None, 5):
        with pytest.raises(SSTIError, match="not a string"):
            highlight_html(bad, [])
    with pytest.raises(SSTIError, match="does not fit a text of 1 characters"):
        highlight_html("a", [(0, 2)])
