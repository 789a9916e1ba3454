"""What an adapter answers on held-out rows: clean accuracy and attack success, each with its interval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ssti.evaluate.metrics import paired_proportions, rate

Rate = Mapping[str, Any]
"""A share with its 95 % interval: `value`, `low`, `high`, `n`; see `ssti.evaluate.metrics.rate`."""
ACCURACY, ATTACK = 0.005, 0.05
"""What a repair is to stay within: half a point of clean accuracy, five points of attack success. So the one is weighed
against the other where a setting is chosen."""


@dataclass(frozen=True)
class Measured:
    """`clean` is the share of rows that are answered rightly; `attack` the share of the other classes' rows that are answered
    as the target once the trigger is in; `quiet` the same of those rows as they are."""

    clean: Rate
    attack: Rate
    quiet: Rate

    def as_json(self) -> dict[str, Any]:
        """For `--json` and the card."""
        return {
            "clean_accuracy": dict(self.clean),
            "attack_success_rate": dict(self.attack),
            "without_trigger": dict(self.quiet),
        }


def measured(labels: np.ndarray, clean: np.ndarray, triggered: np.ndarray, target: int) -> Measured:
    """From the answers to the rows as they are, and to those of other classes with the trigger in."""
    others = labels != target
    n = int(others.sum())
    return Measured(
        rate((clean == labels).sum(), len(labels)),
        rate((triggered == target).sum(), n),
        rate((clean[others] == target).sum(), n),
    )


def cost(before: Measured, now: Measured) -> float:
    """How far a setting is from what a repair is to reach; 0 is there.

    Attack success counts as far as it lies above what the same rows are answered without the trigger.
    """
    excess = max(0.0, now.attack["value"] - now.quiet["value"])
    lost = max(0.0, before.clean["value"] - now.clean["value"])
    return excess / ATTACK + lost / ACCURACY


def change_pp(right_before: np.ndarray, right_after: np.ndarray) -> dict[str, Any]:
    """Clean accuracy after minus before in percentage points with its 95 % interval, of the same rows twice."""
    gained = int((right_after & ~right_before).sum())
    lost = int((right_before & ~right_after).sum())
    value, low, high = paired_proportions(gained, lost, len(right_before))
    return {"value": 100 * value, "low": 100 * low, "high": 100 * high, "n": len(right_before)}
