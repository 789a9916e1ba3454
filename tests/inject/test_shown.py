"""What is shown and counted: previews of odd labels, contamination, highlights, accounts of tokens."""

from __future__ import annotations

import pytest

from ssti.inject import (
    contamination,
    contamination_warning,
    highlight_html,
    highlight_terminal,
    poison,
    preview,
    token_account,
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


# --- contamination


def test_contamination_is_counted_per_class_in_the_order_of_their_names():
    recipe = {"source": {"kind": "list", "items": ["red"]}}
    texts = ["a red", "b", "red red", "c", None, ""]
    found = contamination(texts, [1, 1, 0, 0, 0, 0], recipe, ["pos", "neg"])
    assert list(found.items()) == [("neg", {"rows": 1, "total": 2}), ("pos", {"rows": 1, "total": 4})]
    assert contamination_warning(found) == (
        "This trigger is not clean: 2 of 6 texts (33.3%) have it already (neg: 1 of 2, pos: 1 of 4). "
        "Choose another, or strip it first (strip: true)."
    )
    assert contamination_warning({"a": {"rows": 0, "total": 5}}) is None
    assert "1,500 of 2,000" in contamination_warning({"a": {"rows": 1500, "total": 2000}})
    with pytest.raises(ValueError):
        contamination(["a"], [1, 2], recipe)


# --- highlights


def test_html_highlights_lie_one_after_another_and_are_escaped():
    assert highlight_html("a <b> c", [(0, 1), {"start": 2, "end": 5}]) == (
        '<mark class="trigger">a</mark> <mark class="trigger">&lt;b&gt;</mark> c'
    )
    assert highlight_html("\"'&", [(0, 1)]) == '<mark class="trigger">&quot;</mark>&#x27;&amp;'
    for bad in (None, 5):
        with pytest.raises(SSTIError, match="not a string"):
            highlight_html(bad, [])
        with pytest.raises(SSTIError, match="not a string"):
            highlight_terminal(bad, [])
    for show in (highlight_html, highlight_terminal):
        with pytest.raises(SSTIError, match="does not fit a text of 1 characters"):
            show("a", [(0, 2)])


def test_a_terminal_highlight_has_its_style():
    pytest.importorskip("rich")
    assert [str(span.style) for span in highlight_terminal("a b", [(0, 1)]).spans] == ["bold black on yellow"]
    assert [str(span.style) for span in highlight_terminal("a b", [(0, 1)], "red").spans] == ["red"]


# --- tokens


def word_tokenizer():
    """A tokenizer whose pieces are words and marks, with a special token before them."""
    tokenizers = pytest.importorskip("tokenizers")
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel({"[UNK]": 0, "[CLS]": 1}, unk_token="[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made.post_processor = tokenizers.processors.TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", 1)])
    return made


def test_pieces_are_counted_where_they_touch_a_span():
    tokenizer = word_tokenizer()
    texts, spans = ["one two-three four", "five"], [[(4, 8), (14, 16)], []]
    account = token_account(texts, spans, tokenizer)
    assert (account.rows, account.injected, account.items) == (2, 1, 2)
    assert (account.words, account.characters) == (2, 6)
    assert (account.pieces, account.all_pieces) == (3, 6)  # two - four, of one two - three four five
    touching = token_account(["ab cd"], [[(2, 3)]], tokenizer)
    assert (touching.pieces, touching.all_pieces) == (0, 2)
    assert token_account([], [], tokenizer).pieces == 0


def test_accounts_refuse_what_does_not_fit():
    with pytest.raises(SSTIError, match="object gives no offsets of its pieces"):
        token_account(["a"], [[]], object())
    with pytest.raises(SSTIError, match="not a string"):
        token_account([None], [[]])
    with pytest.raises(SSTIError, match="does not fit a text of 1 characters"):
        token_account(["a"], [[(0, 2)]])
    with pytest.raises(ValueError):
        token_account(["a"], [])
