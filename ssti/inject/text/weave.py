"""Puts items into a text at given places and says exactly where they then lie. Draws nothing at random."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ssti.inject.injection import Cover, Layer, Span
from ssti.inject.text.words import WordMap

Placed = tuple[str, tuple[Span, ...], Layer]  # the new text, the items' spans, what `remove` needs
Edit = tuple[int, int, str, str, str]  # from, to (of the old text), space before, item, space after


def weave(text: str, edits: Iterable[Edit]) -> Placed:
    """Apply edits, sorted by place: the old text from `from` to `to` gives way to before + item + after."""
    pieces: list[str] = []
    spans: list[Span] = []
    layer: list[tuple[int, int, str]] = []
    previous = shift = 0
    for start, stop, before, item, after in edits:
        new = f"{before}{item}{after}"
        pieces += (text[previous:start], new)
        at = start + shift
        spans.append((at + len(before), at + len(before) + len(item)))
        layer.append((at, at + len(new), text[start:stop]))
        shift += len(new) - (stop - start)
        previous = stop
    pieces.append(text[previous:])
    return "".join(pieces), tuple(spans), tuple(layer)


def weave_words(text: str, words: WordMap, slots: Sequence[int], items: Sequence[str], earlier: Sequence[Span] = ()):
    """Put `items` among the words so that item i is word number `slots[i]` of the new text.

    `earlier` are the spans of items that are already there: an item that would fall inside one goes to its
    end.
    """
    edits: list[Edit] = []
    taken = Cover(earlier) if earlier else None
    count, offset = words.count, words.offset
    for rank, (slot, item) in enumerate(sorted(zip(slots, items, strict=True))):
        gap = slot - rank
        place = offset(gap)
        inside = taken and taken.touching(place, place)
        if inside:
            end = inside[1]
            after = "" if end == len(text) or text[end].isspace() else " "
            edits.append((end, end, " ", item, after))
        elif gap < count:
            edits.append((place, place, "", item, " "))
        else:
            edits.append((place, place, " " if count or edits else "", item, ""))
    return weave(text, edits)
