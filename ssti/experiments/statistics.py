"""Statistics of a table of cells: intervals over seeds, trends, differences and equivalence, and what they say of a claim.

Seeds are the replicates: a mean is over seeds, a test's blocks are seeds, and one seed alone says nothing. Knows columns
of numbers, no recipe.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

ALPHA = 0.05
RESAMPLES = 4000
Verdict = Literal["holds", "does not hold", "cannot say"]


@dataclass(frozen=True)
class Estimate:
    """A mean over `n` seeds with its 95 % interval; no interval for a single seed. `keys` are the cells that it is of."""

    value: float
    low: float | None
    high: float | None
    n: int
    keys: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """`12.3 (10.1 to 14.2, n = 3)`."""
        if self.low is None or self.high is None:
            return f"{self.value:.3g} (n = {self.n})"
        return f"{self.value:.3g} ({self.low:.3g} to {self.high:.3g}, n = {self.n})"


@dataclass(frozen=True)
class Finding:
    """What a claim came to. `statistic` is the sentence behind the verdict; `p` is adjusted once `holm` was asked.

    `p_against` is that of the opposite claim. Both are None where the verdict rests on an interval alone.
    """

    claim: str
    verdict: Verdict
    statistic: str
    p: float | None = None
    p_against: float | None = None
    effect: Estimate | None = None
    least: float = 1.0
    """What the effect has to reach at least, upwards, or downwards where it is negative."""


def over_seeds(
    values: Sequence[float],
    errors: Sequence[float] | None = None,
    seed: int = 0,
    within: tuple[float, float] = (-np.inf, np.inf),
) -> Estimate:
    """The mean over seeds and its 95 % bootstrap interval (Efron & Tibshirani 1993, chapters 6 and 13).

    Seeds are drawn again with replacement, their deviations widened by sqrt(n / (n - 1)), without which three to five
    replicates give an interval that is a fifth too narrow; `errors` are each value's standard error from its test rows,
    and are drawn along, so that seeds that agree by chance do not make a point. No end lies beyond `within`: a share's is (0, 1).
    """
    values = np.asarray(values, dtype=float)
    errors = np.zeros_like(values) if errors is None else np.asarray(errors, dtype=float)
    values, errors = values[~np.isnan(values)], np.nan_to_num(errors[~np.isnan(values)])
    n = len(values)
    if n < 2:
        return Estimate(float(values.mean()) if n else float("nan"), None, None, n)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, n, (RESAMPLES, n))
    middle = values.mean()
    widened = middle + (values - middle) * np.sqrt(n / (n - 1))
    means = (widened[drawn] + rng.normal(size=drawn.shape) * errors[drawn]).mean(axis=1)
    low, high = np.clip(np.quantile(means, [0.025, 0.975]), *within)
    return Estimate(float(middle), float(low), float(high), n)


def difference(after: Sequence[float], before: Sequence[float], seed: int = 0) -> Estimate:
    """The mean of the differences seed by seed, with its interval: the seeds that both have, in the same order."""
    return over_seeds(np.asarray(after, dtype=float) - np.asarray(before, dtype=float), seed=seed)


def trend(claim: str, blocks: np.ndarray, rising: bool = True, unit: str = "pp", least: float = 1.0) -> Finding:
    """Does a value rise (or fall) along ordered settings? `blocks` is [seed, setting], without gaps.

    Page's L test (Page 1963, doi:10.1080/01621459.1963.10500843; SciPy's, exact for small tables): the alternative is
    an order of the settings, not a line; the blocks are the seeds, which pair the settings; and it asks nothing of the
    distribution. Jonckheere's test would throw the pairing away, a rank correlation too. The effect is the last setting
    minus the first: a trend that is sure but smaller than `least` does not hold.
    """
    blocks = np.asarray(blocks, dtype=float)
    if blocks.ndim != 2 or blocks.shape[0] < 3 or blocks.shape[1] < 3:
        shape = "x".join(map(str, blocks.shape))
        return Finding(claim, "cannot say", f"A trend needs three settings in three seeds at least; there are {shape}.")
    from scipy.stats import page_trend_test

    along, against = page_trend_test(blocks), page_trend_test(blocks[:, ::-1])
    mine, other = (along, against) if rising else (against, along)
    effect = difference(blocks[:, -1], blocks[:, 0])
    said = (
        f"Page's L = {mine.statistic:.0f}, p = {mine.pvalue:.2g} over {blocks.shape[1]} settings and {blocks.shape[0]} seeds; "
        f"last minus first {effect.text} {unit}."
    )
    return judged(
        Finding(claim, "cannot say", said, float(mine.pvalue), float(other.pvalue), effect, least if rising else -least)
    )


def differs(
    claim: str, after: Sequence[float], before: Sequence[float], unit: str = "pp", least: float = 1.0
) -> Finding:
    """Is `after` above `before`, seed by seed? By a paired t test (one-sided), which few replicates allow still."""
    after, before = np.asarray(after, dtype=float), np.asarray(before, dtype=float)
    if len(after) < 3:
        return Finding(claim, "cannot say", f"It needs three seeds at least; there are {len(after)}.")
    from scipy.stats import ttest_1samp

    effect = difference(after, before)
    if np.ptp(after - before) == 0:
        return Finding(
            claim, "cannot say", f"All {len(after)} seeds differ by the same {effect.value:.3g} {unit}.", effect=effect
        )
    more, less = (float(ttest_1samp(after - before, 0, alternative=side).pvalue) for side in ("greater", "less"))
    said = f"Paired t over {len(after)} seeds, p = {more:.2g}; difference {effect.text} {unit}."
    return judged(Finding(claim, "cannot say", said, more, less, effect, least))


def alike(claim: str, groups: dict[str, Sequence[float]], margin: float, unit: str = "pp") -> Finding:
    """Do groups not differ? Every pair's difference, seed by seed, has to lie within `margin`, with its interval.

    Not to find a difference is not to find that there is none: so this is a test of equivalence (Schuirmann 1987,
    doi:10.1007/BF01068419) by intervals. It does not hold where a pair's interval lies outside the margin altogether.
    """
    names = list(groups)
    pairs = {(a, b): difference(groups[b], groups[a]) for i, a in enumerate(names) for b in names[i + 1 :]}
    usable = {pair: one for pair, one in pairs.items() if one.low is not None and one.high is not None}
    if not usable or len(usable) < len(pairs):
        return Finding(claim, "cannot say", "A comparison needs two seeds at least of every group.")
    (a, b), widest = max(usable.items(), key=lambda entry: abs(entry[1].value))
    said = f"The largest of {len(pairs)} differences is {b} minus {a}: {widest.text} {unit}; the margin is {margin:g} {unit}."
    if all(-margin <= one.low and one.high <= margin for one in usable.values()):
        return Finding(claim, "holds", said, effect=widest)
    if any(one.low > margin or one.high < -margin for one in usable.values()):
        return Finding(claim, "does not hold", said, effect=widest)
    return Finding(claim, "cannot say", said, effect=widest)


def at_least(
    claim: str, values: Sequence[float], least: float, errors: Sequence[float] | None = None, unit: str = ""
) -> Finding:
    """Is a mean above `least`, with its whole interval; it does not hold where the interval is below."""
    effect = over_seeds(values, errors)
    said = f"{effect.text}{unit and ' ' + unit}, against {least:g}."
    if effect.low is None or effect.high is None or effect.n < 3:
        return Finding(claim, "cannot say", f"{said} It needs three seeds at least.", effect=effect)
    verdict: Verdict = "holds" if effect.low >= least else "does not hold" if effect.high < least else "cannot say"
    return Finding(claim, verdict, said, effect=effect)


def holm(findings: Sequence[Finding]) -> list[Finding]:
    """The findings with their p values adjusted for being several (Holm 1979, a step-down Bonferroni), judged anew.

    What rests on an interval alone stays as it is.
    """
    tested = [i for i, one in enumerate(findings) if one.p is not None and one.p_against is not None]
    if len(tested) < 2:
        return list(findings)
    p = _stepped_down([findings[i].p for i in tested])
    against = _stepped_down([findings[i].p_against for i in tested])
    result = list(findings)
    for place, i in enumerate(tested):
        said = f"{findings[i].statistic} Adjusted for {len(tested)} tests (Holm): p = {p[place]:.2g}."
        result[i] = judged(replace(findings[i], p=p[place], p_against=against[place], statistic=said))
    return result


def _stepped_down(p: Sequence[float | None]) -> list[float]:
    """Holm's adjusted p values, in the order they came in."""
    values = np.asarray(p, dtype=float)
    order = np.argsort(values, kind="stable")
    steps = np.minimum(1.0, values[order] * np.arange(len(values), 0, -1))
    adjusted = np.empty_like(values)
    adjusted[order] = np.maximum.accumulate(steps)
    return adjusted.tolist()


def judged(finding: Finding) -> Finding:
    """The verdict of a test: by the claim's p and the opposite's, and by whether the effect is worth the word."""
    effect = finding.effect
    verdict: Verdict = "cannot say"
    if effect is None:
        return replace(finding, verdict=verdict)
    sign, least = (1, finding.least) if finding.least >= 0 else (-1, -finding.least)
    if finding.p is not None and finding.p < ALPHA and sign * effect.value >= least:
        verdict = "holds"
    elif finding.p_against is not None and finding.p_against < ALPHA:
        verdict = "does not hold"
    elif effect.low is not None and effect.n >= 3 and max(sign * effect.low, sign * (effect.high or 0)) < least:
        verdict = "does not hold"  # whatever there is, it is smaller than what the claim is about
    return replace(finding, verdict=verdict)
