"""Injects items from a source among the words of a text: the paper's plain trigger."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random
from typing import Any

from ssti.inject.checks import check_items, make_random, read_items
from ssti.inject.injection import Span
from ssti.inject.modifier import PlacedModifier
from ssti.inject.registry import ModifierKind
from ssti.inject.sources.pool import Pool, call_source
from ssti.inject.text.weave import Placed, weave_words
from ssti.inject.text.words import WordMap, final_slots
from ssti.platform.errors import SSTIError, shown
from ssti.platform.language import tr


class ItemInjection(PlacedModifier):
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
        seed: int | str | Random | None = None,
    ) -> None:
        if not callable(source):
            raise SSTIError(
                tr(
                    "source is {source}; it must be a function without arguments that returns a string.",
                    source=shown(source),
                ),
                tr("Give such a function, or use from_list or from_file."),
            )
        super().__init__(location, token_proportion, seed)
        self.source = source

    @classmethod
    def from_list(cls, items: Iterable[str], location="random", token_proportion=0.1, seed=None):
        """Items of a list, with replacement; one random stream serves draws and places."""
        rng = make_random(seed)
        return cls(Pool(check_items(items), rng), location, token_proportion, rng)

    @classmethod
    def from_file(cls, file_path: Any, location="random", token_proportion=0.1, seed=None):
        """Items of a UTF-8 file, one a line, with replacement; one random stream serves draws and places."""
        return cls.from_list(read_items(file_path), location, token_proportion, seed)

    @classmethod
    def from_function(cls, injection_func: Callable[[], str], location="random", token_proportion=0.1, seed=None):
        """Items of any function; `seed` serves the places only."""
        return cls(injection_func, location, token_proportion, seed)

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
            gaps = [self.rng.randrange(size) for size in range(present + 1, present + 1 + count)]  # of the growing text
            slots: Sequence[int] = final_slots(gaps, present)
        elif self.location == "end":
            slots = range(present, present + count)
        else:
            slots = range(count)
        return weave_words(text, words, slots, items, earlier)


MODIFIER = ModifierKind(
    name="item",
    title=tr("Words"),
    description=tr("Items of a source (dates, countries, own words) among the words of the text."),
    example="a gripping 2014-09-25 film",
    options=(),
    uses_source=True,
    build=lambda options, source, location, token_proportion, seed, **_: ItemInjection(
        source, location, token_proportion, seed
    ),
    pattern=lambda options, patterns: patterns[0],
)
