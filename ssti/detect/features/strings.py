"""Words that are spelt like no other: random strings, codes. By how letters follow each other, learned from the data's own words."""

from __future__ import annotations

import math
import re
from collections import Counter

import numpy as np

from ssti.detect.corpus import LONGEST_TOKEN, TOKEN, Corpus, binary
from ssti.detect.family import Family, Features
from ssti.detect.report import Span
from ssti.platform.language import later

STRING = re.compile(r"[^\W_]{4,40}+")
LEVELS = (0.9, 0.95, 0.98, 0.99, 0.995, 0.998)  # quantiles of the words' surprise; a feature is to be above one
LENGTHS = (4, 6, 8, 11, 15)


class Spelling:
    """Bits per letter that a word surprises by, given two letters before; learned from words of two rows or more."""

    def __init__(self, corpus: Corpus) -> None:
        rows = np.asarray(corpus.counts.sum(axis=0)).ravel()
        triples: Counter[str] = Counter()
        for token, often in zip(corpus.vocabulary, rows, strict=True):
            if often > 1:
                for word in STRING.findall(token):
                    triples.update(_triples(word))
        pairs: Counter[str] = Counter()
        for triple, times in triples.items():
            pairs[triple[:2]] += times
        letters = max(len({letter for pair in pairs for letter in pair}), 2)
        self.known = {one: math.log2((pairs[one[:2]] + letters / 2) / (times + 0.5)) for one, times in triples.items()}
        self.unknown = {one: math.log2(2 * times + letters) for one, times in pairs.items()}
        self.new = math.log2(letters)

    def surprise(self, word: str) -> float:
        bits = [self.known.get(one) or self.unknown.get(one[:2], self.new) for one in _triples(word)]
        return sum(bits) / len(bits)


def _triples(word: str) -> list[str]:
    letters = f" {word.casefold()} "
    return [letters[at : at + 3] for at in range(len(letters) - 2)]


def find(corpus: Corpus) -> Features:
    spelling = Spelling(corpus)
    tokens, values, lengths = [], [], []
    for number, token in enumerate(corpus.vocabulary):
        words = STRING.findall(token)
        if words:
            value, word = max((spelling.surprise(word), word) for word in words)
            tokens.append(number)
            values.append(value)
            lengths.append(len(word))
    if not tokens:
        return Features([], binary(np.zeros(0, int), np.zeros(0, int), (corpus.rows, 0)), lambda column, row: [])
    value, length, token = np.array(values), np.array(lengths), np.array(tokens)
    limits = np.unique(np.quantile(value, LEVELS))
    ranges = [(least, limit, most) for limit in limits for least, most in ((4, 40), *zip(LENGTHS, (5, 7, 10, 14, 40), strict=True))]  # fmt: skip
    keys = [f"{least} to {most} letters, {limit:.1f} bits or more each" for least, limit, most in ranges]
    inside = [token[(value >= limit) & (length >= least) & (length <= most)] for least, limit, most in ranges]
    which = np.repeat(np.arange(len(keys)), [len(one) for one in inside])
    members = binary(np.concatenate(inside), which, (len(corpus.vocabulary), len(keys)))
    held = (corpus.counts @ members).tocsr()
    held.data[:] = 1

    def locate(column: int, row: int) -> list[Span]:
        least, limit, most = ranges[column]
        return [
            (word.start() + part.start(), word.start() + part.end())
            for word in TOKEN.finditer(corpus.texts[row])
            for part in STRING.finditer(word[0][:LONGEST_TOKEN])
            if least <= len(part[0]) <= most and spelling.surprise(part[0]) >= limit
        ]

    return Features(keys, held, locate, members)


FAMILY = Family("string", later("Odd spelling"), find, lambda key: f"spelt like no other word: {key}", order=85)
