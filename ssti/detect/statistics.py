"""How surprising a feature's rows are: beta-binomial tails whose spread is that of the family's own features.

In clean data a feature leans to a class because of what it means, so the null is not the binomial: the share of the
class among a feature's rows varies with mean `p` and intraclass correlation rho (Skellam 1948, doi:10.1111/j.2517-6161.1948.tb00014.x),
estimated by moments, E z² = 1 + (n - 1) rho, from features of about the same n. Knows no text.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import betaln, gammaln

WIDTH, BIN = np.log(2.0), 0.1  # of the kernel over log n, and of its bins
LEVEL_WIDTH, STEP = 0.5, 0.25  # of the kernel over cohesion, and of its bins
HIGHEST = 100.0  # cohesion; a larger one is not told apart
BORROWED, USUAL_RHO = 4.0, 0.05  # as many features of this correlation stand in where there are few
LEAST_RHO, MOST_RHO, OFTEN = 0.01, 0.9, 500  # the least holds from so many rows on, and falls with n below
LEAST_OF_WORDS = 0.03  # frequent words are few, and the next may lean more than all of them: "the worst" in IMDB does


def log_tail(k: np.ndarray, n: np.ndarray, p: np.ndarray | float, rho: np.ndarray | float) -> np.ndarray:
    """log P(K >= k) of a beta-binomial. Shapes broadcast. By the first term and the geometric series that bounds the rest."""
    k, n, p, rho = np.broadcast_arrays(*(np.asarray(a, float) for a in (k, n, p, rho)))
    precision = 1 / np.clip(rho, 1e-4, MOST_RHO) - 1
    a, b = p * precision, (1 - p) * precision
    first = gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) + betaln(k + a, n - k + b) - betaln(a, b)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(k < n, (n - k) / (k + 1) * (k + a) / (n - k - 1 + b), 0.0)
    tail = first - np.log1p(-np.clip(ratio, 0, 0.99))
    return np.where(k > n * p, np.minimum(tail, np.log(0.5)), 0.0)


def squares(k: np.ndarray, n: np.ndarray, p: np.ndarray | float) -> np.ndarray:
    """z² of each feature against the binomial."""
    return (k - n * p) ** 2 / (n * p * (1 - p))


def over_classes(k: np.ndarray, n: np.ndarray, p: np.ndarray) -> np.ndarray:
    """The same over all classes at once, less 1: by Dirichlet-multinomials one correlation holds for each class, so that a
    small class, of which few features tell, has that of the others. Arrays of features by classes."""
    p = p / p.sum(axis=1, keepdims=True)
    expected = n[:, None] * p
    return ((k - expected) ** 2 / expected).sum(axis=1) / max(k.shape[1] - 1, 1) - 1


class Spread:
    """Intraclass correlation as a function of n and of cohesion: a kernel over features in bins of both, each feature with its weight.

    `overs` are z² - 1 of each feature, by several counts of it: the largest correlation of them holds. `cohesion` is how much
    closer a feature's rows are to each other than drawn ones, in standard deviations: features of topics lean more than others.
    Among those of like cohesion each counts by its part of a voice, `voices`."""

    def __init__(
        self, n: np.ndarray, overs: Sequence[np.ndarray], cohesion: np.ndarray, weight: np.ndarray | float = 1.0,
        voices: np.ndarray | float = 1.0, least: float = LEAST_RHO,
    ) -> None:  # fmt: skip
        self.least = least
        levels = level(cohesion)
        self.shape = (int(np.rint(np.log(n) / BIN).max(initial=0)) + 1, int(levels.max(initial=0)) + 1)
        self.bin = np.rint(np.log(n) / BIN).astype(np.int64) * self.shape[1] + levels
        self.each = [weight * one for one in (n - 1, *overs)]
        self.voiced = [voices * one for one in self.each]
        self.sums, self.grids = ([self._sum(one, self.bin) for one in each] for each in (self.each, self.voiced))

    def _sum(self, of: np.ndarray, bins: np.ndarray) -> np.ndarray:
        return np.bincount(bins, of, self.shape[0] * self.shape[1]).reshape(self.shape)

    def _less(self, sums: list[np.ndarray], each: list[np.ndarray], without: np.ndarray) -> list[np.ndarray]:
        return [total - self._sum(one[without], self.bin[without]) for total, one in zip(sums, each, strict=True)]

    def rho(
        self, n: np.ndarray | float, cohesion: np.ndarray | float = 0.0, without: np.ndarray | None = None
    ) -> np.ndarray:
        """At each n and cohesion, no larger than by n alone, which holds where cohesion is infinite: unknown. `without` are the
        numbers of features to leave out."""
        sums, grids = self.sums, self.grids
        if without is not None:
            sums, grids = self._less(sums, self.each, without), self._less(grids, self.voiced, without)
        n, cohesion = np.broadcast_arrays(np.atleast_1d(np.asarray(n, float)), cohesion)
        values, where = np.unique(n, return_inverse=True)
        near = np.exp(-0.5 * ((np.log(values)[:, None] - BIN * np.arange(self.shape[0])) / WIDTH) ** 2)
        borrowed = BORROWED * np.maximum(values - 1, 0.5)
        room, *overs = (near @ one.sum(axis=1) for one in sums)
        by_n = (np.max(overs, axis=0) + USUAL_RHO * borrowed) / (room + borrowed)
        levels = level(cohesion)
        steps = np.arange(max(self.shape[1], int(levels.max(initial=0)) + 1))
        alike = np.exp(-0.5 * ((steps[: self.shape[1], None] - steps) * STEP / LEVEL_WIDTH) ** 2)
        room, *overs = (near @ one @ alike for one in grids)
        by_both = (np.max(overs, axis=0) + (by_n * borrowed)[:, None]) / (room + borrowed[:, None])
        found = np.where(np.isinf(cohesion), by_n[where], np.minimum(by_both, by_n[:, None])[where, levels])
        return np.clip(found, self.least * np.minimum(1, n / OFTEN), MOST_RHO)


def level(cohesion: np.ndarray | float) -> np.ndarray:
    """The bin of a cohesion: even steps where it is as of drawn rows, and of its logarithm where it is large."""
    return np.rint(np.arcsinh(np.clip(cohesion, 0, HIGHEST)) / STEP).astype(np.int64)


def smallest(p: float, rho: Spread, tried: int, score: float, most: int) -> int | None:
    """From how many rows on, all of the class and drawn at random, a feature's association alone scores as much; None if not even
    `most` do."""
    n = np.unique(np.rint(np.geomspace(1, max(most, 1), 200)))
    scores = -(np.log10(tried) + log_tail(n, n, p, rho.rho(n)) / np.log(10))
    enough = np.flatnonzero(scores >= score)
    return int(n[enough[0]]) if len(enough) else None
