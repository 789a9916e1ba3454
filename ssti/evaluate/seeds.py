"""One number of several runs that differ in their seed alone: its mean, and how far seeds make it vary."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np


def over_seeds(values: Sequence[float]) -> dict[str, Any]:
    """The mean with its 95 % interval over `n` seeds: Student's t with n - 1 degrees of freedom (SciPy), not beyond 0 to 1.

    `values` are shares. `low` and `high` are None for fewer than two values, and where all are the same: a point would
    claim a certainty that so few seeds cannot give.
    """
    n = len(values)
    mean = float(np.mean(values)) if n else None
    result = {"value": mean, "low": None, "high": None, "n": n}
    if n < 2 or np.ptp(values) == 0:
        return result
    from scipy.stats import sem, t

    low, high = t.interval(0.95, df=n - 1, loc=mean, scale=sem(values))
    return {**result, "low": max(0.0, float(low)), "high": min(1.0, float(high))}
