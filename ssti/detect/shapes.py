"""What a token looks like, at several grains: a date is digits, a hyphen, digits. Knows no class.

`9` stands for digits, `A` and `a` for capitals and small letters, `w` for letters of either case, `x` for letters and
digits mixed; letters of another script than Latin by its name; all else stands for itself.
"""

from __future__ import annotations

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


def each(token: str) -> list[str]:
    """The class of each character."""
    return [_class(letter) for letter in token[:LONGEST]]


def runs(classes: list[str]) -> str:
    """Runs of one class as one."""
    return "".join(one for at, one in enumerate(classes) if at == 0 or one != classes[at - 1])


def letters(classes: list[str]) -> list[str]:
    """Letters of either case as one class."""
    return ["w" if one in ("A", "a") else one for one in classes]


def mixed(classes: list[str]) -> list[str]:
    """Letters and digits as one class."""
    return ["x" if one in ("A", "a", "9") else one for one in classes]


def scripts(token: str) -> set[str]:
    """The scripts of its letters."""
    return {script(letter) for letter in token[:LONGEST] if letter.isalpha()}
