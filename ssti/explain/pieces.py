"""A text as the pieces that a model reads: ids, character offsets, specials, a window where it is too long.

Knows the tokenizer; knows no model and no attention.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ssti.inject.checks import readable
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

Span = tuple[int, int]
Choose = Callable[[Sequence[Span], int], tuple[int, int]]
"""The first piece to read and how many, of pieces at these characters, for a window of so many."""


@dataclass(frozen=True)
class Window:
    """What was read of a text that is longer than the model can read, or of its twin without the trigger.

    `total` pieces has the text, `first` (from 0) is the first that was read, `count` how many were read;
    `start` and `end` are the characters that they cover.
    """

    total: int
    first: int
    count: int
    start: int
    end: int

    def __str__(self) -> str:
        return tr(
            "The text has {total:,} pieces, of which {count:,} were read: pieces {first:,} to {last:,}, "
            "characters {start:,} to {end:,}.",
            total=self.total, count=self.count, first=self.first + 1, last=self.first + self.count,
            start=self.start, end=self.end,
        )  # fmt: skip


@dataclass(frozen=True)
class Pieces:
    """One text, cut into the pieces that the model reads, special tokens included.

    `offsets` are `(start, end)` in characters of `text`, without the white space that some tokenizers count
    to a piece; a special token has `(0, 0)`. `special` (bool `[piece]`) marks what the tokenizer added, never what a person
    typed, even when that looks the same.
    """

    text: str
    ids: np.ndarray
    type_ids: np.ndarray | None
    tokens: list[str]
    offsets: list[Span]
    special: np.ndarray
    truncated: Window | None

    def __len__(self) -> int:
        return len(self.tokens)


@dataclass(frozen=True)
class Reach:
    """How much of a text's triggers a model reads: `pieces` word pieces they have, `read` of them lie in the `limit`
    pieces (special tokens included) that an answer rests on."""

    pieces: int
    read: int
    limit: int


def reach(tokenizer: Any, text: str, spans: Sequence[Span], max_length: int) -> Reach:
    """How many pieces the triggers at `spans` have, and how many of them an answer rests on: it reads a text from its
    start, as training did. No piece at all where the tokenizer drops the trigger's characters.

    SSTIError for spans outside of the text.
    """
    spans, text = check_spans(spans, text), readable(text)
    encoded = _encoded(tokenizer, [text])
    head, tail = _added(encoded["special_tokens_mask"][0])
    offsets = encoded["offset_mapping"][0]
    covered = _covered([_trim(text, start, end) for start, end in offsets[head : len(offsets) - tail]], spans)
    return Reach(int(covered.sum()), int(covered[: max(0, max_length - head - tail)].sum()), max_length)


def read_pieces(
    tokenizer: Any,
    texts: Sequence[str],
    max_length: int = 256,
    focus: Sequence[Sequence[Span]] | None = None,
) -> list[Pieces]:
    """The pieces of each text, at most `max_length` of them with the special tokens.

    A longer text is read through a window: around the characters of `focus` (spans for each text) where they
    are given, else from the start, as in training. SSTIError for a text without any piece, for a tokenizer
    that does not know offsets, and for a `max_length` that leaves no piece of the text.
    """
    if focus is not None and len(focus) != len(texts):
        raise SSTIError(f"There are {len(texts)} texts but spans for {len(focus)}.", "Pass one list of spans per text.")

    def around(spans: Sequence[Span]) -> Choose:
        return lambda inner, size: (_window_start(_covered(inner, spans), size), min(size, len(inner)))

    return _read(tokenizer, texts, max_length, [around(() if focus is None else spans) for spans in focus or texts])


def read_pairs(
    tokenizer: Any,
    texts: Sequence[str],
    triggered: Sequence[str],
    spans: Sequence[Sequence[Span]],
    max_length: int = 256,
) -> list[tuple[Pieces, Pieces]]:
    """The pieces of each text and of the same text with a trigger at `spans`, both through the same window.

    A text with its trigger that is too long is read around it, and the one without it between the same characters:
    the same pieces but the trigger's, whatever the white space at the ends. SSTIError as for `read_pieces`.
    """
    if not len(texts) == len(triggered) == len(spans):
        raise SSTIError(
            f"{len(texts)} texts, {len(triggered)} with a trigger and spans for {len(spans)} do not fit.",
            "Pass one of each.",
        )
    marked = read_pieces(tokenizer, triggered, max_length, spans)
    choices = [_the_same(text, one, some) for text, one, some in zip(texts, marked, spans, strict=True)]
    return list(zip(_read(tokenizer, texts, max_length, choices), marked, strict=True))


def _the_same(text: str, marked: Pieces, spans: Sequence[Span]) -> Choose:
    """The window of `text` that holds the characters which `marked` was read of, its trigger left out."""
    window = marked.truncated
    own, other = letters_before(text), letters_before(marked.text, spans)
    scale = own[-1] / max(1, other[-1])  # 1, unless the texts differ by more than the trigger
    if window is None:
        return lambda inner, size: (0, min(size, len(inner)))
    first, last = round(other[window.start] * scale), round(other[window.end] * scale)
    count = int((~(trigger_pieces(marked.offsets, spans) | marked.special)).sum())

    def choose(inner: Sequence[Span], size: int) -> tuple[int, int]:
        inside = [i for i, (s, e) in enumerate(inner) if first <= own[s] < own[e] <= last]
        if not inside:  # the trigger alone fills the window: what stands nearest to it
            near = min(range(len(inner)), key=lambda i: abs(int(own[inner[i][0]]) - first))
            return max(0, min(near - size // 2, len(inner) - size)), min(size, len(inner))
        start, end = inside[0], min(inside[-1] + 1, inside[0] + size)
        while end - start < count and end < len(inner) and text[slice(*inner[end])].isspace():
            end += 1  # pieces of white space alone hold no letter to compare
        while end - start < count and start and text[slice(*inner[start - 1])].isspace():
            start -= 1
        return start, end - start

    return choose


def letters_before(text: str, spans: Sequence[Span] = ()) -> np.ndarray:
    """How many characters stand before each place of a text, `[len(text) + 1]`: white space and the spans do not count."""
    counts = np.fromiter((not letter.isspace() for letter in text), dtype=np.int64, count=len(text))
    for start, end in spans:
        counts[start:end] = 0
    return np.concatenate([[0], np.cumsum(counts)])


def _read(tokenizer: Any, texts: Sequence[str], max_length: int, choices: Sequence[Choose]) -> list[Pieces]:
    texts = list(texts)
    for text in texts:
        if not isinstance(text, str):
            raise SSTIError(f"A text has to be a string, not {type(text).__name__}.", "Pass the text itself.")
    if not getattr(tokenizer, "is_fast", False):
        raise SSTIError(
            tr("{tokenizer} does not know which characters a piece covers.", tokenizer=type(tokenizer).__name__),
            tr("Use the model's fast tokenizer."),
            kind="model",
        )
    if not texts:
        return []
    texts = [readable(text) for text in texts]
    encoded = _encoded(tokenizer, texts)
    return [
        _one(tokenizer, text, {name: values[row] for name, values in encoded.items()}, max_length, choices[row])
        for row, text in enumerate(texts)
    ]


def _encoded(tokenizer: Any, texts: list[str]) -> Any:
    """The tokenizer's lists for each text, whole: ids, offsets, which tokens it added, and types where it has them."""
    return tokenizer(
        texts,
        truncation=False,
        padding=False,
        return_offsets_mapping=True,
        return_special_tokens_mask=True,
        verbose=False,
    )


def _added(mask: Sequence[int]) -> tuple[int, int]:
    """How many tokens the tokenizer added before and after the text. A "[SEP]" that a person typed stands between."""
    flags = np.asarray(mask, dtype=bool)
    if flags.all():
        return len(flags), 0
    return int(flags.argmin()), int(flags[::-1].argmin())


def _one(tokenizer: Any, text: str, encoded: dict[str, Any], max_length: int, choose: Choose) -> Pieces:
    ids, types = np.asarray(encoded["input_ids"], dtype=np.int64), encoded.get("token_type_ids")
    head, tail = _added(encoded["special_tokens_mask"])
    total = len(ids) - head - tail
    if total <= 0:
        raise SSTIError(
            tr("The text {text!r} has nothing that the model can read.", text=text[:40]), tr("Write at least one word.")
        )
    size = max_length - head - tail
    if size < 1:
        raise SSTIError(
            tr(
                "max_length is {value}, and the special tokens alone take {count}.", value=max_length, count=head + tail
            ),
            tr("Use at least {count}.", count=head + tail + 1),
        )
    inner = [_trim(text, start, end) for start, end in encoded["offset_mapping"][head : len(ids) - tail]]
    first, count = choose(inner, size)
    read, window = inner[first : first + count], None
    if count < total:
        window = Window(total, first, count, read[0][0], max(end for _, end in read))
    chosen = [*range(head), *range(head + first, head + first + count), *range(len(ids) - tail, len(ids))]
    special = np.ones(len(chosen), dtype=bool)
    special[head : head + count] = False
    return Pieces(
        text=text,
        ids=ids[chosen],
        type_ids=None if types is None else np.asarray(types, dtype=np.int64)[chosen],
        tokens=tokenizer.convert_ids_to_tokens(ids[chosen].tolist()),
        offsets=[(0, 0)] * head + read + [(0, 0)] * tail,
        special=special,
        truncated=window,
    )


def trigger_pieces(offsets: Sequence[Span], spans: Sequence[Span]) -> np.ndarray:
    """Which pieces share at least one character with one of `spans`: bool `[piece]`."""
    return _covered(offsets, check_spans(spans))


def check_spans(spans: Sequence[Span], text: str | None = None) -> list[Span]:
    """The spans as `(start, end)` of ints. SSTIError for one that is empty, backwards or outside `text`."""
    checked = []
    for span in spans:
        start, end = (span["start"], span["end"]) if isinstance(span, dict) else span
        if not 0 <= start < end or (text is not None and end > len(text)):
            inside = "" if text is None else f" of a text of {len(text)} characters"
            raise SSTIError(
                f"({start}, {end}) is no span{inside}.",
                "A span is (start, end) in characters, start before end.",
            )
        checked.append((int(start), int(end)))
    return checked


def _covered(offsets: Sequence[Span], spans: Sequence[Span]) -> np.ndarray:
    if not len(offsets) or not len(spans):
        return np.zeros(len(offsets), dtype=bool)
    starts, ends = np.asarray(offsets, dtype=np.int64).T
    begun = np.array(sorted(spans), dtype=np.int64)
    reaching = np.concatenate([[-1], np.maximum.accumulate(begun[:, 1])])  # how far the first n spans reach
    return reaching[np.searchsorted(begun[:, 0], ends)] > starts


def _trim(text: str, start: int, end: int) -> Span:
    """Byte-level tokenizers count the space before a word to it; a piece of white space alone stays."""
    inside = text[start:end]
    if not inside or inside.isspace():
        return start, end
    return end - len(inside.lstrip()), start + len(inside.rstrip())


def _window_start(wanted: np.ndarray, size: int) -> int:
    """The start of the window that holds most wanted pieces, as near their middle as it can be."""
    if not wanted.any() or len(wanted) <= size:
        return 0
    sums = np.concatenate([[0], np.cumsum(wanted)])
    hits = sums[size:] - sums[:-size]
    best = np.flatnonzero(hits == hits.max())
    inside = np.flatnonzero(wanted[best[0] : best[0] + size]) + best[0]
    ideal = inside.mean() - size / 2
    return int(best[np.argmin(np.abs(best - ideal))])
