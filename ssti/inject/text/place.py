"""Puts one item into one text at a chosen place: what a button on the page does."""

from __future__ import annotations

from dataclasses import replace

from ssti.inject.checks import check_count, check_item, check_text, make_random
from ssti.inject.fields import LOCATION
from ssti.inject.injection import Injection
from ssti.inject.text.weave import weave_words
from ssti.inject.text.words import WordMap
from ssti.platform.language import later

PLACE = replace(LOCATION, choices=(*LOCATION.choices, later("cursor")))


def place(text: str, item: str, location: str, position: int | None = None, seed: int | str | None = None) -> Injection:
    """`item` put into `text` at its `beginning`, at `random`, at its `end`, or at the `cursor`.

    The cursor's `position` (in characters) is snapped to the nearest gap between words; no word is split.
    """
    check_text(text)
    check_item(item, "item")
    PLACE.check(location)
    words = WordMap(text)
    if location == "beginning":
        gap = 0
    elif location == "end":
        gap = words.count
    elif location == "random":
        gap = make_random(seed).randrange(words.count + 1)
    else:
        gap = _nearest_gap(text, words, check_count(position, "position"))
    new, spans, layer = weave_words(text, words, [gap], [item])
    return Injection(new, None, spans, (layer,))


def _nearest_gap(text: str, words: WordMap, position: int) -> int:
    """The gap before the word at `position`, or after it where its end is nearer."""
    gap = len(text[:position].split())
    inside = 0 < position < len(text) and not text[position - 1].isspace() and not text[position].isspace()
    if not inside:
        return gap
    start = words.offset(gap - 1)
    length = len(text[start:].split(None, 1)[0])
    return gap - 1 if position - start < length - (position - start) else gap
