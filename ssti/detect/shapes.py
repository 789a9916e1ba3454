"""What a token looks like, at several grains: a date is digits, a hyphen, digits. Knows no class.

`9` stands for digits, `A` and `a` for capitals and small letters, `w` for letters of either case, `x` for letters and
digits mixed; letters of another script than Latin by its name; all else stands for itself.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST = 48


@lru_cache(100_000)
def script(letter: str) -> str:
    """The script of a letter, as the first word of its name in Unicode."""
    if letter.isascii():
        return "LATIN"
    return unicodedata.name(letter, "UNNAMED").split(" ")[0].split("-")[0]


@lru_cache(100_000)
def _class(letter: str) -> str:
    if letter.isdigit():
        return "9"
    if letter.isalpha():
        of = script(letter)
        if of == "LATIN":
            return "A" if letter.isupper() else "a"
        return f"‹{of.lower()}›"
    return letter if letter.isascii() or unicodedata.category(letter)[0] in "PS" else f"‹U+{ord(letter):04X}›"


ASCII = str.maketrans(
    dict.fromkeys("0123456789", "9") | {chr(c): "a" for c in range(97, 123)} | {chr(c): "A" for c in range(65, 91)}
)
ASCII |= {number: f"‹U+{number:04X}›" for number in (*range(32), 127)}
LETTERS, MIXED = str.maketrans("Aa", "ww"), str.maketrans("Aa9", "xxx")
REPEATED = re.compile(r"(.)\1+")

Classes = str | list[str]
"""The class of each character: a string where all are of ASCII, which is quicker, else a list."""


def each(token: str) -> Classes:
    """The class of each character."""
    token = token[:LONGEST]
    return token.translate(ASCII) if token.isascii() else [_class(letter) for letter in token]


def runs(classes: Classes) -> str:
    """Runs of one class as one."""
    if isinstance(classes, str):
        return REPEATED.sub(r"\1", classes)
    return "".join(one for at, one in enumerate(classes) if at == 0 or one != classes[at - 1])


def letters(classes: Classes) -> Classes:
    """Letters of either case as one class."""
    if isinstance(classes, str):
        return classes.translate(LETTERS)
    return [one.translate(LETTERS) if len(one) == 1 else one for one in classes]


def mixed(classes: Classes) -> Classes:
    """Letters and digits as one class."""
    if isinstance(classes, str):
        return classes.translate(MIXED)
    return [one.translate(MIXED) if len(one) == 1 else one for one in classes]
