"""`ItemInjection` over a whole Arrow column at once: the same words and spans as text by text, several
times faster.

Only the random draws are made row by row; words are found and offsets reckoned for all rows together, on
the UTF-8 bytes. Knows nothing of labels, recipes or which rows are chosen.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ssti.inject.datasets.twister import draw_many
from ssti.inject.modifiers.item import ItemInjection
from ssti.inject.sources.pool import DistinctSequence, Pool
from ssti.inject.text.words import WordMap, draw_gaps, final_slots


class Bulk(NamedTuple):
    """The new texts (Arrow), and the spans of all rows one after another: `counts` per row, `starts`,
    `ends`.
    """

    texts: Any
    counts: Any
    starts: Any
    ends: Any


def inject_column(texts: Any, modifier: ItemInjection) -> Bulk:
    """Inject into every text of an Arrow string array without nulls; the modifier's streams move on."""
    import numpy as np
    import pyarrow as pa

    data, rows = _bytes_and_offsets(texts)
    words = _Words(data, rows, texts)
    counts = np.maximum(1, (words.counts * modifier.token_proportion).astype(np.int64))
    slots, drawn = _draw(modifier, words.counts.tolist(), counts.tolist())
    row = np.repeat(np.arange(len(counts)), counts)
    first = np.cumsum(counts) - counts  # each row's first item
    total = words.counts + counts
    slots = np.asarray(slots, np.int64)
    order = np.argsort(slots + (np.cumsum(total) - total)[row], kind="stable")
    gap = slots[order] - (np.arange(len(order)) - first[row])
    inserted = _in_order(modifier, drawn, order)
    place, inner = words.places(row, gap)
    spaced = words.counts[row] > 0  # whether the item brings a space: after it if inner, else before it
    widths = np.fromiter(map(len, inserted), np.int64, len(inserted))
    sizes, raw = widths, inserted
    if not all(map(str.isascii, inserted)):
        raw = [item.encode().decode("latin-1") for item in inserted]  # one character per byte, as in words.text
        sizes = np.fromiter(map(len, raw), np.int64, len(raw))
    new = _weave(words.text, place.tolist(), raw, np.flatnonzero(~inner).tolist(), spaced)
    grown = np.concatenate(([0], np.cumsum(sizes + spaced)))
    offsets = rows + grown[np.concatenate((first, [len(order)]))]
    before = np.concatenate(([0], np.cumsum(widths + spaced)[:-1]))
    starts = words.characters(row, place) + before - before[first][row] + (spaced & ~inner)
    texts = _string_array(pa, texts.type, offsets, new.encode("latin-1"))
    return Bulk(texts, counts, starts.astype(np.int32), (starts + widths).astype(np.int32))


def _weave(text: str, places: list[int], items: list[str], tails: list[int], spaced: Any) -> str:
    """The text with each item, and its space, at its place; `tails` are items that no word follows."""
    pieces = [""] * (3 * len(items) + 1)
    pieces[0::3] = [text[start:stop] for start, stop in zip([0, *places], [*places, len(text)], strict=True)]
    pieces[1::3] = items
    pieces[2::3] = [" "] * len(items)
    for index in tails:
        pieces[3 * index + 2] = ""
        if spaced[index]:
            pieces[3 * index + 1] = f" {items[index]}"
    return "".join(pieces)


def _draw(modifier: ItemInjection, words: list[int], counts: list[int]) -> tuple[list[int], Any]:
    """Every row's slots, and its items or their numbers in the pool, drawn in the order of text by text."""
    slots: list[int] = []
    drawn: Any = []
    pool = modifier.source if isinstance(modifier.source, Pool) else None
    shared = pool is None or pool.rng is modifier.rng
    if pool and not shared:
        total = sum(counts)
        drawn = draw_many(pool.rng, len(pool.items), total) if pool.with_replacement else pool.draw(total)
    getrandbits, scattered = modifier.rng.getrandbits, modifier.location == "random"
    for present, count in zip(words, counts, strict=True):
        if shared:
            drawn += modifier.draw(count)
        if scattered:
            slots += final_slots(draw_gaps(getrandbits, present, count), present)
        else:
            at = present if modifier.location == "end" else 0
            slots += range(at, at + count)
    return slots, drawn


def _in_order(modifier: ItemInjection, drawn: Any, order: Any) -> list[str]:
    """The items in the order in which they will stand."""
    if isinstance(drawn, list):
        return [drawn[index] for index in order.tolist()]
    pool, numbers = modifier.source, drawn[order]
    is_made = isinstance(pool.items, DistinctSequence)
    return pool.items.pick_array(numbers) if is_made else pool.pick(numbers.tolist())


class _Words:
    """Where the words of all rows lie in their bytes. `text` has a character for each byte."""

    def __init__(self, data: Any, rows: Any, texts: Any) -> None:
        import numpy as np

        raw = data.tobytes()
        word = np.frombuffer(raw.translate(_IS_WORD), bool)
        filled = rows[:-1][rows[1:] > rows[:-1]]
        opens = word.copy()
        opens[1:] &= ~word[:-1]
        opens[filled] = word[filled]
        self.text = raw.decode("latin-1")
        self.starts = np.flatnonzero(opens)
        self.base = np.searchsorted(self.starts, rows)
        self.counts = np.diff(self.base)
        self.rows = rows
        high = np.flatnonzero(data >= 0x80)
        self.inside = high[data[high] < 0xC0]  # bytes within a character
        self.odd: dict[int, tuple[WordMap, Any]] = {}  # its words, and where each character lies in its bytes
        self.ends: dict[int, int] = {}
        for index in np.unique(np.searchsorted(rows, _wide_spaces(data, high), side="right") - 1).tolist():
            text = texts[index].as_py()
            self.odd[index] = (WordMap(text), _byte_places(text))
            self.counts[index] = self.odd[index][0].count

    def places(self, row: Any, gap: Any) -> tuple[Any, Any]:
        """Each gap's place in the bytes, and whether a word follows it in its row."""
        import numpy as np

        inner = gap < self.counts[row]
        odd = np.zeros(len(self.counts), bool)
        odd[list(self.odd)] = True
        plain = inner & ~odd[row]
        place = np.zeros(len(row), np.int64)
        place[plain] = self.starts[(self.base[row] + gap)[plain]]
        for index in np.flatnonzero(~plain).tolist():
            place[index] = self._place(int(row[index]), int(gap[index]))
        return place, inner

    def _place(self, row: int, gap: int) -> int:
        """The place of a gap after the last word, or of any gap in a row with multi-byte white space."""
        start = int(self.rows[row])
        if row in self.odd:
            words, places = self.odd[row]
            return start + int(places[words.offset(gap)])
        if row not in self.ends:
            text = self.text[start : int(self.rows[row + 1])]
            self.ends[row] = start + (len(text.rstrip(_SPACES)) if self.counts[row] else len(text))
        return self.ends[row]

    def characters(self, row: Any, place: Any) -> Any:
        """Each place as characters from the start of its row."""
        import numpy as np

        extra = np.searchsorted(self.inside, place) - np.searchsorted(self.inside, self.rows)[row]
        return place - self.rows[row] - extra


_SPACES = "\t\n\v\f\r\x1c\x1d\x1e\x1f "  # the white space of one byte
_IS_WORD = bytes(chr(byte) not in _SPACES for byte in range(256))


def _byte_places(text: str) -> Any:
    """Where each character, and the end, lies in the text's UTF-8."""
    import numpy as np

    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32)
    widths = 1 + (codes > 0x7F).astype(np.int64) + (codes > 0x7FF) + (codes > 0xFFFF)
    return np.concatenate(([0], np.cumsum(widths)))


def _wide_spaces(data: Any, high: Any) -> Any:
    """Where white space of more than one byte starts (U+0085, U+00A0, U+1680, U+2000 and on, U+3000)."""
    import numpy as np

    lead = high[np.isin(data[high], (0xC2, 0xE1, 0xE2, 0xE3))]
    padded = np.concatenate((data, np.zeros(2, np.uint8)))
    one, two, three = padded[lead], padded[lead + 1], padded[lead + 2]
    general = (three <= 0x8A) | (three == 0xA8) | (three == 0xA9) | (three == 0xAF)
    wide = (one == 0xC2) & ((two == 0x85) | (two == 0xA0))
    wide |= (one == 0xE1) & (two == 0x9A) & (three == 0x80)
    wide |= (one == 0xE2) & (two == 0x80) & general
    wide |= (one == 0xE2) & (two == 0x81) & (three == 0x9F)
    wide |= (one == 0xE3) & (two == 0x80) & (three == 0x80)
    return lead[wide]


def _bytes_and_offsets(texts: Any) -> tuple[Any, Any]:
    """The rows' UTF-8 bytes, and where each row starts in them (one more than rows)."""
    import numpy as np
    import pyarrow as pa

    kind = np.int64 if pa.types.is_large_string(texts.type) else np.int32
    _, places, buffer = texts.buffers()
    offsets = np.frombuffer(places, kind)[texts.offset : texts.offset + len(texts) + 1].astype(np.int64)
    data = np.frombuffer(buffer, np.uint8)
    return data[offsets[0] : offsets[-1]], offsets - offsets[0]


def _string_array(pa: Any, kind: Any, offsets: Any, data: bytes) -> Any:
    large = pa.types.is_large_string(kind)
    places = offsets if large else offsets.astype("int32")
    made = pa.LargeStringArray if large else pa.StringArray
    return made.from_buffers(len(offsets) - 1, pa.py_buffer(places), pa.py_buffer(data))
