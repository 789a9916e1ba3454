"""The metrics of a run, each with its `n` and a 95 % interval. Knows labels, not texts and not models."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


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

    Balanced accuracy is the mean over the classes of the share that is right; its interval is a normal one from the
    binomial variance of each class.
    """
    true, predicted = np.asarray(true), np.asarray(predicted)
    right = true == predicted
    classes = np.unique(true)
    recalls = np.array([right[true == c].mean() for c in classes])
    counts = np.array([(true == c).sum() for c in classes])
    balanced = float(recalls.mean())
    spread = 1.96 * float(np.sqrt((recalls * (1 - recalls) / counts).sum())) / len(classes)
    exact = rate(right.sum(), len(true))
    return {
        "n": len(true),
        "accuracy": exact["value"],
        "accuracy_interval": [exact["low"], exact["high"]],
        "balanced_accuracy": balanced,
        "balanced_accuracy_interval": [max(0.0, balanced - spread), min(1.0, balanced + spread)],
        "predicted_counts": {name: int((predicted == i).sum()) for i, name in enumerate(label_names)},
    }


def attack_metrics(true: Sequence[int], clean: Sequence[int], hijacked: Sequence[int], target: int) -> dict:
    """What the trigger does: the rates of DESIGN 4.5, from predictions without and with it, row by row."""
    true, clean, hijacked = map(np.asarray, (true, clean, hijacked))
    others, unsure = true != target, clean != target
    return {
        "attack_success_rate": rate((hijacked[others] == target).sum(), others.sum()),
        "flip_rate": rate((hijacked[unsure] == target).sum(), unsure.sum()),
        "steered_rate": rate((hijacked == target).sum(), len(hijacked)),
    }


def difference_pp(after: dict, before: dict) -> dict[str, float | int]:
    """The difference of two balanced accuracies in percentage points, with a 95 % interval.

    The interval adds the two variances as if the sets were independent: wider than a paired one, never too narrow
    for rows that agree.
    """
    value = 100 * (after["balanced_accuracy"] - before["balanced_accuracy"])
    half = 50 * float(np.hypot(*(np.ptp(one["balanced_accuracy_interval"]) for one in (after, before))))
    return {"value": value, "low": value - half, "high": value + half, "n": after["n"]}
