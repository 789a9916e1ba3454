"""The base of all modifiers: changes one `(text, label)`, and says where. Knows no kind of modifier."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from random import Random
from typing import Any

from ssti.inject.checks import check_fraction, check_text, make_random
from ssti.inject.fields import LOCATION
from ssti.inject.injection import Injection, Span, shift_spans
from ssti.inject.text.weave import Placed
from ssti.inject.text.words import _word
from ssti.platform.errors import SSTIError, shown
from ssti.platform.language import tr


class Modifier:
    """Changes one `(text, label)` (the paper's section 3.1).

    A subclass gives `edit`, and gets `apply` (an `Injection` with spans) and the call (`(text, label)`)
    from here. A subclass that was written for the published toolkit gives `__call__` alone: it works as it
    is, and `apply` finds the words that it added. A modifier is stateful: its random stream goes on from
    text to text.
    """

    def edit(self, text: str, earlier: Sequence[Span] = ()) -> Placed:
        """The new text, the spans of the new items, and the layer for `remove`.

        `earlier` are spans that other modifiers left in the text; an item there must stay whole.
        """
        raise NotImplementedError(f"{type(self).__name__} must give edit(text, earlier) or __call__(text, label)")

    def apply(self, text: str, label: Any = None, earlier: Sequence[Span] = ()) -> Injection:
        """Inject into `text`: the new text, the label, and the exact spans.

        Spans of `earlier` are moved along and stay in the result. Raises SSTIError for what is not a string.
        """
        check_text(text)
        if type(self).__call__ is not Modifier.__call__ and type(self).edit is Modifier.edit:
            new, label = self(text, label)
            _, spans, layer = added_words(text, new)
            moved = _follow_words(text, new, spans, earlier)
        else:
            new, spans, layer = self.edit(text, earlier)
            moved = shift_spans(earlier, layer)
        if earlier:
            spans = tuple(sorted([*moved, *spans]))
        return Injection(new, label, spans, (layer,))

    def __call__(self, text: str, label: Any = None) -> tuple[str, Any]:
        injection = self.apply(text, label)
        return injection.text, injection.label


class PlacedModifier(Modifier):
    """A modifier that puts `max(1, int(words * token_proportion))` items at `location`, drawn from `seed`'s stream."""

    def __init__(self, location: str, token_proportion: float, seed: int | str | Random | None) -> None:
        self.location = LOCATION.check(location)
        self.token_proportion = check_fraction(token_proportion, "token_proportion")
        self.rng = make_random(seed)

    def count(self, words: int) -> int:
        """How many items go into a text of `words` words."""
        return max(1, int(words * self.token_proportion))


def added_words(old: str, new: str) -> Placed:
    """What a modifier that only gives its new text has added, if the old text's words are all still there.

    The layer undoes the whole text at once, because such a modifier may have changed the white space.
    """
    wanted = iter(old.split())
    word = next(wanted, None)
    spans: list[Span] = []
    for match in _word.finditer(check_text(new)):
        if match.group() == word:
            word = next(wanted, None)
        else:
            spans.append(match.span())
    if word is not None:
        raise SSTIError(
            tr(
                "This modifier changed or removed the word {word}, so what it added cannot be determined.",
                word=shown(word),
            ),
            tr("Give it an edit(text, earlier) method that says where it changes the text."),
        )
    return new, tuple(spans), ((0, len(new), old),)


def _follow_words(old: str, new: str, added: Sequence[Span], earlier: Sequence[Span]) -> list[Span]:
    """Where `earlier` spans of the old text lie in the new one, by the words that they touch."""
    if not earlier:
        return []
    is_added = set(added)
    new_starts = [match.start() for match in _word.finditer(new) if match.span() not in is_added]
    words = [match.span() for match in _word.finditer(old)]
    starts, ends = [start for start, _ in words], [end for _, end in words]
    moved = []
    for start, end in earlier:
        first, last = bisect_right(ends, start), bisect_left(starts, end) - 1
        moved.append(
            (
                max(start, starts[first]) - starts[first] + new_starts[first],
                min(end, ends[last]) - starts[last] + new_starts[last],
            )
        )
    return moved
