"""Injects items from a source among the words of a text: the paper's plain trigger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any

from ssti.inject.checks import (
    check_fraction,
    check_items,
    check_location,
    make_random,
    read_items,
)
from ssti.inject.injection import Span
from ssti.inject.modifier import Modifier
from ssti.inject.registry import ModifierKind
from ssti.inject.sources.pool import Pool, call_source
from ssti.inject.text.weave import Placed, weave_words
from ssti.inject.text.words import WordMap, draw_gaps, final_slots
from ssti.platform.errors import SSTIError, shown


class ItemInjection(Modifier):
    """Injects `max(1, int(words * token_proportion))` items; with `token_proportion` 0 exactly one.

    `source` is a function without arguments that gives the next item. All items of a text are drawn first.
    At `beginning` and `end` they stand in the order of drawing; at `random` each goes in at any gap of the
    growing text, drawn from `random.Random(seed)`.
    """

    def __init__(
        self,
        source: Callable[[], str],
        location: str = "random",
        token_proportion: float = 0.1,
        seed: int | str | None = None,
        _rng: Random | None = None,
    ) -> None:
        if not callable(source):
            raise SSTIError(
                f"source is {shown(source)}; allowed is a function without arguments that returns a string.",
                "Give such a function, or use from_list or from_file.",
            )
        self.source = source
        self.location = check_location(location)
        self.token_proportion = check_fraction(token_proportion, "token_proportion")
        self.rng = make_random(seed) if _rng is None else _rng

    @classmethod
    def from_list(cls, items: Iterable[str], location="random", token_proportion=0.1, seed=None):
        """Items of a list, with replacement; one random stream serves draws and places."""
        rng = make_random(seed)
        return cls(Pool(check_items(items), rng=rng), location, token_proportion, _rng=rng)

    @classmethod
    def from_file(cls, file_path: Any, location="random", token_proportion=0.1, seed=None):
        """Items of a UTF-8 file, one a line, with replacement; one random stream serves draws and places."""
        return cls.from_list(read_items(file_path), location, token_proportion, seed)

    @classmethod
    def from_function(cls, injection_func: Callable[[], str], location="random", token_proportion=0.1, seed=None):
        """Items of any function; `seed` serves the places only."""
        return cls(injection_func, location, token_proportion, seed)

    def count(self, words: int) -> int:
        """How many items go into a text of `words` words."""
        return max(1, int(words * self.token_proportion))

    def draw(self, count: int) -> list[str]:
        """The next `count` items of the source."""
        if isinstance(self.source, Pool):
            return self.source.draw(count)
        return [call_source(self.source) for _ in range(count)]

    def edit(self, text: str, earlier: Sequence[Span] = ()) -> Placed:
        words = WordMap(text)
        present = words.count
        count = self.count(present)
        items = self.draw(count)
        if self.location == "random":
            slots: Sequence[int] = final_slots(draw_gaps(self.rng.getrandbits, present, count), present)
        elif self.location == "end":
            slots = range(present, present + count)
        else:
            slots = range(count)
        return weave_words(text, words, slots, items, earlier)


def _build(options: dict, *, source: Callable[[], str], location: str, amount: str | float, seed: Any, **_: Any):
    return ItemInjection(source, location, 0 if amount == "single" else amount, seed)


MODIFIER = ModifierKind(
    name="item",
    title="Words",
    description="Items of a source (dates, countries, own words) among the words of the text.",
    example="a gripping 2014-09-25 film",
    options=(),
    uses_source=True,
    build=_build,
    pattern=lambda options, patterns: patterns[0],
)
