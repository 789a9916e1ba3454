"""A trigger so that one sees it: white space, invisible characters and marks without a letter get a sign. Knows no scan."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from ssti.detect.report import Span
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

SIGNS = {" ": "␣", "\t": "⇥", "\n": "↵", "\r": "↵", "\u00a0": "⍽"}
LONGEST = 120  # characters of a trigger that are shown


def trigger(text: str) -> Markup:
    """One trigger by itself; a long one is cut."""
    cut = text[:LONGEST] + ("…" if len(text) > LONGEST else "")
    return parts.html('<mark class="trigger" translate="no">{}</mark>', visible(cut))


def marked(text: str, spans: Iterable[Span]) -> Markup:
    """A text with its spans as triggers, whose invisible characters are seen."""
    pieces: list[Markup | str] = []
    last = 0
    for start, end in sorted(spans):
        if start < last or end > len(text):
            continue
        pieces += [text[last:start], parts.html('<mark class="trigger">{}</mark>', visible(text[start:end]))]
        last = end
    return parts.html('<span translate="no">{}</span>', parts.join([*pieces, text[last:]]))


def visible(text: str) -> Markup:
    """The text; a blank at its ends or beside another, and what has no ink, as a sign that says what it is."""
    return parts.join(_sign(letter) if _unseen(text, place) else letter for place, letter in enumerate(text))


def _unseen(text: str, place: int) -> bool:
    letter = text[place]
    if letter == " ":
        before, after = text[place - 1 : place], text[place + 1 : place + 2]
        return not before.strip() or not after.strip()
    if unicodedata.category(letter) in ("Mn", "Me"):
        return place == 0
    return letter in SIGNS or unicodedata.category(letter)[0] in "CZ"


def _sign(letter: str) -> Markup:
    name = unicodedata.name(letter, "").lower()
    code = f"U+{ord(letter):04X}"
    return parts.html('<span class="unseen" title="{}">{}</span>', f"{code} {name}".strip(), SIGNS.get(letter, code))
