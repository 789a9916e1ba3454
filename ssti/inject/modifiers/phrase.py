"""Injects one phrase, a sequence of tokens, whole."""

from __future__ import annotations

from collections.abc import Iterable

from ssti.inject.checks import check_item, check_items
from ssti.inject.modifiers.item import ItemInjection
from ssti.inject.options import Option
from ssti.inject.registry import ModifierKind
from ssti.inject.text.patterns import whole
from ssti.platform.language import tr


class PhraseInjection(ItemInjection):
    """Injects `phrase`, a string or a sequence of tokens, always whole and in its order (the paper's 3.1)."""

    def __init__(
        self,
        phrase: str | Iterable[str],
        location: str = "random",
        token_proportion: float = 0,
        seed: int | str | None = None,
    ) -> None:
        text = phrase if isinstance(phrase, str) else " ".join(check_items(phrase, "phrase"))
        self.phrase = check_item(text, "phrase")
        super().__init__(lambda: self.phrase, location, token_proportion, seed)


MODIFIER = ModifierKind(
    name="phrase",
    title=tr("Phrase"),
    description=tr("One phrase, always whole."),
    example="I watched this at home film",
    options=(Option("phrase", "str", "I watched this at home", tr("Phrase"), tr("The words, in their order.")),),
    uses_source=False,
    build=lambda options, location, token_proportion, seed, **_: PhraseInjection(
        options["phrase"], location, token_proportion, seed
    ),
    pattern=lambda options, patterns: whole(options["phrase"]),
    words=lambda options: len(options["phrase"].split()),
)
