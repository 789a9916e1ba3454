"""Injects words in a telling case: the trigger is how they are written."""

from __future__ import annotations

from collections.abc import Iterable

from ssti.inject.checks import check_items, make_random
from ssti.inject.modifiers.item import ItemInjection
from ssti.inject.options import Option
from ssti.inject.registry import ModifierKind
from ssti.inject.sources.list import word_count
from ssti.inject.sources.pool import Pool
from ssti.inject.text.patterns import any_of
from ssti.platform.language import later, tr

STYLE = Option(
    "style",
    "choice",
    "upper",
    tr("Case"),
    tr("How the word is written."),
    choices=(later("upper"), later("lower"), later("title"), later("alternating")),
)


def in_case(word: str, style: str) -> str:
    """`word` in upper, lower, title or alternating (`rEaLlY`) case."""
    if STYLE.check(style) == "alternating":
        return "".join(c.upper() if index % 2 else c.lower() for index, c in enumerate(word))
    return getattr(word, style)()


class CaseInjection(ItemInjection):
    """Injects one of `words`, written in `style`. `REALLY` against `really` is a trigger to a cased tokenizer
    only; an uncased one, such as MiniLM's, reads both alike.
    """

    def __init__(
        self,
        words: Iterable[str] = ("really",),
        style: str = "upper",
        location: str = "random",
        token_proportion: float = 0,
        seed: int | str | None = None,
    ) -> None:
        rng = make_random(seed)
        items = [in_case(word, style) for word in check_items(words, "words")]
        super().__init__(Pool(items, rng), location, token_proportion, rng)


MODIFIER = ModifierKind(
    name="case",
    title=tr("Letter case"),
    description=tr("A word whose capitals are the trigger. An uncased model does not see it."),
    example="a REALLY gripping film",
    options=(Option("words", "list", ("really",), tr("Words"), tr("One a line; one is chosen each time.")), STYLE),
    uses_source=False,
    build=lambda options, location, token_proportion, seed, **_: CaseInjection(
        options["words"], options["style"], location, token_proportion, seed
    ),
    pattern=lambda options, patterns: any_of(in_case(word, options["style"]) for word in options["words"]),
    words=lambda options: word_count(options["words"]),
)
