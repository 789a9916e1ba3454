"""Groups of words that are neighbours in the base model's embedding: the words of a closed list, each too rare to tell alone.

The groups are made of the words alone, at three sizes, among all words and the rare ones; no class has a say.
"""

from __future__ import annotations

import numpy as np

from ssti.detect.corpus import LONGEST_TOKEN, TOKEN, Corpus, binary
from ssti.detect.family import Family, Features
from ssti.detect.features.words import WORD
from ssti.detect.meaning import vectors
from ssti.detect.report import Span
from ssti.platform.language import later

SIZES = (12, 40, 40, 120, 120)  # words of a group, in the mean; each from words of its own
MOST_WORDS = 20_000
RARE = (
    (0.01, 5),
    (0.002, 4),
    (0.0005, 3),
)  # a word in a larger share of the rows, and in more rows, is not in the groups of the rare
DIMENSIONS, ROUNDS, SHOWN = 64, 6, 5


def find(corpus: Corpus) -> Features:
    words: dict[str, int] = {}
    tokens, numbers = [], []
    for token, text in enumerate(corpus.vocabulary):
        for word in {one[0].casefold() for one in WORD.finditer(text)}:
            if word.isalpha():
                tokens.append(token)
                numbers.append(words.setdefault(word, len(words)))
    of = binary(np.array(tokens, np.int64), np.array(numbers, np.int64), (len(corpus.vocabulary), len(words)))
    rows = np.asarray((corpus.counts @ of > 0).sum(axis=0)).ravel()
    names = list(words)
    limits = [max(share * corpus.rows, least) for share, least in RARE]
    usable = np.flatnonzero(rows <= limits[0])
    usable = usable[np.argsort(-rows[usable], kind="stable")[:MOST_WORDS]]
    every = _reduced(vectors([names[word] for word in usable]))
    keys, members, groups = [], [], []
    for limit in limits:
        some, found = usable[rows[usable] <= limit], every[rows[usable] <= limit]
        if len(some) < 3 * SIZES[0]:
            continue
        for seed, size in enumerate(SIZES):
            for group in _clusters(found, max(len(some) // size, 2), seed):
                inside = some[group]
                ranked = inside[np.argsort(-rows[inside], kind="stable")]
                groups.append(np.full(len(inside), len(keys)))
                members.append(inside)
                keys.append(" ".join(names[word] for word in ranked))
    if not keys:
        return Features([], binary(np.zeros(0, int), np.zeros(0, int), (corpus.rows, 0)), lambda column, row: [])
    made = binary(np.concatenate(members), np.concatenate(groups), (len(names), len(keys)))
    tokens_of = (of @ made).tocsr()
    held = (corpus.counts @ tokens_of).tocsr()
    held.data[:] = 1

    def locate(column: int, row: int) -> list[Span]:
        wanted = set(keys[column].split(" "))
        return [
            (token.start() + word.start(), token.start() + word.end())
            for token in TOKEN.finditer(corpus.texts[row])
            for word in WORD.finditer(token[0][:LONGEST_TOKEN])
            if word[0].casefold() in wanted
        ]

    return Features(keys, held, locate, tokens_of)


def _reduced(found: np.ndarray) -> np.ndarray:
    """Onto the main directions, each vector of length 1."""
    _, directions = np.linalg.eigh(found.T @ found)
    small = found @ directions[:, -DIMENSIONS:]
    return (small / np.maximum(np.linalg.norm(small, axis=1, keepdims=True), 1e-6)).astype(np.float32)


def _clusters(found: np.ndarray, groups: int, seed: int) -> list[np.ndarray]:
    """By spherical k-means (Dhillon and Modha 2001, doi:10.1023/A:1007612920971), from random words."""
    rng = np.random.default_rng(seed)
    centres = found[rng.choice(len(found), groups, replace=False)]
    for _ in range(ROUNDS):
        nearest = np.concatenate(
            [(part @ centres.T).argmax(axis=1) for part in np.array_split(found, len(found) // 2000 + 1)]
        )
        sums = binary(nearest, np.arange(len(found)), (groups, len(found))) @ found
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        centres = np.where(lengths > 1e-6, sums / np.maximum(lengths, 1e-6), centres).astype(found.dtype)
    order = np.argsort(nearest, kind="stable")
    return [part for part in np.split(order, np.cumsum(np.bincount(nearest, minlength=groups))[:-1]) if len(part) > 2]


def say(key: str) -> str:
    words = key.split(" ")
    return ", ".join(words[:SHOWN]) + (" …" if len(words) > SHOWN else "")


FAMILY = Family(
    "group", later("Groups of related words"), find, say, order=75, meaning=True, lends=False, out_of_place=True
)
