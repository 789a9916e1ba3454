"""An experiment: one table or figure of the paper as a grid, the claims that it checks, and its figure.

Each is one file in `ssti/experiments/paper`, found by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ssti.experiments.cell import Cell, Grid, cells_of
from ssti.experiments.picture import Picture
from ssti.experiments.results import Results
from ssti.experiments.statistics import Finding, holm
from ssti.experiments.table import SHIPPED, read
from ssti.platform.registry import Registry

if TYPE_CHECKING:
    import pandas as pd

LEARNED = 0.72  # clean balanced accuracy of the control on Rotten Tomatoes


@dataclass(frozen=True)
class Experiment:
    """`statement` is what the paper says, in our words with its numbers; `learned` what the control has to reach."""

    name: str
    title: str
    cites: str
    statement: str
    full: Sequence[Grid]
    pocket: Sequence[Grid]
    check: Callable[[Results], Sequence[Finding]]
    draw: Callable[[Results], Sequence[Picture]]
    order: int = 100
    learned: float = LEARNED

    def cells(self, pocket: bool = True) -> list[Cell]:
        """The cells of one of its grids."""
        return cells_of(self.pocket if pocket else self.full)

    def findings(self, table: pd.DataFrame) -> list[Finding]:
        """Each claim with its verdict, p values adjusted for their number. Nothing can be said where nothing was learned."""
        if table.empty:
            return [Finding(self.statement, "cannot say", "No cell was run.")]
        results = Results(table)
        findings = holm(list(self.check(results)))
        learned = results.controls.estimate("clean_balanced_accuracy")
        if learned.n and learned.value >= self.learned:
            return findings
        said = f"The controls' clean balanced accuracy is {learned.text}, below {self.learned:g}: they did not learn the task."
        if not learned.n:
            said = "There is no control to compare with."
        return [
            Finding(one.claim, "cannot say", f"{said} {one.statistic}", one.p, one.p_against, one.effect)
            for one in findings
        ]

    def pictures(self, table: pd.DataFrame) -> list[Picture]:
        """Its figures; none of an empty table."""
        return [] if table.empty else list(self.draw(Results(table)))

    def shipped(self) -> pd.DataFrame | None:
        """The results that came with the program; None where there are none."""
        path = SHIPPED / f"{self.name}.csv"
        return read(path) if path.is_file() else None


EXPERIMENTS = Registry("ssti.experiments.paper", Experiment, "experiment")
"""Every experiment by name, in the paper's order."""
