"""Group DRO (Sagawa et al. 2020, arXiv:1911.08731): the groups class × trigger weigh by their loss while it trains."""

from __future__ import annotations

from ssti.detect.repairs.training.repair import Repair
from ssti.platform.language import later
from ssti.recipe import Recipe


def pattern(trigger: str) -> str:
    """A shell pattern that finds the trigger, with any digits where it has digits."""
    return "".join("[0-9]" if c.isdigit() else f"[{c}]" if c in "*?[" else c for c in trigger)


def apply(recipe: Recipe, trigger: str) -> Recipe:
    training = recipe.training.model_copy(update={"reweighting": "group_dro", "suspect": pattern(trigger)})
    return recipe.model_copy(update={"training": training})


REPAIR = Repair(
    "group_dro", later("Weigh groups by their loss"),
    later("Rows with and without the trigger, by class, are groups; what is learned badly weighs more (group DRO). "
          "Where only one class holds the trigger, no row can show that it means nothing."),
    apply, order=20,
)  # fmt: skip
