"""Are the rows that hold it like the others of their class? Who poisons a dataset draws them at random; what a topic, a source
or a house style puts there stands in rows of its own kind, and their other words foretell it. Knows no statistics of classes.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import log_ndtr
from scipy.stats import rankdata

from ssti.detect.candidates import Candidate
from ssti.detect.context import Context
from ssti.detect.corpus import binary
from ssti.detect.merge import Group, spans_of, touching
from ssti.detect.report import Place

FOLDS = 10
MOST_ROWS = 400  # of those that hold it: a sample where there are more
LEAST_ROWS = 5  # that hold it, and that do not; with fewer nothing is said
RARE = 2  # words in fewer rows foretell nothing
NEAR = 4  # words on either side of it, where the rest of a longer trigger stands: its numbers foretell it without fail
PART = 0.8  # of a number's rows in which it stands near: it is of the trigger
OFTEN = 0.05  # of the rows that hold it
AS_ONE = 0.9  # of the rows of both: parts of one thing, such as a tag that opens and one that closes
SMOOTHING = 0.5
DIGIT = re.compile(r"\d")


@dataclass(frozen=True)
class Drawn:
    """`area` under the curve by which other words tell the rows that hold it from the rest of their class: 0.5 where they
    were drawn at random. `tail` is log10 of how often rows that were drawn at random are told apart as well."""

    area: float
    tail: float


class Company:
    """The words of each row of a corpus, and what they foretell. By naive Bayes, each fold by the words of the others."""

    def __init__(self, context: Context, labels: np.ndarray) -> None:
        self.corpus, self.of, self.labels = context.corpus, context.of, labels
        tokens = np.arange(len(self.corpus.vocabulary))
        words = self.corpus.counts @ binary(tokens, self.of[: len(tokens)], (len(tokens), context.size))
        often = np.asarray((words > 0).sum(axis=0)).ravel() >= RARE
        self.column = np.where(often, np.cumsum(often) - 1, -1)
        numbers = np.zeros(context.size, bool)
        having = [word for word, token in zip(self.of, self.corpus.vocabulary, strict=False) if DIGIT.search(token)]
        numbers[having] = True
        self.number = numbers[often]
        self.words = words[:, np.flatnonzero(often)].astype(float)
        self.words.data[:] = 1
        self.fold = np.random.default_rng(0).permutation(len(labels)) % FOLDS

    def drawn(self, group: Group, places: Sequence[Place]) -> Drawn | None:
        """Of a group of features, whose strongest one stands at these places. None where too few rows hold it, or lack it."""
        target = group.best.target
        having = group.best.rows[self.labels[group.best.rows] == target]
        lacking = np.setdiff1d(np.flatnonzero(self.labels == target), having)
        if min(len(having), len(lacking)) < LEAST_ROWS:
            return None
        if len(having) > MOST_ROWS:
            having = np.sort(np.random.default_rng(0).choice(having, MOST_ROWS, replace=False))
        sides, kept = self._others(group, places, having, lacking)
        folds = [self.fold[having], self.fold[lacking]]
        counts = [(words.T @ np.eye(FOLDS)[fold]) * kept[:, None] for words, fold in zip(sides, folds, strict=True)]
        others = [one.sum(axis=1, keepdims=True) - one for one in counts]  # words by folds: in rows of the other folds
        lean = np.log(others[0] + SMOOTHING) - np.log(others[1] + SMOOTHING)
        lean = (lean - np.log((others[0].sum(axis=0) + 1) / (others[1].sum(axis=0) + 1))) * kept[:, None]
        said = [
            (words @ lean)[np.arange(len(fold)), fold] / np.maximum(words @ kept, 1)
            for words, fold in zip(sides, folds, strict=True)
        ]
        above = pairs = off = variance = 0.0
        for fold in range(FOLDS):
            mine, theirs = (one[of == fold] for one, of in zip(said, folds, strict=True))
            n, m = len(mine), len(theirs)
            if not n or not m:
                continue
            won = rankdata(np.concatenate([mine, theirs]))[:n].sum() - n * (n + 1) / 2
            above, pairs = above + won, pairs + n * m
            off, variance = off + won / m - n / 2, variance + n * (n + m + 1) / (12 * m)
        return Drawn(above / pairs, float(log_ndtr(-off / np.sqrt(variance)) / np.log(10))) if pairs else None

    def _others(
        self, group: Group, places: Sequence[Place], rows: np.ndarray, lacking: np.ndarray
    ) -> tuple[tuple[sparse.csr_array, sparse.csr_array], np.ndarray]:
        """The words of rows that hold it, but not those that the group's features stand upon, and of rows that lack it; and 1 for
        each word that counts. Words that are taken out of many rows do not: else their absence would tell which rows hold it. So are numbers
        that, where they stand in a row that holds it, stand near: they are of the trigger, and each is of one row or two."""
        at = {row: place for place, row in enumerate(rows.tolist())}
        spans = [*places, *((row, *span) for part in _other_parts(group) for row in at for span in spans_of(part, row))]
        gone: list[tuple[int, int]] = []
        near: list[tuple[int, int]] = []
        for row, start, end in spans:
            if row in at:
                first, last = self.corpus.touched(row, start, end)
                base, stop = self.corpus.starts[row], self.corpus.starts[row + 1]
                words = self.column[
                    self.of[self.corpus.tokens[max(base + first - NEAR, base) : min(base + last + NEAR + 1, stop)]]
                ]
                near += ((at[row], int(word)) for word in words)
                words = self.column[self.of[self.corpus.tokens[base + max(first, 0) : base + last + 1]]]
                gone += ((at[row], int(word)) for word in words)
        own = self.words[rows]
        holding, beside, touched = own.sum(axis=0), self._marked(near, own.shape), self._marked(gone, own.shape)
        beside = beside.sum(axis=0)
        of_it = self.number & (beside > 0) & (beside >= PART * holding)
        some = (touched.sum(axis=0) <= max(OFTEN * len(rows), 1)) & ~of_it
        own = (own - own.multiply(touched)).tocsr()
        own.eliminate_zeros()
        return (own, self.words[lacking]), some.astype(float)

    @staticmethod
    def _marked(cells: list[tuple[int, int]], shape: tuple[int, int]) -> sparse.csr_array:
        """1 in each of these cells; those of words that are too rare to have a column are left out."""
        known = np.array([(row, word) for row, word in cells if word >= 0], dtype=int).reshape(-1, 2)
        return binary(known[:, 0], known[:, 1], shape)


def _other_parts(group: Group) -> list[Candidate]:
    """What stands elsewhere in nearly the same rows. What lies upon the strongest says nothing more of the places."""
    parts = []
    for member in group.others:
        both = np.intersect1d(member.rows, group.best.rows, assume_unique=True)
        if len(both) >= AS_ONE * max(len(member.rows), len(group.best.rows)) and not touching(member, group.best, both):
            parts.append(member)
    return parts
