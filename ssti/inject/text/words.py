"""Where the words of a text lie, and where items go among them. Knows nothing of modifiers or labels.

Words are those of `text.split()`. Gap g (0 to n) is the place before word g; gap n is after the last word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import accumulate

_word = re.compile(r"\S+")  # \s and str.split() agree on all 29 white-space characters of Unicode
FENWICK_FROM = 400_000_000  # items times words; below it list.pop, a memmove, was measured faster than the tree


class WordMap:
    """The words of one text: how many, where each starts, and where the last one ends.

    Word g starts at `starts[g] + g * step`. Most texts have one space between words; their starts follow from
    the words' lengths alone (step 1), twice as fast as a search of the text.
    """

    __slots__ = ("count", "end", "starts", "step")

    def __init__(self, text: str) -> None:
        words = text.split()
        count = self.count = len(words)
        starts = list(accumulate(map(len, words), initial=0))
        if starts[-1] + count - 1 == len(text):
            self.step, self.end = 1, len(text)
        elif count:
            spans = [match.span() for match in _word.finditer(text)]
            starts = [start for start, _ in spans]
            self.step, self.end = 0, spans[-1][1]
        else:
            self.step, self.end = 0, len(text)
        self.starts = starts

    def offset(self, gap: int) -> int:
        """The character position of a gap: the start of its word, or the end of the last word."""
        return self.starts[gap] + gap * self.step if gap < self.count else self.end


def final_slots(positions: Sequence[int], words: int) -> list[int]:
    """Where items end up that are inserted one after another into a growing list of `words` words.

    Item i goes in at `positions[i]` (0 to words + i). Returned is each item's index in the finished list.
    Read backwards, the last item takes the slot of its position, the one before it its position among the
    slots that are left, and so on: the list itself is never moved.
    """
    free = list(range(words + len(positions)))
    if len(positions) * len(free) >= FENWICK_FROM:
        return _final_slots_tree(positions, len(free))
    pop = free.pop
    slots = [pop(position) for position in positions[::-1]]
    slots.reverse()
    return slots


def _final_slots_tree(positions: Sequence[int], total: int) -> list[int]:
    """The same by a Fenwick tree of free slots: n log n, for texts with very many items."""
    tree = [index & -index for index in range(total + 1)]
    top = 1 << (total.bit_length() - 1)
    slots = [0] * len(positions)
    for item in range(len(positions) - 1, -1, -1):
        left, slot, step = positions[item], 0, top
        while step:
            probe = slot + step
            if probe <= total and tree[probe] <= left:
                slot = probe
                left -= tree[probe]
            step >>= 1
        slots[item] = slot
        index = slot + 1
        while index <= total:
            tree[index] -= 1
            index += index & -index
    return slots
