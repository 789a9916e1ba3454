"""The first and the last token of a text: the word, and its shape."""

from __future__ import annotations

from collections.abc import Iterator

from ssti.detect.corpus import LONGEST_TOKEN
from ssti.detect.family import Family, Part, of_texts
from ssti.detect.features.phrases import core
from ssti.detect.shapes import each, letters, runs
from ssti.platform.language import later


def ends(text: str) -> Iterator[tuple[str, str, int, int]]:
    """The place, the token, and where it stands."""
    text = text.rstrip()
    start = len(text) - len(text.lstrip())
    first = text[start : start + LONGEST_TOKEN].split(None, 1)
    last = text[-LONGEST_TOKEN:].rsplit(None, 1)
    for place, token, at in (("first", first[:1], start), ("last", last[-1:], len(text))):
        if token:
            span = (at, at + len(token[0])) if place == "first" else (at - len(token[0]), at)
            yield place, token[0], *span


def words(text: str) -> Iterator[Part]:
    for place, token, start, end in ends(text):
        yield f"{place} {core(token)}", start, end


def shapes(text: str) -> Iterator[Part]:
    for place, token, start, end in ends(text):
        shape = runs(letters(each(token)))
        if shape != "w":
            yield f"{place} {shape}", start, end


WORDS = Family(
    "end",
    later("First and last words"),
    of_texts(words),
    lambda key: key,
    order=90,
    meaning=True,
    words=lambda key: key.split(" ")[1:],
)
SHAPES = Family("end shape", later("Shapes of first and last words"), of_texts(shapes), lambda key: key, order=95)
