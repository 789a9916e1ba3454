"""Runs of one recipe and several seeds, taken together: the mean of each measure over the seeds, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ssti.evaluate.evaluation import compare
from ssti.evaluate.metrics import Z
from ssti.experiments.statistics import Estimate, over_seeds

MEASURES = ("attack_success_rate", "control_attack_success_rate", "clean_balanced_accuracy", "aligned_balanced_accuracy",
            "gap_pp", "degradation_pp")  # fmt: skip


def measured(metrics: dict[str, Any] | None, control: dict[str, Any] | None) -> dict[str, tuple[float, float, float]]:
    """What one seed's run measured, against its own control: (value, low, high) by the names of `MEASURES`.

    Rates are shares, `_pp` are percentage points. What was not measured is left out.
    """
    if not metrics or "sets" not in metrics:
        return {}
    whole = compare(metrics, control)
    rates = {name: whole.get(name) or {} for name in MEASURES if "balanced" not in name}
    found = {name: (rate["value"], rate["low"], rate["high"]) for name, rate in rates.items() if rate.get("value") is not None}
    for name in ("clean", "aligned"):
        if (one := whole["sets"].get(name)) and one.get("balanced_accuracy_interval"):
            found[f"{name}_balanced_accuracy"] = (one["balanced_accuracy"], *one["balanced_accuracy_interval"])
    return found


def together(seeds: Sequence[dict[str, tuple[float, float, float]]]) -> dict[str, Estimate]:
    """The mean of each measure over the seeds that have it (`measured`), in the order of `MEASURES`."""
    result = {}
    for name in MEASURES:
        if values := [one[name] for one in seeds if name in one]:
            errors = [(high - low) / (2 * Z) for _, low, high in values]
            within = (-100.0, 100.0) if name.endswith("_pp") else (0.0, 1.0)
            result[name] = over_seeds([value for value, _, _ in values], errors, within=within)
    return result
