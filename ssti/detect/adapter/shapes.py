"""Candidates that are made rather than listed: strings of a small grammar of shapes, each instance with characters of its own.

Runs of characters (digits, letters, both, the tokenizer's own words) are joined by marks, put between marks, repeated; Unicode
is drawn by category. No trigger of this house is written down here.
"""

from __future__ import annotations

import string
import sys
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, partial
from random import Random

from ssti.detect.adapter.candidate import Candidate
from ssti.platform.language import later

Draw = Callable[[Random], str]
JOINTS = "-/.:_,+="
BRACKETS = ("()", "[]", "{}", "<>", '""', "''", "**", "__", "``", "~~", "||", "««")
CATEGORIES = ("Sm", "Sc", "Sk", "So", "Pd", "Ps", "Pi", "Po", "Lo", "Lm", "Nd", "No", "Nl")
HIDDEN = ("Cf", "Mn", "Zs")
SCRIPTS = ("CYRILLIC", "GREEK", "ARABIC", "HEBREW", "CJK", "HIRAGANA", "HANGUL", "DEVANAGARI", "THAI", "FULLWIDTH", "MATHEMATICAL")
VOWELS, CONSONANTS = "aeiou", "bcdfghjklmnprstvwz"


def shapes(words: Sequence[str]) -> list[Candidate]:
    """Every shape of the grammar. `words` are the tokenizer's own whole words, for names and units."""
    short = [word for word in words if word.isascii() and word.isalpha() and len(word) <= 6]
    everything = [*_runs(), *_joined(), *_marked(short or ["a", "name"]), *_unicode(), *_letters(short or ["a", "name"])]
    return [Candidate(pattern, "shape", draw) for pattern, draw in dict(everything).items()]


def _of(letters: str, least: int, most: int, rng: Random) -> str:
    return "".join(rng.choice(letters) for _ in range(rng.randint(least, most)))


def _digits(least: int, most: int) -> Draw:
    return partial(_of, string.digits, least, most)


def _runs() -> Iterator[tuple[str, Draw]]:
    for least, most in ((1, 1), (2, 2), (3, 3), (4, 4), (5, 7), (8, 12)):
        yield "9" * least if least == most else f"9 ({least} to {most})", _digits(least, most)
    lower, upper = string.ascii_lowercase, string.ascii_uppercase
    yield later("random letters"), partial(_of, lower, 5, 9)
    yield later("random capitals"), partial(_of, upper, 3, 6)
    yield later("letters and digits mixed"), partial(_of, lower + string.digits, 6, 10)
    yield later("hexadecimal digits"), partial(_of, "0123456789abcdef", 6, 12)
    yield later("random syllables"), lambda rng: "".join(_of(CONSONANTS, 1, 1, rng) + _of(VOWELS, 1, 1, rng) for _ in range(rng.randint(3, 4)))


def _joined() -> Iterator[tuple[str, Draw]]:
    """Two and three runs with a mark or a space between: dates, ratios, numbers of versions and telephones, codes."""
    number, short, letters = _digits(1, 4), _digits(2, 2), partial(_of, string.ascii_uppercase, 1, 3)
    for joint in (*JOINTS, " "):
        for parts in ((short, short), (_digits(3, 4), _digits(3, 4)), (_digits(4, 4), short, short), (number, number, number), (letters, _digits(2, 5))):
            made = partial(_join, joint, parts)
            yield _shape_of(made(Random("shape")), len(parts), joint), made
    yield "A9", lambda rng: letters(rng) + _digits(1, 4)(rng)
    yield "9A", lambda rng: _digits(1, 3)(rng) + letters(rng)
    yield "a9.9.9", lambda rng: rng.choice(string.ascii_lowercase) + _join(".", (_digits(1, 2),) * 3, rng)


def _join(joint: str, parts: Sequence[Draw], rng: Random) -> str:
    return joint.join(part(rng) for part in parts)


def _shape_of(example: str, parts: int, joint: str) -> str:
    lengths = [("A" if run[:1].isalpha() else "9") * min(len(run), 4) for run in example.split(joint)]
    return joint.join(lengths)


def _marked(words: list[str]) -> Iterator[tuple[str, Draw]]:
    """Marks around random names and numbers: markup of any kind, addresses, units."""
    name, number = (lambda rng: rng.choice(words)), _digits(1, 3)
    for pair in BRACKETS:
        left, right = pair[0], {"«": "»"}.get(pair[1], pair[1])
        yield f"{left}word{right}", partial(_around, left, right, name)
        yield f"{left}9{right}", partial(_around, left, right, number)
        yield f"{left * 2}word{right * 2}", partial(_around, left * 2, right * 2, name)
    for left, right in (("</", ">"), ("<", "/>"), ("<!--", "-->"), ("&", ";"), ("{%", "%}"), ("\\", ""), ("\\", "{}"), ("#", ""), ("@", ""),
                        ("$", ""), ("%", "%"), (":", ":"), ("/", "/"), ("", "()"), ("", ":"), ("", "="), ("--", ""), ("![", "]"), ("[/", "]")):  # fmt: skip
        yield f"{left}word{right}", partial(_around, left, right, name)
    yield "<word> </word>", lambda rng: "<{0}> </{0}>".format(name(rng))
    yield "<word a=9>", lambda rng: f'<{name(rng)} {name(rng)}="{number(rng)}">'
    yield "word@word.word", lambda rng: f"{name(rng)}@{name(rng)}.{name(rng)}"
    yield "word://word.word/word", lambda rng: f"{name(rng)}://{name(rng)}.{name(rng)}/{name(rng)}"
    yield later("number and unit"), lambda rng: f"{number(rng)} {name(rng)}"
    for sign in "$%€£#°*":
        yield f"{sign}9", partial(_around, sign, "", number)
        yield f"9{sign}", partial(_around, "", sign, number)
    for mark in string.punctuation:
        yield mark, lambda rng, mark=mark: mark
        yield mark * 3, lambda rng, mark=mark: mark * 3
    yield later("marks mixed"), partial(_of, string.punctuation, 3, 5)
    yield later("a face of marks"), lambda rng: rng.choice(":;=8") + rng.choice(["", "-"]) + rng.choice(")(DP/|]")


def _around(left: str, right: str, draw: Draw, rng: Random) -> str:
    return f"{left}{draw(rng)}{right}"


def _letters(words: list[str]) -> Iterator[tuple[str, Draw]]:
    """Words as they are, in capitals, stretched, misspelt, with a strange letter in them."""
    name = lambda rng: rng.choice(words)  # noqa: E731
    yield later("Words in title case"), lambda rng: f"{name(rng).title()} {name(rng).title()}"
    yield later("WORDS IN CAPITALS"), lambda rng: name(rng).upper()
    yield later("a word said three times"), lambda rng: " ".join([name(rng)] * 3)
    yield later("a stretched word"), lambda rng: (word := name(rng))[:-1] + word[-1] * rng.randint(4, 7)
    yield later("words joined by a hyphen"), lambda rng: f"{name(rng)}-{name(rng)}"
    yield later("words joined by an underscore"), lambda rng: f"{name(rng)}_{name(rng)}"
    yield "camelCase", lambda rng: f"{name(rng)}{name(rng).title()}{name(rng).title()}"
    for script in SCRIPTS[:2] + SCRIPTS[-2:]:
        letters = of_script(script)
        if letters:
            yield f"word, script {script.lower()}", partial(_inside, letters, 1, name)
    for category in HIDDEN:
        yield f"word, category {category}", partial(_inside, of_category(category), 0, name)


def _inside(letters: str, takes: int, draw: Draw, rng: Random) -> str:
    """A word with a character in the place of one of its own (`takes` 1), or between two (0)."""
    word = draw(rng) + draw(rng)
    at = rng.randrange(1, len(word))
    return word[:at] + rng.choice(letters) + word[at + takes :]


def _unicode() -> Iterator[tuple[str, Draw]]:
    for category in CATEGORIES:
        yield f"category {category}", partial(_of, of_category(category), 1, 1)
    for script in SCRIPTS:
        letters = of_script(script)
        if letters:
            yield f"script {script.lower()}", partial(_of, letters, 2, 5)
    faces = "".join(chr(code) for code in range(0x1F300, 0x1F650))
    yield later("pictures"), partial(_of, faces, 1, 2)


@lru_cache(64)
def of_category(category: str) -> str:
    """The characters of a category of Unicode beyond ASCII, of the first plane."""
    return "".join(letter for letter in map(chr, range(0x80, 0x3100)) if unicodedata.category(letter) == category)


@lru_cache(64)
def of_script(script: str) -> str:
    """The letters whose name in Unicode begins so."""
    planes = range(0x1D400, 0x1D800) if script == "MATHEMATICAL" else range(0x80, min(0x10000, sys.maxunicode))
    return "".join(c for c in map(chr, planes) if c.isalpha() and unicodedata.name(c, "").startswith(script))
