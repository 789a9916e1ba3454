"""Characters that are no plain letters and digits: each, its kind in Unicode, its script, and runs of marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from ssti.detect.family import Family, Part, of_tokens
from ssti.detect.shapes import script
from ssti.platform.language import later

ODD = re.compile(r"[^A-Za-z0-9]")
MARKS = re.compile(r"(?:[^\w\s]|_){2,12}+")


def characters(token: str) -> Iterator[Part]:
    for odd in ODD.finditer(token):
        letter = odd[0]
        yield f"character {letter}", *odd.span()
        if not letter.isascii():
            yield f"category {unicodedata.category(letter)}", *odd.span()
            if letter.isalpha():
                yield f"script {script(letter)}", *odd.span()
    for marks in MARKS.finditer(token):
        yield f"marks {marks[0]}", *marks.span()
    if not token.isascii() and len({script(letter) for letter in token if letter.isalpha()}) > 1:
        yield "mixed scripts", 0, len(token)


def say(key: str) -> str:
    kind, _, what = key.partition(" ")
    if kind == "character":
        name = unicodedata.name(what, f"U+{ord(what):04X}").lower()
        return f"{what if what.isprintable() and not unicodedata.combining(what) else ''} {name} (U+{ord(what):04X})".strip()
    return key


FAMILY = Family("character", later("Characters"), of_tokens(characters), say, order=30)
