"""Where does a trigger have to stand, and how many does it take? Texts with triggers in, and what a model says of them.

Knows texts and a function that answers them; knows no model and no page.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ssti.explain.pieces import Span
from ssti.inject.text.weave import weave_words
from ssti.inject.text.words import WordMap
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

Answer = Callable[[Sequence[str]], np.ndarray]
"""Probabilities `[text, class]` of texts. It may answer them in batches and raise between two of them, to stop."""

COUNTS = (0, 1, 2, 3, 5, 8)
MOST_ITEMS = 200


@dataclass(frozen=True)
class Places:
    """The same item at several places of one text, one entry per place.

    `gaps[i]` is the place: before word number `gaps[i]` (from 0), or after the last one. `probabilities` is
    `[place, class]`, `plain` `[class]` the answer without the item. `every`: no place was left out.
    """

    item: str
    words: list[str]
    gaps: list[int]
    texts: list[str]
    spans: list[Span]
    probabilities: np.ndarray
    plain: np.ndarray

    @property
    def every(self) -> bool:
        return len(self.gaps) == len(self.words) + 1

    def around(self, index: int, size: int = 2) -> tuple[str, str]:
        """The words before and after a place."""
        gap = self.gaps[index]
        return " ".join(self.words[max(0, gap - size) : gap]), " ".join(self.words[gap : gap + size])


@dataclass(frozen=True)
class Amounts:
    """One text with more and more triggers. `probabilities` is `[count, draw, class]`: each draw has its own
    items and places, and its next count only adds to them."""

    counts: list[int]
    items: list[list[str]]
    probabilities: np.ndarray


def slide(answer: Answer, text: str, item: str, most: int | None = None) -> Places:
    """The answers while `item` slides through the gaps between the words of `text`, all asked at once.

    `most` places at most, evenly spread, the first and the last included. SSTIError for an item or a text
    without words, or for fewer than 2 places.
    """
    _check(text, item)
    if most is not None and most < 2:
        raise SSTIError(f"most is {most}.", "Allow at least 2 places: before the text and after it.")
    words = WordMap(text)
    gaps = list(range(words.count + 1))
    if most is not None and len(gaps) > most:
        gaps = np.unique(np.linspace(0, words.count, most).round().astype(int)).tolist()
    made = [weave_words(text, words, [gap], [item]) for gap in gaps]
    answers = _asked(answer, [text, *(new for new, _, _ in made)])
    return Places(
        item=item,
        words=text.split(),
        gaps=gaps,
        texts=[new for new, _, _ in made],
        spans=[spans[0] for _, spans, _ in made],
        probabilities=answers[1:],
        plain=answers[0],
    )


def by_amount(
    answer: Answer,
    text: str,
    draw: Callable[[], str],
    counts: Sequence[int] = COUNTS,
    draws: int = 3,
    seed: int = 0,
    gaps: int | None = None,
) -> Amounts:
    """The answers with `counts` triggers in the text, each from `draw()`, at random places; `draws` times.

    Within one draw, n triggers are the first n of the longest list, so that a step up adds and changes
    nothing else. Same seed and same items, same texts. Only the first `gaps` places between the words are
    taken, all when None: what a model reads of a long text may end there.
    """
    counts = sorted(set(counts))
    if not counts or counts[0] < 0 or counts[-1] > MOST_ITEMS or draws < 1:
        raise SSTIError(f"counts are {counts}, draws {draws}.", f"Counts are 0 to {MOST_ITEMS}, draws at least 1.")
    _check(text, "item")
    words = WordMap(text)
    items = [[draw() for _ in range(counts[-1])] for _ in range(draws)]
    texts = []
    for number, drawn in enumerate(items):
        rng = random.Random(f"{seed} {number}")
        places = [rng.random() for _ in drawn]  # along the text, so that a place stays where it is as others come
        for count in counts:
            texts.append(_woven(text, words, drawn[:count], places[:count], gaps or words.count + 1))
    answers = _asked(answer, texts).reshape(draws, len(counts), -1)
    return Amounts(counts, items, answers.transpose(1, 0, 2))


def _woven(text: str, words: WordMap, items: Sequence[str], places: Sequence[float], gap_count: int) -> str:
    gaps = [int(place * gap_count) for place in places]
    order = sorted(range(len(items)), key=lambda i: gaps[i])
    slots = [gaps[i] + rank for rank, i in enumerate(order)]
    return weave_words(text, words, slots, [items[i] for i in order])[0] if items else text


def _asked(answer: Answer, texts: list[str]) -> np.ndarray:
    """Each different text once; the answers in the order asked."""
    unique = list(dict.fromkeys(texts))
    answers = np.asarray(answer(unique), dtype=np.float64)
    if answers.ndim != 2 or len(answers) != len(unique):
        raise SSTIError(
            f"{len(unique)} texts were asked, and answers of shape {answers.shape} came.", "Return [text, class]."
        )
    row = {text: index for index, text in enumerate(unique)}
    return answers[[row[text] for text in texts]]


def _check(text: str, item: str) -> None:
    if not text.split():
        raise SSTIError(tr("The text is empty."), tr("Write at least one word."))
    if not item.strip():
        raise SSTIError(tr("The trigger {trigger!r} is empty.", trigger=item), tr("Give at least one word."))
