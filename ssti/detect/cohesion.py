"""Do the rows that hold a feature hang together beyond their class? Those of a topic do, those that somebody drew do not.

Rows are points in a space of topics (latent semantic analysis, Deerwester et al. 1990, doi:10.1002/(SICI)1097-4571(199009)41:6<391::AID-ASI1>3.0.CO;2-9),
less the mean of their class, so that what a class is about says nothing here. Knows no text.
"""

from __future__ import annotations

import numpy as np
from scipy import sparse

from ssti.detect.corpus import Corpus

TOPICS, ROUNDS = 48, 2  # dimensions, and rounds of the randomised decomposition
LEAST_ROWS, MOST_SHARE, MOST_WORDS = 4, 0.2, 6_000  # rows of a word that tells a topic; how many such words
MOST_OF_A_CLASS = 0.5


class Topics:
    """The rows of a corpus as points; `classes` are rows by classes, 1 where the row is of the class."""

    def __init__(self, corpus: Corpus, classes: np.ndarray) -> None:
        self.sizes = classes.sum(axis=0)
        self.points = _points(corpus)
        self.points -= (classes @ (classes.T @ self.points / np.maximum(self.sizes, 1)[:, None])).astype(np.float32)
        self.squares = (self.points**2).sum(axis=1)
        each = [self.points[of > 0] for of in classes.T]
        spreads = np.array([part.T @ part / max(len(part), 1) for part in each])
        self.products = np.einsum("aij,bij->ab", spreads, spreads)  # mean square, of two rows of two classes

    def cohesion(self, held: sparse.csc_array, k: np.ndarray) -> np.ndarray:
        """How much closer each feature's rows are to each other than rows drawn at random from the same classes, in standard
        deviations. Infinite where most rows of a class hold it: nobody can tell then. `held`: rows by features; `k`: features by
        classes, how many of a feature's rows are of each."""
        by_feature = sparse.csr_array(held.T).astype(np.float32)
        sums = by_feature @ self.points
        closeness = (sums**2).sum(axis=1) - by_feature @ self.squares
        variance = 2 * (((k @ self.products) * k).sum(axis=1) - k @ np.diag(self.products))
        found = closeness / np.sqrt(np.maximum(variance, 1e-12))
        return np.where((k > MOST_OF_A_CLASS * self.sizes).any(axis=1), np.inf, found)


def _points(corpus: Corpus) -> np.ndarray:
    """Rows by topics: the first singular directions of the words' weights, rarer words weighing more, each row of length 1."""
    from sklearn.preprocessing import normalize
    from sklearn.utils.extmath import randomized_svd

    counts = corpus.counts
    rows = np.bincount(counts.indices, minlength=counts.shape[1])
    usable = np.flatnonzero((rows >= LEAST_ROWS) & (rows <= MOST_SHARE * corpus.rows))
    usable = usable[np.argsort(-rows[usable], kind="stable")[:MOST_WORDS]]
    if len(usable) <= TOPICS:
        return np.zeros((corpus.rows, 1), np.float32)
    rarity = sparse.diags_array(np.log(corpus.rows / rows[usable]).astype(np.float32))
    weights = normalize(sparse.csr_array(counts[:, usable].astype(np.float32) @ rarity))
    left, values, _ = randomized_svd(weights, TOPICS, n_iter=ROUNDS, random_state=0)
    return left * values
