"""Appendix A.8 (stated in the conclusion; the appendix is empty): how diverse the tokens are does not matter.

The training rows' dates come from a pool of 1, 10, 100 or without limit; the test rows' dates from a pool of the same
size, drawn anew, which shares few dates with the training's: what is learned is the kind of token or nothing.
"""

from __future__ import annotations

from ssti.experiments.experiment import Experiment
from ssti.experiments.picture import Line, Picture
from ssti.experiments.recipes import LIGHT, paper, pocket
from ssti.experiments.results import Results
from ssti.experiments.statistics import Finding, alike

POOLS = {"injection.source.pool_size": ("1", "10", "100", "null")}
MARGIN = 5.0  # pp
UNLIMITED = 1_000_000  # how a pool without limit stands among the others


def check(results: Results) -> list[Finding]:
    """Neither attack success nor the cost in clean accuracy differs between the pools."""
    some = _with_all_pools(results)
    success = {name: 100 * values for name, values in some.pairs("attack_success_rate", "pool").items()}
    return [
        alike("Attack success does not depend on how many different dates there are.", success, MARGIN),
        alike("Nor does the cost in clean accuracy.", some.pairs("degradation_pp", "pool"), MARGIN),
    ]


def draw(results: Results) -> list[Picture]:
    """Attack success and clean accuracy over the size of the pool."""
    some = _with_all_pools(results)
    named = {
        "attack success": ("attack_success_rate", "trigger"),
        "clean balanced accuracy": ("clean_balanced_accuracy", "accent"),
    }
    lines = []
    for name, (column, tone) in named.items():
        points = [
            ("unlimited" if pool == UNLIMITED else f"{pool:g}", one) for pool, one in some.points(column, "pool", 100)
        ]
        lines.append(Line(name, points, tone))
    return [Picture("How many different dates", lines, "size of the pool", "rate", unit="%")]


def _with_all_pools(results: Results) -> Results:
    table = results.poisoned.table
    return Results(table.assign(pool=table["pool_size"].astype(float).fillna(UNLIMITED).astype(int)))


DIVERSITY = Experiment(
    name="diversity",
    title="A.8: one date or thousands of them",
    cites="appendix A.8 and the conclusion",
    statement="The diversity of the tokens does not matter.",
    full=(paper(POOLS, LIGHT),),
    pocket=(pocket(POOLS, LIGHT, seeds=5),),
    check=check,
    draw=draw,
    order=100,
)
