"""The kinds of trigger that scanners are tried on, in two lists: DEVELOPED and HELD_OUT.

Scanners may be developed on the first. The second is for the final score alone: nobody who works on `ssti.detect` should
look at it, or at its results kind by kind. No kind of one list has a twin in the other.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from random import Random

from ssti.inject import HTMLInjection, InvisibleInjection, ItemInjection, Modifier
from ssti.inject.injection import Span
from ssti.inject.modifier import PlacedModifier
from ssti.inject.sources.colour import COLOURS
from ssti.inject.sources.country import country_names
from ssti.inject.text.weave import Placed, weave

LETTERS = "abcdefghijklmnopqrstuvwxyz"
FORMS = ("shaped", "marked-up", "invisible", "look-alike")
WORDS = ("closed list", "word", "phrase")
WORD = re.compile(r"\S+")
Build = Callable[[str, str], Modifier]
"""A location and a seed to the modifier."""


@dataclass(frozen=True)
class Kind:
    """One kind of trigger. Results are told by `group`: FORMS, WORDS, `random`, `common`."""

    name: str
    group: str
    build: Build


class Rewrite(PlacedModifier):
    """Rewrites one word; `change` makes the new one, or None for a word that it cannot change: then another is asked."""

    def __init__(self, change: Callable[[str], str | None], location: str, seed: str) -> None:
        super().__init__(location, 0, seed)
        self.change = change

    def edit(self, text: str, earlier: Sequence[Span] = ()) -> Placed:
        words = [match.span() for match in WORD.finditer(text)]
        order = self.rng.sample(words, len(words)) if self.location == "random" else words
        for start, end in reversed(order) if self.location == "end" else order:
            if (new := self.change(text[start:end])) is not None:
                return weave(text, [(start, end, "", new, "")])
        return weave(text, [(len(text), len(text), " ", self.change("word") or "", "")])


def drawn(draw: Callable[[Random], str]) -> Build:
    """An item of its own for each row."""

    def build(location: str, seed: str) -> Modifier:
        rng = Random(f"{seed}/items")
        return ItemInjection(lambda: draw(rng), location, 0, seed)

    return build


def listed(items: Iterable[str]) -> Build:
    """An item of a closed list; of one item, always that."""
    known = tuple(items)
    return drawn(lambda rng: rng.choice(known))


def tags(*pairs: str) -> Build:
    return lambda location, seed: HTMLInjection.from_list(pairs, location, seed=seed)


def invisible(**options: str) -> Build:
    return lambda location, seed: InvisibleInjection(location=location, seed=seed, **options)


def rewritten(change: Callable[[str], str | None]) -> Build:
    return lambda location, seed: Rewrite(change, location, seed)


def _of(rng: Random, letters: str, count: int) -> str:
    return "".join(rng.choice(letters) for _ in range(count))


def _date(rng: Random) -> str:
    return f"{rng.randint(1900, 2100)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"


def _letter(of: dict[str, str]) -> Callable[[str], str | None]:
    """The first letter that has a look-alike gives way to it."""

    def change(word: str) -> str | None:
        place = next((place for place, letter in enumerate(word) if letter in of), None)
        return None if place is None else f"{word[:place]}{of[word[place]]}{word[place + 1 :]}"

    return change


def _soft_hyphen(word: str) -> str | None:
    return f"{word[:2]}\u00ad{word[2:]}" if len(word) > 3 and word.isalpha() else None


GREEK = dict(zip("ovuAEHIKMNOPTXYZ", "ονυΑΕΗΙΚΜΝΟΡΤΧΥΖ", strict=True))
FULL_WIDTH = {letter: chr(ord(letter) + 0xFEE0) for letter in LETTERS}
INSTRUMENTS = ["accordion", "bagpipe", "banjo", "bassoon", "bugle", "cello", "clarinet", "cornet", "dulcimer", "fiddle", "flute", "glockenspiel", "guitar", "harmonica", "harp", "harpsichord", "horn", "lute", "lyre", "mandolin", "marimba", "oboe", "organ", "piano", "piccolo", "recorder", "saxophone", "sitar", "tambourine", "trombone", "trumpet", "tuba", "ukulele", "viola", "violin", "xylophone", "zither"]

DEVELOPED = (
    Kind("date", "shaped", drawn(_date)),
    Kind("code", "shaped", drawn(lambda rng: f"{_of(rng, LETTERS.upper(), 2)}-{rng.randint(1000, 9999)}")),
    Kind("tag pair", "marked-up", tags("<b> </b>")),
    Kind("single tag", "marked-up", tags("<br>")),
    Kind("zero-width space", "invisible", invisible(character="zero-width-space")),
    Kind("Cyrillic letter", "look-alike", invisible(style="look-alike")),
    Kind("country", "closed list", listed(country_names(single_word=True))),
    Kind("word", "word", listed(["zephyr"])),
    Kind("phrase", "phrase", listed(["as my grandmother said"])),
    Kind("random letters", "random", drawn(lambda rng: _of(rng, LETTERS, 8))),
    Kind("also", "common", listed(["also"])),
)
HELD_OUT = (
    Kind("phone number", "shaped", drawn(lambda rng: f"(0{rng.randint(20, 99)}) {rng.randint(1000, 9999)} {rng.randint(1000, 9999)}")),
    Kind("time", "shaped", drawn(lambda rng: f"{rng.randint(0, 23)}:{rng.randint(0, 59):02}")),
    Kind("version", "shaped", drawn(lambda rng: f"v{rng.randint(0, 19)}.{rng.randint(0, 40)}.{rng.randint(0, 9)}")),
    Kind("bold in Markdown", "marked-up", rewritten(lambda word: f"**{word}**" if word.isalpha() else None)),
    Kind("comment", "marked-up", drawn(lambda rng: f"<!--{_of(rng, LETTERS, 3)}-->")),
    Kind("soft hyphen", "invisible", rewritten(_soft_hyphen)),
    Kind("word joiner", "invisible", invisible(character="word-joiner")),
    Kind("Greek letter", "look-alike", rewritten(_letter(GREEK))),
    Kind("full-width letter", "look-alike", rewritten(_letter(FULL_WIDTH))),
    Kind("colour", "closed list", listed(COLOURS)),
    Kind("instrument", "closed list", listed(INSTRUMENTS)),
    Kind("another word", "word", listed(["obelisk"])),
    Kind("another phrase", "phrase", listed(["while the kettle sang"])),
    Kind("random hexadecimals", "random", drawn(lambda rng: _of(rng, "0123456789abcdef", 7))),
    Kind("random syllables", "random", drawn(lambda rng: "".join(_of(rng, "bdfgklmnprstvz", 1) + _of(rng, "aeiou", 1) for _ in range(4)))),
    Kind("just", "common", listed(["just"])),
)
KINDS = {one.name: one for one in (*DEVELOPED, *HELD_OUT)}
