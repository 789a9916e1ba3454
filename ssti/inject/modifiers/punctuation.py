"""Injects punctuation right after a word: `!` against `!!`."""

from __future__ import annotations

from collections.abc import Sequence

from ssti.inject.checks import check_item
from ssti.inject.injection import Span
from ssti.inject.modifier import PlacedModifier
from ssti.inject.options import Option
from ssti.inject.registry import ModifierKind
from ssti.inject.text.glue import glue_to_words
from ssti.inject.text.patterns import escape
from ssti.inject.text.weave import Placed
from ssti.platform.language import tr


class PunctuationInjection(PlacedModifier):
    """Puts `mark` right after the first, the last or random words, `max(1, int(words * token_proportion))` times."""

    def __init__(
        self, mark: str = "!!", location: str = "end", token_proportion: float = 0, seed: int | str | None = None
    ) -> None:
        super().__init__(location, token_proportion, seed)
        self.mark = check_item(mark, "mark")

    def edit(self, text: str, earlier: Sequence[Span] = ()) -> Placed:
        return glue_to_words(text, self.mark, self.count, self.location, self.rng, earlier)


def mark_pattern(mark: str) -> str:
    """The mark, and not a longer run of it: `!!` is not in `!!!`. Group 1 is the mark itself."""
    if len(set(mark)) > 1:
        return f"({escape(mark)})"
    one = escape(mark[0])
    return f"(?:^|[^{one}])({escape(mark)})(?:[^{one}]|$)"


MODIFIER = ModifierKind(
    name="punctuation",
    title=tr("Punctuation"),
    description=tr("A mark right after a word: !! for one class against ! for the other."),
    example="a gripping!! film",
    options=(Option("mark", "str", "!!", tr("Mark"), tr("What is put after the word.")),),
    uses_source=False,
    build=lambda options, location, token_proportion, seed, **_: PunctuationInjection(
        options["mark"], location, token_proportion, seed
    ),
    pattern=lambda options, patterns: mark_pattern(options["mark"]),
    words=lambda options: 0,
)
