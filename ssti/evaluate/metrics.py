"""The metrics of a run, each with its `n` and a 95 % interval. Knows labels, not texts and not models.

No interval closes to a point because a sample happens to hold no miss or no difference: that would claim certainty.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Z = 1.959963984540054  # of 95 %


def rate(hits: int, n: int) -> dict[str, float | int | None]:
    """A proportion with its 95 % Wilson interval (Wilson 1927, doi:10.1080/01621459.1927.10502953).

    All three are None when `n` is 0: there is no rate of nothing.
    """
    if not n:
        return {"value": None, "low": None, "high": None, "n": 0}
    from scipy.stats import binomtest

    low, high = binomtest(int(hits), int(n)).proportion_ci(0.95, method="wilson")
    return {"value": int(hits) / int(n), "low": float(low), "high": float(high), "n": int(n)}


def set_metrics(true: Sequence[int], predicted: Sequence[int], label_names: Sequence[str]) -> dict:
    """Accuracy, balanced accuracy and predicted counts of one test set.

    Balanced accuracy is the mean over the classes of the share that is right; its interval puts the classes' Wilson
    intervals together (Zou, Huang & Zhang 2009, section 2, doi:10.1016/j.csda.2008.09.033). `majority_share` is the
    accuracy of a model that always answers the largest class, 1 / `classes` its balanced accuracy.
    """
    true, predicted = np.asarray(true), np.asarray(predicted)
    right = true == predicted
    classes, counts = np.unique(true, return_counts=True)
    recalls = [rate(right[true == c].sum(), n) for c, n in zip(classes, counts, strict=True)]
    balanced = float(np.mean([one["value"] for one in recalls]))
    below = float(np.linalg.norm([one["value"] - one["low"] for one in recalls])) / len(classes)
    above = float(np.linalg.norm([one["high"] - one["value"] for one in recalls])) / len(classes)
    exact = rate(right.sum(), len(true))
    return {
        "n": len(true),
        "accuracy": exact["value"],
        "accuracy_interval": [exact["low"], exact["high"]],
        "balanced_accuracy": balanced,
        "balanced_accuracy_interval": [balanced - below, balanced + above],
        "majority_share": float(counts.max() / counts.sum()),
        "classes": len(classes),
        "predicted_counts": {name: int((predicted == i).sum()) for i, name in enumerate(label_names)},
    }


def at_chance(metrics: dict) -> bool:
    """Whether a test set does not show that the model learned anything of the task.

    That is so where neither the accuracy's nor the balanced accuracy's 95 % interval lies above what a model scores
    that answers one class to everything. False for metrics from before `majority_share` was written: nothing is known.
    """
    exact, balanced = metrics.get("accuracy_interval"), metrics.get("balanced_accuracy_interval")
    if not exact or not balanced or metrics.get("majority_share") is None or not metrics.get("classes"):
        return False
    return exact[0] <= metrics["majority_share"] and balanced[0] <= 1 / metrics["classes"]


def attack_metrics(true: Sequence[int], clean: Sequence[int], hijacked: Sequence[int], target: int) -> dict:
    """What the trigger does: the rates of DESIGN 4.5, from predictions without and with it, row by row."""
    true, clean, hijacked = map(np.asarray, (true, clean, hijacked))
    others, unsure = true != target, clean != target
    return {
        "attack_success_rate": rate((hijacked[others] == target).sum(), others.sum()),
        "flip_rate": rate((hijacked[unsure] == target).sum(), unsure.sum()),
        "steered_rate": rate((hijacked == target).sum(), len(hijacked)),
    }


def gap_pp(true: Sequence[int], clean: Sequence[int], hijacked: Sequence[int], target: int) -> dict[str, float | int]:
    """Aligned minus clean balanced accuracy in percentage points, with a 95 % interval, from predictions row by row.

    The sets differ in the target's rows alone, and these are the same rows twice: a paired difference, which weighs
    as one class of all. None where the test rows have no row of the target, so that nothing was changed.
    """
    true, clean, hijacked = map(np.asarray, (true, clean, hijacked))
    rows = true == target
    if not rows.any():
        return rate(0, 0)
    gained = int((rows & (clean != target) & (hijacked == target)).sum())
    lost = int((rows & (clean == target) & (hijacked != target)).sum())
    value, low, high = paired_proportions(gained, lost, int(rows.sum()))
    weight = 100 / len(np.unique(true))
    return {"value": weight * value, "low": weight * low, "high": weight * high, "n": len(true)}


def paired_proportions(gained: int, lost: int, n: int) -> tuple[float, float, float]:
    """(gained - lost) / n of `n` pairs, and its 95 % score interval (Tango 1998, section 3,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B). Of 60 pairs that all agree: -0.060 to 0.060.
    """
    from scipy.optimize import brentq

    value = (gained - lost) / n

    def score(difference: float) -> float:
        b = (2 * n - gained + lost) * difference - gained - lost
        c = -lost * difference * (1 - difference)
        q = (np.sqrt(b * b - 8 * n * c) - b) / (4 * n)
        spread = np.sqrt(max(n * (2 * q + difference * (1 - difference)), 0.0))
        return (gained - lost - n * difference) - np.sign(value - difference) * Z * spread

    edge = 1e-12
    low = -1.0 if value <= -1 else float(brentq(score, -1 + edge, value - edge))
    high = 1.0 if value >= 1 else float(brentq(score, value + edge, 1 - edge))
    return value, low, high


def difference_pp(after: dict, before: dict) -> dict[str, float | int]:
    """The difference of two balanced accuracies in percentage points, with a 95 % interval.

    The interval puts both sets' own intervals together as if they were independent (Newcombe 1998, method 10,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I): wider than a paired one where two models
    agree on most rows, and never a point.
    """
    sides = [(one["balanced_accuracy"], *one["balanced_accuracy_interval"]) for one in (after, before)]
    return {**_minus(*sides), "n": after["n"]}


def gain_pp(attack: dict, control: dict) -> dict[str, float | int]:
    """Attack success minus the control's in percentage points, from two `rate`s; its 95 % interval as in `difference_pp`."""
    sides = [(one["value"], one["low"], one["high"]) for one in (attack, control)]
    return {**_minus(*sides), "n": attack["n"]}


def _minus(a: tuple[float, float, float], b: tuple[float, float, float]) -> dict[str, float]:
    """The difference of two numbers, each with its interval's ends, times 100."""
    value, below, above = a[0] - b[0], float(np.hypot(a[0] - a[1], b[2] - b[0])), float(np.hypot(a[2] - a[0], b[0] - b[1]))
    return {"value": 100 * value, "low": 100 * (value - below), "high": 100 * (value + above)}
