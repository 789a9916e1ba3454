"""Cuts a long text around its injected spans, so that a row of a table stays readable. Knows texts and spans."""

from __future__ import annotations

from collections.abc import Sequence

LENGTH = 260
LEAD = 90  # characters shown before the first span


def excerpt(before: str, after: str, spans: Sequence[tuple[int, int]]) -> tuple[str, str, list[tuple[int, int]]]:
    """`before` and `after` cut to the same part, and the spans as they lie in the cut `after`.

    Up to the first span the two are alike, so both cuts begin at the same words; where something was taken out of the
    clean text first, they stand later in `before`.
    """
    if len(after) <= LENGTH:
        return before, after, list(spans)
    first = spans[0][0] if spans else 0
    start = 0 if first <= LEAD else _word_start(after, first - LEAD, first)
    end = _word_end(after, start + LENGTH)
    shown = [(max(s, start), min(e, end)) for s, e in spans if s < end and e > start]
    new_length = end - start - sum(e - s for s, e in shown)
    before_start = max(before.find(after[start:first], start), 0) if start else 0
    before_end = _word_end(before, before_start + max(new_length, 40))
    head, tail = ("… " if start else ""), (" …" if end < len(after) else "")
    shift = len(head) - start
    return (
        head + before[before_start:before_end] + (" …" if before_end < len(before) else ""),
        head + after[start:end] + tail,
        [(s + shift, e + shift) for s, e in shown],
    )


def _word_start(text: str, at: int, latest: int) -> int:
    space = text.find(" ", at, latest)
    return at if space < 0 else space + 1


def _word_end(text: str, at: int) -> int:
    if at >= len(text):
        return len(text)
    space = text.find(" ", at, at + 40)
    return at if space < 0 else space
