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
    """Intraclass correlation as a function of n: a kernel over features in bins of log n, each feature with its weight.

    `overs` are z² - 1 of each feature, by several counts of it: the largest correlation of them holds."""

    def __init__(
        self, n: np.ndarray, overs: Sequence[np.ndarray], weight: np.ndarray | float = 1.0, least: float = LEAST_RHO
    ) -> None:
        self.least = least
        self.bin = np.rint(np.log(n) / BIN).astype(np.int64)
        self.bins = int(self.bin.max(initial=0)) + 1
        self.each = [weight * one for one in (n - 1, *overs)]
        self.sums = [np.bincount(self.bin, one, self.bins) for one in self.each]

    def rho(self, n: np.ndarray | float, without: np.ndarray | None = None) -> np.ndarray:
        """At each n; `without` are the numbers of features to leave out."""
        sums = self.sums
        if without is not None:
            sums = [
                total - np.bincount(self.bin[without], one[without], self.bins)
                for total, one in zip(sums, self.each, strict=True)
            ]
        n = np.atleast_1d(np.asarray(n, float))
        values, where = np.unique(n, return_inverse=True)
        weight = np.exp(-0.5 * ((np.log(values)[:, None] - BIN * np.arange(self.bins)) / WIDTH) ** 2)
        borrowed = BORROWED * np.maximum(values - 1, 0.5)
        room, *overs = (weight @ one for one in sums)
        found = (np.max(overs, axis=0) + USUAL_RHO * borrowed) / (room + borrowed)
        return np.clip(found, self.least * np.minimum(1, values / OFTEN), MOST_RHO)[where]


def smallest(p: float, rho: Spread, tried: int, score: float, most: int) -> int | None:
    """From how many rows on, all of the class, a feature's association alone scores as much; None if not even `most` do."""
    n = np.unique(np.rint(np.geomspace(1, max(most, 1), 200)))
    scores = -(np.log10(tried) + log_tail(n, n, p, rho.rho(n)) / np.log(10))
    enough = np.flatnonzero(scores >= score)
    return int(n[enough[0]]) if len(enough) else None
