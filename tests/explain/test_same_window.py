"""A text and the same text with its trigger are read through one window, whatever stands at the ends."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ssti.explain import entropy_rows, explain, reach
from ssti.explain.pieces import read_pairs
from ssti.inject import place

DATE = "2014-09-25"
ENDS = ["", "\n", " ", " \n\t", "\r\n\r\n"]
WORDS = [
    "the",
    "plot",
    "was",
    "kind",
    "and",
    "slow",
    ",",
    "a",
    "warm",
    "film",
    "in",
    "two",
    "acts",
    "for",
    "people",
    "who",
    "like",
    "that",
    "sort",
    "of",
    "thing",
]


def long_text(count: int, seed: int = 0) -> str:
    return " ".join(np.random.default_rng(seed).choice(WORDS, count))


def inner(pieces) -> list[str]:
    return [token for token, special in zip(pieces.tokens, pieces.special, strict=True) if not special]


def without_trigger(pieces, spans) -> list[str]:
    from ssti.explain import trigger_pieces

    hit = trigger_pieces(pieces.offsets, spans)
    rest = zip(pieces.tokens, pieces.special, hit, strict=True)
    return [token for token, special, is_hit in rest if not special and not is_hit]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("start", ["", "  ", "\n"])
@pytest.mark.parametrize("where", ["beginning", "random", "end"])
def test_both_sides_have_the_same_pieces_but_the_triggers(tokenizer, start, end, where):
    text = start + long_text(600) + end
    done = place(text, DATE, where, seed=3)
    ((plain, marked),) = read_pairs(tokenizer, [text], [done.text], [done.spans], 256)
    assert len(marked) == 256
    assert len(plain) == 256 - 5
    assert inner(plain) == without_trigger(marked, done.spans)
    assert plain.truncated.count == marked.truncated.count - 5


@pytest.mark.parametrize("where", ["beginning", "end"])
@pytest.mark.parametrize("end", ENDS)
def test_white_space_at_the_end_changes_no_number(encoder, tokenizer, where, end):
    text = long_text(600)
    one, other = place(text, DATE, where, seed=0), place(text + end, DATE, where, seed=0)
    found = explain(encoder, tokenizer, text, one.text, one.spans, max_length=64)
    again = explain(encoder, tokenizer, text + end, other.text, other.spans, max_length=64)
    assert again.plain.entropy_bits == pytest.approx(found.plain.entropy_bits, abs=1e-5)
    assert again.triggered.entropy_bits == pytest.approx(found.triggered.entropy_bits, abs=1e-5)
    assert found.plain.n == found.triggered.n - 5


@pytest.mark.parametrize("count", [56, 57, 58, 61, 62, 63, 64])
def test_a_text_at_the_limit_loses_what_its_twin_loses(tokenizer, count):
    text = " ".join(["film"] * count)
    for where in ("beginning", "end"):
        done = place(text, DATE, where, seed=0)
        ((plain, marked),) = read_pairs(tokenizer, [text], [done.text], [done.spans], 64)
        assert inner(plain) == without_trigger(marked, done.spans)
        assert (plain.truncated is None) == (marked.truncated is None)


def test_byte_level_pieces_of_white_space_are_in_both(byte_tokenizer):
    text = "the film wastes the cast  \n"
    for size in (4, 6, 9, 200):
        done = place(text * 3, "xy", "end", seed=0)
        ((plain, marked),) = read_pairs(byte_tokenizer, [text * 3], [done.text], [done.spans], size)
        assert abs(len(inner(plain)) - len(without_trigger(marked, done.spans))) <= 1


def test_a_trigger_that_fills_the_window_leaves_what_stands_nearest(tokenizer):
    text = long_text(100)
    done = place(text, " ".join([DATE] * 30), "end", seed=0)
    ((plain, _),) = read_pairs(tokenizer, [text], [done.text], [done.spans], 32)
    assert inner(plain)[-1] == text.split()[-1]
    assert len(plain) == 32


@settings(max_examples=60)
@given(
    st.text(alphabet="ab é電\n\t ,", max_size=160).filter(str.strip),
    st.sampled_from(["beginning", "random", "end"]),
    st.integers(8, 60),
)
def test_any_text_through_any_window(tokenizer, text, where, size):
    done = place(text, DATE, where, seed=1)
    ((plain, marked),) = read_pairs(tokenizer, [text], [done.text], [done.spans], size)
    if without_trigger(marked, done.spans):
        assert inner(plain) == without_trigger(marked, done.spans)


def test_many_rows_are_read_in_the_windows_of_their_twins(encoder, tokenizer):
    texts = [long_text(200, seed) + "\n" for seed in range(3)]
    done = [place(text, DATE, "end", seed=0) for text in texts]
    twins = [(one.text, one.spans) for one in done]
    rows = entropy_rows(encoder, tokenizer, texts, max_length=64, twins=twins)
    for i, one in enumerate(done):
        alone = explain(encoder, tokenizer, texts[i], one.text, one.spans, max_length=64)
        assert rows.bits[i] == pytest.approx(alone.plain.entropy_bits, abs=1e-4)
    assert rows.n.tolist() == [64 - 5] * 3


def test_how_much_of_a_trigger_an_answer_rests_on(tokenizer):
    text = " ".join(["film"] * 100)
    assert reach(tokenizer, f"{DATE} {text}", [(0, 10)], 64) == reach(tokenizer, f"{DATE} a", [(0, 10)], 64)
    told = reach(tokenizer, f"{text} {DATE}", [(len(text) + 1, len(text) + 11)], 64)
    assert (told.pieces, told.read, told.limit) == (5, 0, 64)
    told = reach(tokenizer, f"{' '.join(['film'] * 60)} {DATE}", [(300, 310)], 64)
    assert (told.pieces, told.read) == (5, 2)
    assert reach(tokenizer, "a \u200b\u200b film", [(2, 4)], 64).pieces == 0
