"""What a modifier did to one text, how to show it and how to take it back. Knows nothing of how items are chosen.

**Whose is the space?** Every item that stands as a word of its own brings exactly one space: the one after
it, or, where no word follows, the one before it. The text's own white space is never touched. A span covers
the item alone, so `text[start:end]` is the item. Deleting the spans and nothing else therefore gives the
original text but for those single spaces (and exactly, once white space is collapsed); `remove(injection)`
deletes the spaces as well and gives the original text back character for character, whatever the modifier.
`strip_spans(text, spans)` does so from the two columns of a poisoned dataset.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

from ssti.inject.checks import check_text
from ssti.platform.errors import SSTIError, shown
from ssti.platform.language import tr

Span = tuple[int, int]
Layer = tuple[tuple[int, int, str], ...]


@dataclass(frozen=True, slots=True)
class Injection:
    """The new text, its label, and the spans that were injected into it.

    `spans` are `(start, end)` in characters, sorted, not overlapping: `text[start:end]` is an injected item.
    `layers` hold what `remove` needs: per modifier, `(start, end, original)` of each changed piece.
    """

    text: str
    label: Any = None
    spans: tuple[Span, ...] = ()
    layers: tuple[Layer, ...] = field(default=(), repr=False, compare=False)

    @property
    def items(self) -> list[str]:
        """The injected items in the order of the text."""
        return [self.text[start:end] for start, end in self.spans]


def remove(injection: Injection) -> str:
    """The text as it was before the injection, character for character."""
    text = injection.text
    for layer in reversed(injection.layers):
        pieces, previous = [], 0
        for start, end, original in layer:
            pieces += (text[previous:start], original)
            previous = end
        text = "".join(pieces) + text[previous:]
    return text


def shift_spans(spans: Sequence[Span], layer: Layer) -> list[Span]:
    """Where spans of the text before a layer lie in the text after it."""
    moved, index, shift = [], 0, 0
    for start, end in spans:
        while index < len(layer) and layer[index][0] - shift <= start:
            changed_start, changed_end, original = layer[index]
            shift += changed_end - changed_start - len(original)
            index += 1
        moved.append((start + shift, end + shift))
    return moved


class Cover:
    """Which places of a text some of its spans cover, each answer in the logarithm of their number."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.spans = sorted(spans)
        self.starts = [start for start, _ in self.spans]

    def touching(self, start: int, end: int) -> Span | None:
        """The last span that shares a character with `start` to `end`, or that `start` (= `end`) lies strictly inside."""
        index = bisect_left(self.starts, end) - 1
        return self.spans[index] if index >= 0 and self.spans[index][1] > start else None


def as_pairs(spans: Iterable[Any], length: int) -> list[Span]:
    """Spans as sorted `(start, end)` pairs, from pairs or `{"start", "end"}` objects; refused if they
    overlap.
    """
    if not isinstance(spans, Iterable):
        raise SSTIError(
            tr("{spans} is not a list of spans.", spans=shown(spans)),
            tr("Give the spans of one text, or an empty list."),
        )
    pairs = []
    for span in spans:
        try:
            start, end = (span["start"], span["end"]) if hasattr(span, "keys") else span
            start, end = int(start), int(end)
        except (TypeError, KeyError, ValueError):
            raise SSTIError(
                tr("{span} is not a span.", span=shown(span)), tr("Give (start, end) or {'start': …, 'end': …}.")
            ) from None
        pairs.append((start, end))
    pairs.sort()
    previous = 0
    for start, end in pairs:
        if start < previous or end < start or end > length:
            raise SSTIError(
                tr(
                    "The span ({start}, {end}) does not fit a text of {length} characters or overlaps another.",
                    start=start,
                    end=end,
                    length=length,
                ),
                tr("Give spans that were made for this text."),
            )
        previous = end
    return pairs


def strip_spans(text: str, spans: Iterable[Any]) -> str:
    """`text` without its injected items and without the one space that each of them brought.

    `spans` are pairs or `{"start", "end"}` objects, as in the `spans` column. An item that stands as a word
    of its own (white space, an edge, another item, or a tag's bracket on both sides) takes the space after it
    along, or the one before it where no word follows; an item that is joined to a word takes nothing. That is
    exact for every modifier that inserts words or marks; where white space is all that surrounds an item
    inside an HTML element, or where a letter was replaced by a look-alike, only `remove` can be exact.
    """
    pairs = as_pairs(spans, len(text))
    starts, ends = [start for start, _ in pairs], [end for _, end in pairs]
    gaps = [text[a:b] for a, b in zip([0, *ends], [*starts, len(text)], strict=True)]
    last_word = max((index for index, gap in enumerate(gaps) if gap.strip()), default=-1)
    skip = last = 0  # `last` is the last piece with something in it
    pieces: list[str] = []
    for index, gap in enumerate(gaps):
        pieces.append(gap[skip:])
        last = index if pieces[index] else last
        skip = 0
        if index == len(pairs):
            break
        before, after = gap[-1:], gaps[index + 1][:1]
        stands_alone = not before or before.isspace() or before == ">"
        if index < last_word and stands_alone and after == " ":
            skip = 1
        elif before == " " and (index >= last_word or after == "<") and (index or last_word >= 0):
            pieces[last] = pieces[last].removesuffix(" ")
            while last and not pieces[last]:
                last -= 1
    return "".join(pieces)


def highlight_html(text: str, spans: Iterable[Any]) -> str:
    """The escaped text with each span in `<mark class="trigger">`. Spans are pairs or {"start", "end"} objects."""
    pieces, previous = [], 0
    for start, end in as_pairs(spans, len(check_text(text))):
        pieces.append(escape(text[previous:start]))
        pieces.append(f'<mark class="trigger">{escape(text[start:end])}</mark>')
        previous = end
    return "".join(pieces) + escape(text[previous:])
