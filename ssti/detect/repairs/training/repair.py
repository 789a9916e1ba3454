"""What a repair of training is, and the list of them: each is a file of `ssti/detect/repairs/training`. Knows no rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ssti.platform.registry import Registry
from ssti.recipe import Recipe


@dataclass(frozen=True)
class Repair:
    """One way: `name`, its words for a person, and `apply`, which changes a recipe for the trigger that was found."""

    name: str
    title: str
    description: str
    apply: Callable[[Recipe, str], Recipe]
    order: int = 100


REPAIRS = Registry("ssti.detect.repairs.training", Repair, "repair")
"""Every way to train on suspected rows, by its name. A new one is a file in `ssti/detect/repairs/training`."""
