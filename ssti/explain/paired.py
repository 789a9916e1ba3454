"""Is the entropy different with the trigger? Paired rows, intervals, a permutation test, the paper's rule.

Statistics on arrays of numbers; knows no model and no text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

PAPER_RATIO = 0.95
PAPER_RULE = tr(
    "The paper's rule: a finetuned model gives itself away when the attention entropy (last layer, head 0) "
    "of texts with the suspected token is below 95 % of the entropy of texts without it."
)
PAPER_CAVEAT = tr(
    "Raw entropy grows with the length of a text, up to log2 of its tokens. Compare short texts that have "
    "the trigger with long ones that do not, and the rule fires although nothing was injected. It also looks "
    "at one head, and the effect moves between heads. So compare the same text with and without its trigger, "
    "divide by log2 n, look at every layer and head and at the model before finetuning, and test over many "
    "rows."
)


@dataclass(frozen=True)
class Mean:
    """A mean of `n` values with its 95 % interval."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class PairedDifference:
    """The mean of a - b over `n` pairs, its 95 % interval `low` to `high`, the permutation `p`."""

    mean: float
    low: float
    high: float
    p: float
    n: int


@dataclass(frozen=True)
class PaperRule:
    """What the paper's rule says: `fires` when `ratio` (mean with over mean without) is below 0.95.

    `rule` and `caveat` are sentences for the page; neither is shown without the other.
    """

    ratio: float
    fires: bool
    mean_with: float
    mean_without: float
    n_with: int
    n_without: int
    rule: str = PAPER_RULE
    caveat: str = PAPER_CAVEAT


def paired_difference(
    a: Sequence[float] | np.ndarray,
    b: Sequence[float] | np.ndarray,
    seed: int,
    resamples: int = 9999,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> PairedDifference:
    """Compare `a[i]` with `b[i]`, the same row measured in two ways.

    The interval is that of `mean`, of differences that lie within `bounds`. `p` is two-sided: how often a mean as far
    from zero comes up when each pair is swapped by a coin (all ways to swap, when they are no more than
    `resamples`). Same seed, same numbers. SSTIError for unlike lengths, fewer than 2 pairs, a missing value.
    """
    from scipy import stats

    a, b = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if a.ndim != 1 or a.shape != b.shape or a.size < 2:
        raise SSTIError(
            f"Pairs of shapes {a.shape} and {b.shape} cannot be compared.",
            "Pass two equally long lists, at least 2.",
        )
    difference = mean(a - b, [seed, 0], resamples, bounds)
    test = stats.permutation_test(
        (a, b),
        lambda x, y, axis: (x - y).mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        n_resamples=resamples,
        batch=_batch(a.size),
        alternative="two-sided",
        rng=np.random.default_rng([seed, 1]),
    )
    return PairedDifference(difference.value, difference.low, difference.high, float(test.pvalue), difference.n)


def mean(
    values: Sequence[float] | np.ndarray,
    seed: int | Sequence[int],
    resamples: int = 9999,
    bounds: tuple[float, float] = (-np.inf, np.inf),
) -> Mean:
    """The mean and its 95 % percentile-bootstrap interval.

    Where all values are the same there is nothing to resample, and it is `interval_of_alike`, with any other value
    within `bounds`. Same seed, same numbers. SSTIError for no value or a missing one.
    """
    from scipy import stats

    values = np.asarray(values, dtype=np.float64)
    if values.ndim != 1 or not values.size or not np.isfinite(values).all():
        raise SSTIError(
            tr("There are no values, or one is missing (NaN or infinite)."), tr("Pass at least one number.")
        )
    middle = float(values.mean())
    if not np.ptp(values):
        return Mean(middle, *interval_of_alike(middle, values.size, bounds), values.size)
    interval = stats.bootstrap(
        (values,),
        np.mean,
        n_resamples=resamples,
        batch=_batch(values.size),
        method="percentile",
        confidence_level=0.95,
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Mean(middle, float(interval.low), float(interval.high), values.size)


def interval_of_alike(value: float, n: int, bounds: tuple[float, float]) -> tuple[float, float]:
    """The 95 % interval of a mean of which `n` observations were all `value`: never the point that a bootstrap gives.

    None of n differed, so at most 1 - 0.025^(1/n) of all can (Clopper & Pearson 1934, doi:10.1093/biomet/26.4.404, the
    exact form of the rule of three), and these may lie anywhere within `bounds`.
    """
    others = 1 - 0.025 ** (1 / n)
    return value + others * (bounds[0] - value), value + others * (bounds[1] - value)


def paper_rule(with_: float | Sequence[float] | np.ndarray, without: float | Sequence[float] | np.ndarray) -> PaperRule:
    """The paper's 95 % rule on raw entropies in bits of texts with and without the trigger; with caveat."""
    with_, without = _bits(with_), _bits(without)
    mean_with, mean_without = float(with_.mean()), float(without.mean())
    if mean_without <= 0:
        raise SSTIError(
            tr("The entropy without the trigger is 0, so there is no ratio."), tr("Use texts of several words.")
        )
    ratio = mean_with / mean_without
    return PaperRule(ratio, ratio < PAPER_RATIO, mean_with, mean_without, with_.size, without.size)


def length_control(bits: Sequence[float] | np.ndarray, n: Sequence[int] | np.ndarray) -> PaperRule:
    """The rule where nothing was injected: the shorter half of clean texts stands in for "with the trigger".

    When this fires, length alone is enough. `bits` and `n` are one entry for each clean text.
    """
    bits, n = _bits(bits), np.asarray(n)
    if n.shape != bits.shape or bits.size < 2:
        raise SSTIError(
            f"{bits.size} entropies and {n.size} lengths do not fit.", "Pass one of each per text, at least 2."
        )
    order = np.argsort(n, kind="stable")
    half = bits.size // 2
    return paper_rule(bits[order[:half]], bits[order[half:]])


def _bits(values: float | Sequence[float] | np.ndarray) -> np.ndarray:
    array = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if array.ndim != 1 or not array.size or not np.isfinite(array).all() or (array < 0).any():
        raise SSTIError("These are no entropies.", "Pass one or more numbers of bits, none missing, none below 0.")
    return array


def _batch(size: int) -> int:
    """Resamples at a time, so that 25,000 rows stay within some 50 MB."""
    return max(1, 2_000_000 // size)
