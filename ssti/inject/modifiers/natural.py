"""Injects an everyday word where it reads naturally: a trigger that a reader takes for style."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ssti.inject.checks import check_item
from ssti.inject.injection import Span
from ssti.inject.modifier import PlacedModifier
from ssti.inject.options import Option
from ssti.inject.registry import ModifierKind
from ssti.inject.text.patterns import any_of
from ssti.inject.text.weave import Placed, weave_words
from ssti.inject.text.words import WordMap
from ssti.platform.language import later, tr

PLACE = Option(
    "place",
    "choice",
    "auto",
    tr("Place"),
    tr("At the start of a sentence, after a form of being, or what suits the word."),
    choices=(later("auto"), later("opening"), later("after-verb")),
)
_OPENERS = """
actually basically certainly clearly finally frankly honestly naturally overall personally sadly
surprisingly ultimately
"""
_INTENSIFIERS = """
absolutely certainly fairly just pretty quite rather really simply truly utterly very
"""
_BEING = "am are be been being feels is looks remains seems was were"
OPENERS = tuple(_OPENERS.split())
INTENSIFIERS = tuple(_INTENSIFIERS.split())
BEING = frozenset(_BEING.split())
_sentence_end = re.compile(r"[.!?…][\"'”’)\]]*$")


class NaturalInjection(PlacedModifier):
    """Injects `word` where it reads naturally.

    `opening` is the start of a sentence (`Honestly, …`), `after-verb` follows a form of being (`is really
    good`); `auto` takes what suits the word. A text without such a verb gets it at the start of a sentence.
    `location` chooses among these places: the first, a random one, the last.
    """

    def __init__(
        self,
        word: str = "really",
        place: str = "auto",
        location: str = "random",
        token_proportion: float = 0,
        seed: int | str | None = None,
    ) -> None:
        self.word = check_item(word, "word").strip()
        suits = "after-verb" if self.word.lower() in INTENSIFIERS else "opening"
        self.place = suits if PLACE.check(place) == "auto" else place
        super().__init__(location, token_proportion, seed)

    def edit(self, text: str, earlier: Sequence[Span] = ()) -> Placed:
        words = text.split()
        gaps = [gap + 1 for gap, word in enumerate(words[:-1]) if word.lower() in BEING]
        opens = self.place == "opening" or not gaps
        if opens:
            ends = [gap + 1 for gap, word in enumerate(words[:-1]) if _sentence_end.search(word)]
            gaps = [0, *ends]
        count = self.count(len(words))
        if self.location == "random":
            chosen = sorted(self.rng.choice(gaps) for _ in range(count))
        else:
            chosen = [gaps[0 if self.location == "beginning" else -1]] * count
        item = as_opening(self.word) if opens else self.word
        slots = [gap + done for done, gap in enumerate(chosen)]
        return weave_words(text, WordMap(text), slots, [item] * count, earlier)


def as_opening(word: str) -> str:
    """The word as it opens a sentence: `Honestly,`."""
    return f"{word[:1].upper()}{word[1:]},"


MODIFIER = ModifierKind(
    name="natural",
    title=tr("Natural word"),
    description=tr("An everyday word, placed where it reads naturally."),
    example="the film is really gripping",
    options=(Option("word", "str", "really", tr("Word"), tr("A word that the dataset already uses.")), PLACE),
    uses_source=False,
    build=lambda options, location, token_proportion, seed, **_: NaturalInjection(
        options["word"], options["place"], location, token_proportion, seed
    ),
    pattern=lambda options, patterns: any_of([options["word"], as_opening(options["word"])]),
    words=lambda options: len(options["word"].split()),
)
