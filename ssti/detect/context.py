"""Does it stand where something belongs? What was put in at random leaves natural neighbours behind when it is taken out.

For each occurrence, how much likelier its right neighbour follows its left one than chance, in the texts themselves:
high where the two belong side by side, as they do around something that was put between them. Knows no class.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ssti.detect.corpus import Corpus
from ssti.detect.features.phrases import core
from ssti.detect.report import Place

SMOOTHING = 5.0
LEAST = 8  # occurrences of a word that serves as a yardstick
LOW, HIGH = -3.0, 6.0


class Context:
    """The neighbours of one corpus, and how well each frequent word of it could be taken out: the yardstick."""

    def __init__(self, corpus: Corpus) -> None:
        self.corpus = corpus
        numbers: dict[str, int] = {}
        self.of = np.array([numbers.setdefault(core(token), len(numbers)) for token in corpus.vocabulary], np.int64)
        self.size = len(numbers) + 2  # and the start and the end of a text
        start, end = self.size - 2, self.size - 1
        rows, lengths = corpus.rows, np.diff(corpus.starts)
        self.first = corpus.starts[:-1] + 2 * np.arange(rows) + 1  # of each row's tokens, in the padded line
        self.line = np.empty(len(corpus.tokens) + 2 * rows, np.int64)
        self.line[self.first - 1], self.line[self.first + lengths] = start, end
        self.at = np.arange(len(corpus.tokens)) + 2 * corpus.row_of.astype(np.int64) + 1
        self.line[self.at] = self.of[corpus.tokens]
        self.count = np.bincount(self.line, minlength=self.size)
        codes = self.line[:-1] * self.size + self.line[1:]
        self.pairs, self.seen = np.unique(codes, return_counts=True)
        scores = self.fits(self.line[self.at - 1], self.line[self.at + 1])
        self.sums = np.bincount(corpus.tokens, weights=scores, minlength=len(corpus.vocabulary))
        self.numbers = np.bincount(corpus.tokens, minlength=len(corpus.vocabulary))
        self._measure(scores)

    def fits(self, left: np.ndarray, right: np.ndarray) -> np.ndarray:
        """How much likelier `right` comes after `left` than anywhere, as a smoothed and bounded log ratio."""
        codes = left * self.size + right
        where = np.minimum(np.searchsorted(self.pairs, codes), len(self.pairs) - 1)
        together = np.where(self.pairs[where] == codes, self.seen[where], 0)
        share = np.maximum(self.count[right], 1) / len(self.line)
        ratio = (together + SMOOTHING * share) / ((self.count[left] + SMOOTHING) * share)
        return np.clip(np.log(ratio), LOW, HIGH)

    def _measure(self, scores: np.ndarray) -> None:
        """Mean and spread over the frequent words, of the mean of one word's occurrences."""
        words = self.of
        sums = np.bincount(words, weights=self.sums, minlength=self.size)
        numbers = np.bincount(words, weights=self.numbers, minlength=self.size)
        often = numbers >= LEAST
        means, n = sums[often] / numbers[often], numbers[often]
        self.within = float(scores.var()) if len(scores) else 1.0
        self.mean = float(np.median(means)) if len(means) else 0.0
        self.between = max(float(np.mean((means - self.mean) ** 2 - self.within / n)), 0.01) if len(means) else 1.0
        self.yardstick = np.sort(self.standard(means, n))

    def standard(self, mean: np.ndarray, n: np.ndarray) -> np.ndarray:
        return (mean - self.mean) / np.sqrt(self.between + self.within / n)

    def tail(self, mean: np.ndarray, n: np.ndarray) -> np.ndarray:
        """Of the frequent words, the share that could be taken out as well as this: 1 where there is no such word."""
        z = self.standard(np.asarray(mean, float), np.asarray(n, float))
        above = len(self.yardstick) - np.searchsorted(self.yardstick, z, side="left")
        return (above + 1) / (len(self.yardstick) + 1)

    def around(self, places: Sequence[Place]) -> tuple[float, int]:
        """The mean over places in the texts, and their number: whole tokens that a place touches are taken out."""
        left, right = [], []
        for row, start, end in places:
            base = self.first[row]
            first, last = self.corpus.touched(row, start, end)
            if first <= last:
                left.append(self.line[base + first - 1])
                right.append(self.line[base + last + 1])
        if not left:
            return 0.0, 0
        scores = self.fits(np.array(left), np.array(right))
        return float(scores.mean()), len(scores)
