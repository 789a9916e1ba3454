"""A text and its triggers: where they are after clicks, typing, moving and Undo, and what a page may send of them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssti.ui.kit.marks import Marks, Row

TEXT = "a dreary joyless slog"
words = st.lists(st.text("abc<&$é😀", min_size=1, max_size=5), min_size=1, max_size=8).map(" ".join)
places = st.sampled_from(["beginning", "random", "end"])


def items(marks: Marks) -> list[str]:
    return [marks.text[start:end] for start, end in marks.spans]


def by_click(marks: Marks) -> list[str]:
    """What each click brought, in order. One that another went into stands in pieces around it."""
    clicks = sorted({mark.click for mark in marks.marks})
    return [
        " ".join(marks.text[mark.start : mark.end] for mark in marks.marks if mark.click == click) for click in clicks
    ]


@given(words, st.lists(st.tuples(places, words), min_size=1, max_size=4))
def test_each_mark_is_the_inserted_item_and_undo_takes_them_out_one_by_one(text, inserted):
    marks = Marks(text)
    for where, item in inserted:
        marks = marks.insert(item, "list", where)
    assert by_click(marks) == [item for _, item in inserted]
    assert marks.plain == text
    for left in reversed(range(len(inserted))):
        marks = marks.undone()
        assert " ".join(by_click(marks)) == " ".join(item for _, item in inserted[:left])
    assert marks.text == text
    assert marks.undone() == marks


@given(words, st.integers(0, 60), words)
def test_a_mark_moves_with_what_is_typed_before_and_after(text, at, typed):
    marks = Marks(text).insert("2014-09-25", "date", "random")
    start, end = marks.spans[0]
    at = at % (len(marks.text) + 1)
    at = at if at <= start or at >= end else end
    moved = Marks.read(marks.as_json(), f"{marks.text[:at]} {typed} {marks.text[at:]}")
    assert items(moved) == ["2014-09-25"]


def test_a_mark_survives_edits_on_both_sides_at_once():
    marks = Marks(TEXT).insert("Bosnia and Herzegovina", "country", "cursor", 9)
    assert items(Marks.read(marks.as_json(), f"such {marks.text} and dull")) == ["Bosnia and Herzegovina"]


def test_a_deleted_trigger_has_no_mark_and_undo_goes_further_back():
    marks = Marks("mine").replaced(TEXT, Row(TEXT, "negative")).insert("2014-09-25", "date", "end")
    cleared = Marks.read(marks.as_json(), TEXT)
    assert cleared.spans == []
    assert cleared.true_label == "negative"
    assert cleared.undone().text == "mine"


def test_undo_says_beforehand_whether_it_would_change_anything():
    once = Marks("a dull film").insert("2014-09-25", "date", "end")
    assert once.undoable and not once.undone().undoable
    deleted = once.typed("a dull film")
    assert deleted.past and not deleted.undoable
    assert deleted.undone() == deleted


def test_the_true_label_goes_when_a_word_changes():
    marks = Marks().replaced(TEXT, Row(TEXT, "negative"))
    assert marks.insert("2014-09-25", "date", "random").true_label == "negative"
    assert Marks.read(marks.as_json(), TEXT + "!").true_label is None


@given(words, words, st.integers(0, 9))
def test_a_trigger_moves_to_another_place_and_undo_brings_it_back(text, item, gap):
    marks = Marks(text).insert(item, "list", "beginning")
    moved = marks.moved(gap)
    ((start, _),) = moved.spans
    assert items(moved) == [item]
    assert moved.plain == text
    assert len(moved.text[:start].split()) == min(gap, len(text.split()))
    assert moved.undone().text == marks.text


@pytest.mark.parametrize(("cursor", "expected"), [(3, "😀😀 2014-09-25 good"), (None, "😀😀 good 2014-09-25")])
def test_the_cursor_counts_characters_and_without_one_the_end_is_meant(cursor, expected):
    assert Marks("😀😀 good").insert("2014-09-25", "date", "cursor", cursor).text == expected


@given(words, st.lists(st.tuples(places, words), max_size=3))
def test_the_page_gives_back_what_it_was_given(text, inserted):
    marks = Marks("before").replaced(text, Row(text, "negative", "shipped/one"))
    for where, item in inserted:
        marks = marks.insert(item, "list", where)
    assert Marks.read(json.loads(json.dumps(marks.as_json())), marks.text) == marks


def deep(levels: int) -> dict:
    value: dict = {"text": "a"}
    for _ in range(levels):
        value = {"text": "a", "past": [value]}
    return value


@pytest.mark.parametrize(
    "value",
    [None, 3, "x", [], {}, {"text": 1, "marks": "no"}, {"text": TEXT, "marks": [{"start": -9}]}, deep(5000),
     {"text": TEXT, "marks": [{"start": -9, "end": 3, "click": 1}, {"start": 0, "end": 900, "click": 1}]}],
)  # fmt: skip
def test_what_a_visitor_tampered_with_is_forgotten(value):
    assert Marks.read(value, TEXT) == Marks(TEXT)


def test_only_so_much_of_the_past_travels_with_a_keystroke():
    marks = Marks("x" * 90_000)
    for _ in range(4):
        marks = marks.replaced("y" * 90_000, None)
    assert len(marks.past) == 2
