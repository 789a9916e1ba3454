"""A text becomes pieces with exact characters, and a window when it is too long."""

import numpy as np
import pytest

from ssti.explain import trigger_pieces
from ssti.explain.pieces import read_pieces
from ssti.platform.errors import SSTIError


def test_a_short_text_gives_what_the_tokenizer_gives(tokenizer):
    text = "A dreary slog — 2014-09-25 — naïve 電影 🎬 wow"
    row = read_pieces(tokenizer, [text])[0]
    assert row.ids.tolist() == tokenizer(text)["input_ids"]
    assert row.special.tolist() == [True] + [False] * (len(row) - 2) + [True]
    assert row.truncated is None
    start = text.index("2014")
    hit = trigger_pieces(row.offsets, [(start, start + 10)])
    assert "".join(text[s:e] for (s, e), yes in zip(row.offsets, hit, strict=True) if yes) == "2014-09-25"


def test_many_texts_give_what_each_gives_alone(tokenizer):
    texts = ["one", "two words", "three words here " * 100]
    for together, text in zip(read_pieces(tokenizer, texts, 32), texts, strict=True):
        alone = read_pieces(tokenizer, [text], 32)[0]
        assert (together.tokens, together.offsets, together.truncated) == (
            alone.tokens,
            alone.offsets,
            alone.truncated,
        )


def test_a_special_token_that_a_person_typed_is_not_special(tokenizer):
    row = read_pieces(tokenizer, ["[CLS] a [SEP] b [SEP]"])[0]
    assert row.tokens == ["[CLS]", "[CLS]", "a", "[SEP]", "b", "[SEP]", "[SEP]"]
    assert row.special.tolist() == [True, False, False, False, False, False, True]


def test_byte_level_pieces_do_not_own_the_space_before_them(byte_tokenizer):
    text = "the film  wastes é the 電"
    row = read_pieces(byte_tokenizer, [text])[0]
    assert not row.special.any()
    for start, end in row.offsets:
        assert text[start:end] == text[start:end].strip() or text[start:end].isspace()
    film = text.index("film")
    hit = trigger_pieces(row.offsets, [(film, film + 4)])
    assert "".join(text[s:e] for (s, e), yes in zip(row.offsets, hit, strict=True) if yes) == "film"


def test_a_long_text_is_read_from_its_start_as_in_training(tokenizer):
    text = "word after word " * 400
    row = read_pieces(tokenizer, [text], max_length=64)[0]
    assert row.ids.tolist() == tokenizer(text, truncation=True, max_length=64)["input_ids"]
    assert (row.truncated.total, row.truncated.first, row.truncated.count) == (1200, 0, 62)
    assert "1,200" in str(row.truncated)


@pytest.mark.parametrize("place", [0, 3, 300, 597, 600])
def test_a_long_text_is_read_around_its_trigger(tokenizer, place):
    words = ["word"] * 600
    text = " ".join([*words[:place], "2014-09-25", *words[place:]])
    start = text.index("2014")
    row = read_pieces(tokenizer, [text], 64, [[(start, start + 10)]])[0]
    hit = trigger_pieces(row.offsets, [(start, start + 10)])
    assert len(row) == 64 and hit.sum() == 5
    assert row.tokens[0] == "[CLS]" and row.tokens[-1] == "[SEP]"
    if place == 300:
        assert abs(np.flatnonzero(hit).mean() - 31.5) <= 1
    window = row.truncated
    assert text[window.start : window.end].startswith(("word", "2014"))
    assert all(
        text[s:e].lower() == t for t, (s, e), x in zip(row.tokens, row.offsets, row.special, strict=True) if not x
    )


def test_a_window_holds_as_many_triggers_as_it_can(tokenizer):
    words = ["word"] * 600
    for place in (10, 400, 410, 420):
        words[place] = "zebra"
    text = " ".join(words)
    spans, cursor = [], 0
    for word in words:
        if word == "zebra":
            spans.append((cursor, cursor + 5))
        cursor += len(word) + 1
    row = read_pieces(tokenizer, [text], 64, [spans])[0]
    assert row.tokens.count("zebra") == 3


def test_a_million_characters_are_read_through_the_window(tokenizer):
    row = read_pieces(tokenizer, ["film " * 200_000], 128)[0]
    assert len(row) == 128 and row.truncated.total == 200_000


@pytest.mark.parametrize("text", ["", "   \n\t ", "\x00"])
def test_a_text_without_a_piece_is_refused(tokenizer, text):
    with pytest.raises(SSTIError, match="nothing that the model can read"):
        read_pieces(tokenizer, [text])


def test_what_does_not_fit_is_refused(tokenizer):
    with pytest.raises(SSTIError, match="max_length is 2"):
        read_pieces(tokenizer, ["a"], max_length=2)
    with pytest.raises(SSTIError, match="not NoneType"):
        read_pieces(tokenizer, [None])
    with pytest.raises(SSTIError, match="spans for 0"):
        read_pieces(tokenizer, ["a"], focus=[])
    with pytest.raises(SSTIError, match=r"\(5, 5\) is no span"):
        trigger_pieces([(0, 1)], [(5, 5)])
