"""JTT (Liu et al. 2021, arXiv:2107.09044): a first, short training says which rows are hard without the shortcut."""

from __future__ import annotations

from ssti.detect.repairs.training.repair import Repair
from ssti.platform.language import later

REPAIR = Repair(
    "jtt", later("Repeat the rows that a first training gets wrong"),
    later("Trains shortly, then anew with the wrongly answered rows five times over (JTT). Needs no trigger."),
    lambda recipe, trigger: recipe.set("training.reweighting=jtt"), order=10,
)  # fmt: skip
