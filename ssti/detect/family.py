"""What a family of features is, and the list of them: each is a file of `ssti/detect/features`. Knows no class.

A family looks at texts alone and says which of its features each row holds; the statistics are the same for all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

import numpy as np
from scipy import sparse

from ssti.detect.corpus import LONGEST_TOKEN, TOKEN, Corpus, binary
from ssti.detect.report import Span
from ssti.platform.language import later
from ssti.platform.registry import Registry

Part = tuple[str, int, int]
"""A feature's key, and where it stands in a token or a text."""
MOST_PARTS = 64  # of one token or text


@dataclass(frozen=True, eq=False)
class Features:
    """`held` is rows by features, in ones; `keys` name the columns; `locate(column, row)` gives their spans in a row's text.

    `members` is vocabulary by features, where a feature is one of single tokens.
    """

    keys: Sequence[str]
    held: sparse.csr_array
    locate: Callable[[int, int], list[Span]]
    members: sparse.csr_array | None = None


@dataclass(frozen=True)
class Family:
    """One kind of feature. `find(corpus)` gives them; `say(key)` is a feature in plain words. `meaning` is whether its keys
    are words, which may stand for a class because of what they mean; `minimum` is the fewest rows worth counting;
    `words` are those of a key; `lends` is whether its features count for the spread of other families;
    `out_of_place` is whether a feature has to stand where it does not belong, besides leaning to a class."""

    name: str
    title: str
    find: Callable[[Corpus], Features]
    say: Callable[[str], str]
    order: int = 100
    meaning: bool = False
    minimum: int = 3
    words: Callable[[str], list[str]] = lambda key: key.split(" ")
    lends: bool = True
    out_of_place: bool = False


FAMILIES = Registry("ssti.detect.features", Family, later("kind of feature"))
"""Every family by its name. A new one is a file in `ssti/detect/features`."""


def of_tokens(parts: Callable[[str], Iterable[Part]]) -> Callable[[Corpus], Features]:
    """Features that a white-space token has by itself: `parts` is asked once for each distinct one."""

    def find(corpus: Corpus) -> Features:
        columns: dict[str, int] = {}
        tokens, features = [], []
        for number, token in enumerate(corpus.vocabulary):
            for key in dict.fromkeys(part[0] for part in _few(parts(token))):
                tokens.append(number)
                features.append(columns.setdefault(key, len(columns)))
        keys = list(columns)
        shape = (len(corpus.vocabulary), len(keys))
        members = binary(np.array(tokens, np.int64), np.array(features, np.int64), shape)
        held = (corpus.counts @ members).tocsr()
        held.data[:] = 1
        by_feature = members.tocsc()

        @cache
        def holders(column: int) -> frozenset[str]:
            tokens = by_feature.indices[by_feature.indptr[column] : by_feature.indptr[column + 1]]
            return frozenset(corpus.vocabulary[token] for token in tokens)

        def locate(column: int, row: int) -> list[Span]:
            return [
                (word.start() + start, word.start() + end)
                for word in TOKEN.finditer(corpus.texts[row])
                if word[0][:LONGEST_TOKEN] in holders(column)
                for key, start, end in _few(parts(word[0][:LONGEST_TOKEN]))
                if key == keys[column]
            ]

        return Features(keys, held, locate, members)

    return find


def of_texts(parts: Callable[[str], Iterable[Part]]) -> Callable[[Corpus], Features]:
    """Features that need the whole text: what lies between words, or spans several."""

    def find(corpus: Corpus) -> Features:
        columns: dict[str, int] = {}
        rows, features = [], []
        for row, text in enumerate(corpus.texts):
            for key in dict.fromkeys(part[0] for part in _few(parts(text))):
                rows.append(row)
                features.append(columns.setdefault(key, len(columns)))
        keys = list(columns)
        held = binary(np.array(rows, np.int64), np.array(features, np.int64), (corpus.rows, len(keys)))

        def locate(column: int, row: int) -> list[Span]:
            return [(start, end) for key, start, end in _few(parts(corpus.texts[row])) if key == keys[column]]

        return Features(keys, held, locate)

    return find


def _few(parts: Iterable[Part]) -> list[Part]:
    return list(islice(parts, MOST_PARTS))


def of_grams(
    kind: Callable[[str], str], sizes: Sequence[int], plain: re.Pattern | None = None
) -> Callable[[Corpus], Features]:
    """Features of neighbouring tokens: the `kind` of each of 2 or 3; those whose kinds are all `plain` are left out.

    Only what occurs three times or more, and once in 2,000 rows, is kept, so that memory is bounded by the texts.
    """

    def find(corpus: Corpus) -> Features:
        numbers: dict[str, int] = {}
        of = np.array([numbers.setdefault(kind(token), len(numbers)) for token in corpus.vocabulary] or [0], np.int64)
        kinds = list(numbers)
        dull = np.array([bool(plain and plain.fullmatch(one)) for one in kinds] or [False])
        rows, features, keys = [], [], []
        for size in sizes:
            codes, where = _grams(of[corpus.tokens] if len(corpus.tokens) else of[:0], corpus, size, len(kinds), dull)
            found, which = _often(codes, max(3, corpus.rows // 2_000))
            rows.append(where[which >= 0])
            features.append(which[which >= 0] + len(keys))
            keys += [" ".join(kinds[one] for one in _digits(code, len(kinds), size)) for code in found.tolist()]
        held = binary(np.concatenate(rows), np.concatenate(features), (corpus.rows, len(keys)))

        def locate(column: int, row: int) -> list[Span]:
            wanted = [numbers[one] for one in keys[column].split(" ")]
            said = of[corpus.tokens[corpus.starts[row] : corpus.starts[row + 1]]]
            last = max(len(said) - len(wanted) + 1, 0)
            here = np.logical_and.reduce([said[step : step + last] == one for step, one in enumerate(wanted)])
            if not here.any():
                return []
            words = [word.span() for word in TOKEN.finditer(corpus.texts[row])]
            return [(words[at][0], words[at + len(wanted) - 1][1]) for at in np.flatnonzero(here).tolist()]

        return Features(keys, held, locate)

    return find


def _grams(kinds: np.ndarray, corpus: Corpus, size: int, base: int, dull: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The number of each gram, in the system of `base`, and its row."""
    last = len(kinds) - size + 1
    if last <= 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int32)
    rows = corpus.row_of
    whole = rows[:last] == rows[size - 1 :]
    code = np.zeros(last, np.int64)
    boring = np.ones(last, bool)
    for step in range(size):
        part = kinds[step : step + last]
        code = code * base + part
        boring &= dull[part]
    whole &= ~boring
    return code[whole], rows[:last][whole]


def _often(codes: np.ndarray, least: int) -> tuple[np.ndarray, np.ndarray]:
    """The distinct codes that occur `least` times or more, and for each occurrence which of them it is, or -1."""
    found, which, counts = np.unique(codes, return_inverse=True, return_counts=True)
    kept = counts >= least
    new = np.where(kept, np.cumsum(kept) - 1, -1)
    return found[kept], new[which]


def _digits(code: int, base: int, size: int) -> list[int]:
    digits = []
    for _ in range(size):
        code, digit = divmod(code, base)
        digits.append(digit)
    return digits[::-1]
