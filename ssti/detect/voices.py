"""Features that lie on much the same rows are one voice: of a house style there are many, each a part of it. Knows no class."""

from __future__ import annotations

import numpy as np
from scipy import sparse

ALIKE = 0.5  # of the rows of the larger one
OFTEN = 500  # rows; features of more are few, and each has a voice of its own
TOGETHER = 500  # features that are compared at a time


def voices(held: sparse.csc_array, n: np.ndarray) -> np.ndarray:
    """Each feature's part of a voice: 1 over the number of features that share half of the rows with it, itself one of them.

    `held` is rows by features, in ones, and `n` how many rows each has.
    """
    seldom = np.flatnonzero(n <= OFTEN)
    rows = n[seldom]
    some = sparse.csr_array(held[:, seldom].astype(np.float32))
    turned = sparse.csr_array(some.T)
    alike = np.ones(len(n))
    for part in np.array_split(np.arange(len(seldom)), len(seldom) // TOGETHER + 1):
        shared = (turned[part] @ some).tocoo()
        near = shared.data >= ALIKE * np.maximum(rows[part][shared.row], rows[shared.col])
        alike[seldom[part]] = np.bincount(shared.row[near], minlength=len(part))
    return 1 / alike
