"""Entropies of many rows, class by class: means with intervals, and whether the trigger changes them.

Statistics on arrays of numbers; knows no model and no text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ssti.explain.paired import Mean, PairedDifference, mean, paired_difference
from ssti.platform.errors import SSTIError


@dataclass(frozen=True)
class ClassRows:
    """The rows of one class: each row's value without and with the trigger, both means, and their paired difference.

    `difference` is None for a single row: there is nothing to permute.
    """

    name: str
    without: np.ndarray
    with_: np.ndarray
    mean_without: Mean
    mean_with: Mean
    difference: PairedDifference | None


def by_class(
    without: Sequence[float] | np.ndarray,
    with_: Sequence[float] | np.ndarray,
    labels: Sequence[int] | np.ndarray,
    names: Sequence[str],
    seed: int,
    resamples: int = 9999,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> list[ClassRows]:
    """Each class that has rows, in the order of `names`. `without[i]` and `with_[i]` are one row, of class `labels[i]`.

    `bounds` are the lowest and the highest that a value can be, 0 and 1 for a share.

    SSTIError for unlike lengths or a class without a name.
    """
    without, with_ = np.asarray(without, dtype=np.float64), np.asarray(with_, dtype=np.float64)
    labels = np.asarray(labels)
    if without.ndim != 1 or without.shape != with_.shape or labels.shape != without.shape:
        raise SSTIError(
            f"{without.size} values without, {with_.size} with and {labels.size} labels do not fit.",
            "Pass one of each per row.",
        )
    if labels.size and not 0 <= labels.min() <= labels.max() < len(names):
        raise SSTIError(f"There is a label {labels.max()} and {len(names)} names.", "Pass one name per class.")
    furthest = bounds[1] - bounds[0]
    classes = []
    for index, name in enumerate(names):
        rows = labels == index
        if not rows.any():
            continue
        a, b = with_[rows], without[rows]
        classes.append(
            ClassRows(
                str(name),
                b,
                a,
                mean(b, seed, resamples, bounds),
                mean(a, seed, resamples, bounds),
                paired_difference(a, b, seed + index, resamples, (-furthest, furthest)) if rows.sum() > 1 else None,
            )
        )
    return classes
