"""Where and how many: the texts that are asked, and the answers put back in their order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssti.explain import by_amount, slide
from ssti.inject import place
from ssti.platform.errors import SSTIError

TEXT = "a dreary , joyless  slog"
some_words = st.lists(
    st.text("abc é😀", min_size=1, max_size=4).map(lambda w: w.strip() or "x"), min_size=1, max_size=9
)


class Known:
    """Answers by counting: class 1 is the place of the item, over the words; and it keeps what was asked."""

    def __init__(self, item: str) -> None:
        self.item, self.asked = item, []

    def __call__(self, texts):
        self.asked.append(list(texts))
        return np.array([[len(t), t.split().index(self.item) if self.item in t.split() else -1] for t in texts], float)


@given(some_words)
def test_the_item_slides_through_every_gap(words):
    text = " ".join(words)
    found = slide(Known("@"), text, "@")
    count = len(text.split())
    assert found.gaps == list(range(count + 1))
    assert found.every
    assert found.probabilities[:, 1].tolist() == list(range(count + 1))
    assert found.plain[1] == -1
    for gap, new, (start, end) in zip(found.gaps, found.texts, found.spans, strict=True):
        assert new[start:end] == "@"
        assert new.split() == [*text.split()[:gap], "@", *text.split()[gap:]]


def test_each_text_is_the_one_that_a_click_would_make():
    found = slide(Known("2014-09-25"), TEXT, "2014-09-25")
    for gap, new in zip(found.gaps, found.texts, strict=True):
        at = [0, 2, 9, 11, 20, 24][gap]
        assert new == place(TEXT, "2014-09-25", "cursor", at).text


def test_all_is_asked_at_once_and_nothing_twice():
    known = Known("a")
    found = slide(known, "a a a", "a")
    assert len(known.asked) == 1
    assert len(known.asked[0]) == len(set(known.asked[0])) == 2
    assert found.probabilities.shape == (4, 2)


def test_of_a_long_text_the_places_are_spread():
    found = slide(Known("@"), "w " * 500, "@", most=9)
    assert found.gaps[0] == 0
    assert found.gaps[-1] == 500
    assert len(found.gaps) == 9
    assert not found.every
    assert max(np.diff(found.gaps)) - min(np.diff(found.gaps)) <= 1
    assert found.around(0) == ("", "w w")


def test_more_triggers_only_add():
    asked = []

    def answer(texts):
        asked.extend(texts)
        return np.array([[t.split().count("@"), 0] for t in texts], float)

    found = by_amount(answer, TEXT, lambda: "@", counts=(0, 1, 3), draws=2, seed=4)
    assert found.counts == [0, 1, 3]
    assert found.probabilities[..., 0].tolist() == [[0, 0], [1, 1], [3, 3]]
    for text in asked:
        assert [word for word in text.split() if word != "@"] == TEXT.split()
    again = by_amount(answer, TEXT, lambda: "@", counts=(0, 1, 3), draws=2, seed=4)
    assert again.items == found.items


@given(some_words, st.lists(st.sampled_from("@#%"), min_size=1, max_size=6), st.integers(0, 9))
def test_any_items_go_in_whole(words, items, seed):
    text = " ".join(words)
    texts = []

    def answer(asked):
        texts.extend(asked)
        return np.zeros((len(asked), 2))

    stream = iter(items)
    by_amount(answer, text, lambda: next(stream), counts=(len(items),), draws=1, seed=seed)
    put_in = [word for word in texts[0].split() if word in "@#%"]
    assert sorted(put_in) == sorted(items)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: slide(Known("@"), "  ", "@"), "The text is empty"),
        (lambda: slide(Known("@"), "a", " "), "is empty"),
        (lambda: slide(Known("@"), "a", "@", most=1), "most is 1"),
        (lambda: slide(lambda texts: np.zeros(3), "a", "@"), "answers of shape"),
        (lambda: by_amount(Known("@"), "a", lambda: "@", counts=(-1, 2)), "counts are"),
        (lambda: by_amount(Known("@"), "a", lambda: "@", counts=(1000,)), "counts are"),
    ],
)
def test_what_cannot_be_asked_is_refused(call, says):
    with pytest.raises(SSTIError, match=says):
        call()
