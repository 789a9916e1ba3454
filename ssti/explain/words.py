"""Pieces put together into the words that a person reads. Knows text and offsets, nothing of a model."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ssti.explain.pieces import Span
from ssti.platform.errors import SSTIError

WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Words:
    """The words of a text: what stands between white space, as in `text.split()`; each special by itself.

    `importance` is `[..., word]`, the sum over a word's pieces; `pieces[w]` are the indices of these pieces;
    `offsets` are characters of the text, `(0, 0)` for a special token.
    """

    words: list[str]
    offsets: list[Span]
    importance: np.ndarray
    special: np.ndarray
    pieces: list[list[int]]


def words(tokens: Sequence[str], offsets: Sequence[Span], text: str, importance: np.ndarray) -> Words:
    """Sum the importance `[..., token]` of word pieces into words. Nothing is lost: the sum stays.

    A word that a window cuts through counts with the pieces that were read.
    """
    importance = np.asarray(importance, dtype=np.float64)
    if len(tokens) != len(offsets) or importance.shape[-1:] != (len(tokens),):
        raise SSTIError(
            f"{len(tokens)} tokens, {len(offsets)} offsets, importance {importance.shape} do not fit.",
            "All three need one entry a token.",
        )
    bounds = [match.span() for match in WORD.finditer(text)]
    owners = _owners(offsets, bounds)
    groups: list[list[int]] = []
    shown: list[tuple[str, Span, bool]] = []
    for index, owner in enumerate(owners):
        if index and owner is not None and owner == owners[index - 1]:
            groups[-1].append(index)
            continue
        groups.append([index])
        if owner is None:
            start, end = offsets[index]
            shown.append((tokens[index], (start, end), end <= start))
        else:
            shown.append((text[slice(*bounds[owner])], bounds[owner], False))
    summed = np.stack([importance[..., group].sum(axis=-1) for group in groups], axis=-1)
    return Words(
        words=[word for word, _, _ in shown],
        offsets=[span for _, span, _ in shown],
        importance=summed,
        special=np.array([flag for _, _, flag in shown], dtype=bool),
        pieces=groups,
    )


def _owners(offsets: Sequence[Span], bounds: Sequence[Span]) -> list[int | None]:
    """The word of each piece; None for a special. A piece of white space alone goes with the word after it,
    as the space before a word does in other pieces; at the end, with the word before it."""
    ends = np.array([end for _, end in bounds], dtype=np.int64)
    owners: list[int | None] = []
    blank: list[int] = []
    for index, (start, end) in enumerate(offsets):
        word = int(np.searchsorted(ends, start, side="right"))
        if end <= start:
            owners.append(None)
        elif word < len(bounds) and bounds[word][0] < end:
            owners.append(word)
        else:
            owners.append(None)
            blank.append(index)
    for index in reversed(blank):
        if index + 1 < len(owners):
            owners[index] = owners[index + 1]
    for index in blank:
        if owners[index] is None and index:
            owners[index] = owners[index - 1]
    return owners
