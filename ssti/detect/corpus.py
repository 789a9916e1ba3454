"""The texts as arrays: each token once, and which rows hold it. Knows no class and no feature."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

LONGEST_TEXT = 20_000  # characters of a text that are read; what comes after is not
LONGEST_TOKEN = 120
MOST_CHARACTERS = 150_000_000  # of all texts; where they are longer, each is read up to its part of that
MOST_WORDS = 600_000  # distinct tokens; all that first come later are one
LATER = "\N{REPLACEMENT CHARACTER}"
TOKEN = re.compile(r"\S++")


@dataclass(frozen=True, eq=False)
class Corpus:
    """`texts` as read; `vocabulary` of white-space tokens; `tokens` of all texts, one after the other, as their numbers;
    those of row `i` are `tokens[starts[i]:starts[i + 1]]`. `cut` counts the texts that were read in part, `untold` the
    tokens that are not told apart."""

    texts: Sequence[str]
    vocabulary: list[str]
    tokens: np.ndarray
    starts: np.ndarray
    cut: int
    untold: int

    @property
    def rows(self) -> int:
        return len(self.texts)

    @cached_property
    def row_of(self) -> np.ndarray:
        """The row of each token."""
        return np.repeat(np.arange(self.rows, dtype=np.int32), np.diff(self.starts))

    @cached_property
    def counts(self) -> sparse.csr_array:
        """Rows by vocabulary: 1 where the row holds the token."""
        return binary(self.row_of, self.tokens, (self.rows, len(self.vocabulary)))

    def touched(self, row: int, start: int, end: int) -> tuple[int, int]:
        """The places of the first and the last of a row's tokens that `text[start:end]` lies on; the last below the first of none."""
        text = self.texts[row]
        inside = 0 < start < len(text) and not (text[start - 1].isspace() or text[start].isspace())
        return len(text[:start].split()) - inside, len(text[:end].split()) - 1


def binary(rows: np.ndarray, columns: np.ndarray, shape: tuple[int, int]) -> sparse.csr_array:
    """A sparse matrix of ones, each place once."""
    made = sparse.coo_array((np.ones(len(rows), np.int32), (rows, columns)), shape=shape).tocsr()
    made.sum_duplicates()
    made.data[:] = 1
    return made


def read(texts: Sequence[str]) -> Corpus:
    """One pass over the texts."""
    longest = min(LONGEST_TEXT, max(MOST_CHARACTERS // max(len(texts), 1), 200))
    cut = sum(len(text) > longest for text in texts)
    texts = [text[:longest] for text in texts] if cut else texts
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    parts, starts = [], np.zeros(len(texts) + 1, np.int64)
    for row, text in enumerate(texts):
        if len(numbers) < MOST_WORDS:
            part = [numbers[token[:LONGEST_TOKEN]] for token in text.split()]
        else:
            later = numbers[LATER]
            part = [numbers.get(token[:LONGEST_TOKEN], later) for token in text.split()]
        starts[row + 1] = starts[row] + len(part)
        parts.append(np.array(part, np.int32))
    tokens = np.concatenate(parts) if parts else np.zeros(0, np.int32)
    untold = int((tokens == numbers[LATER]).sum()) if len(numbers) >= MOST_WORDS else 0
    return Corpus(texts, list(numbers), tokens, starts, cut, untold)
