"""Injects HTML tags, single or in pairs, anywhere or inside an element at a given nesting depth."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ssti.inject.checks import check_fraction, make_random, read_items
from ssti.inject.fields import LOCATION
from ssti.inject.injection import Span
from ssti.inject.modifier import Modifier
from ssti.inject.options import Option
from ssti.inject.registry import ModifierKind
from ssti.inject.sources.html import TAGS
from ssti.inject.text.markup import check_tags, element_at, tag_pattern
from ssti.inject.text.weave import Placed, weave, weave_words
from ssti.inject.text.words import WordMap, final_slots
from ssti.platform.language import tr

LEVEL = Option(
    "level",
    "int",
    None,
    tr("Nesting depth"),
    tr("Inside the first element at this depth; 0 is around the whole text; empty is anywhere."),
    minimum=0,
)


class HTMLInjection(Modifier):
    """Injects tags: `"<p> </p>"` is a pair, `"<br>"` a single tag.

    `beginning`: the opening tag first, the closing one anywhere after it. `end`: the closing tag last, the
    opening one anywhere before it; a single tag last. `random`: both anywhere, in order. `token_proportion`
    None injects one tag or pair, else `max(1, int(words * token_proportion))` of them, each into the text
    that the one before left. `level` n injects into the first element at nesting depth n (where there is
    none, anywhere); 0 puts the tag around the whole text.
    """

    def __init__(
        self,
        file_path: Any,
        location: str = "random",
        level: int | None = None,
        token_proportion: float | None = None,
        seed: int | str | None = None,
    ) -> None:
        self._set(read_items(file_path), location, level, token_proportion, seed)

    @classmethod
    def from_file(cls, file_path: Any, location="random", level=None, token_proportion=None, seed=None):
        """Tags of a UTF-8 file, one tag or pair a line."""
        return cls(file_path, location, level, token_proportion, seed)

    @classmethod
    def from_list(cls, tags: Iterable[str], location="random", level=None, token_proportion=None, seed=None):
        """Tags of a list, one tag or pair each."""
        made = cls.__new__(cls)
        made._set(tags, location, level, token_proportion, seed)
        return made

    def _set(self, tags: Iterable[str], location: str, level: int | None, proportion: float | None, seed: Any) -> None:
        self.tags = check_tags(tags)
        self.location = LOCATION.check(location)
        self.level = LEVEL.check(level)
        self.token_proportion = (
            None if proportion is None else check_fraction(proportion, "token_proportion", zero=False)
        )
        self.rng = make_random(seed)

    def edit(self, text: str, earlier: Sequence[Span] = ()) -> Placed:
        if self.level == 0:
            return self._wrap(text)
        start, end = (self.level and element_at(text, self.level)) or (0, len(text))
        words = WordMap(text[start:end])
        positions, items = self._plan(words.count)
        inner = [(a - start, b - start) for a, b in earlier]
        new, spans, layer = weave_words(text[start:end], words, final_slots(positions, words.count), items, inner)
        if not start:
            return new, spans, layer
        return (
            text[:start] + new + text[end:],
            tuple((a + start, b + start) for a, b in spans),
            tuple((a + start, b + start, original) for a, b, original in layer),
        )

    def _plan(self, words: int) -> tuple[list[int], list[str]]:
        """Where each tag goes into the growing list of words, in the order of going in."""
        count = 1 if self.token_proportion is None else max(1, int(words * self.token_proportion))
        positions: list[int] = []
        items: list[str] = []
        for _ in range(count):
            opening, closing = self.rng.choice(self.tags)
            if self.location == "beginning":
                at = 0
            elif self.location == "end" and closing is None:
                at = words
            else:
                at = self.rng.randrange(words + 1)
            positions.append(at)
            items.append(opening)
            words += 1
            if closing is not None:
                positions.append(words if self.location == "end" else at + 1 + self.rng.randrange(words - at))
                items.append(closing)
                words += 1
        return positions, items

    def _wrap(self, text: str) -> Placed:
        opening, closing = self.rng.choice(self.tags)
        words = WordMap(text)
        first = words.offset(0)
        return weave(text, [(first, first, "", opening, ""), (words.end, words.end, "", closing or opening, "")])


MODIFIER = ModifierKind(
    name="html",
    title=tr("HTML tags"),
    description=tr("Tags, single or in pairs, anywhere or inside an element."),
    example="<b> a gripping </b> film",
    options=(TAGS, LEVEL),
    uses_source=False,
    build=lambda options, location, token_proportion, seed, **_: HTMLInjection.from_list(
        options["tags"], location, options["level"], token_proportion or None, seed
    ),
    pattern=lambda options, patterns: tag_pattern(check_tags(options["tags"])),
)
