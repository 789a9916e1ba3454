"""An experiment: one table or figure of the paper as a grid, the claims that it checks, and its figure.

Each is one file in `ssti/experiments/paper`, found by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ssti.experiments.cell import Cell, Grid, cells_of
from ssti.experiments.learned import only_learned
from ssti.experiments.picture import Picture
from ssti.experiments.results import Results
from ssti.experiments.statistics import Finding, holm
from ssti.experiments.table import SHIPPED, facts, read, tidy
from ssti.platform.language import tr
from ssti.platform.registry import Registry

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Experiment:
    """`statement` is what the paper says, in our words with its numbers."""

    name: str
    title: str
    cites: str
    statement: str
    full: Sequence[Grid]
    pocket: Sequence[Grid]
    check: Callable[[Results], Sequence[Finding]]
    draw: Callable[[Results], Sequence[Picture]]
    order: int = 100

    def cells(self, pocket: bool = True) -> list[Cell]:
        """The cells of one of its grids."""
        return cells_of(self.pocket if pocket else self.full)

    def missing(self, pocket: bool = True, probe: bool = False) -> str | None:
        """Why a grid cannot be run here and now, and what to do: a dataset or a model that is not here. None when it can."""
        from ssti.data.sources import find
        from ssti.models.registry import BASES

        recipes = [cell.recipe for cell in self.cells(pocket)]
        needed = [find(name) for name in dict.fromkeys(recipe.dataset.name for recipe in recipes)]
        needed += [BASES.get(name) for name in dict.fromkeys(recipe.model.name for recipe in recipes)]
        reasons = [(one.info.title, one.missing(probe)) for one in needed if one]
        said = [
            tr("{title} cannot be used here: {reason}.", title=title, reason=reason.rstrip("."))
            for title, reason in reasons
            if reason
        ]
        return " ".join(said) or None

    def findings(self, table: pd.DataFrame) -> list[Finding]:
        """Each claim with its verdict, p values adjusted for their number. Nothing can be said where nothing was learned."""
        if table.empty:
            return [Finding(self.statement, "cannot say", "No cell was run.")]
        results = Results(table)
        findings = holm(list(self.check(results)))
        return only_learned(results, findings)

    def pictures(self, table: pd.DataFrame) -> list[Picture]:
        """Its figures; none of an empty table."""
        return [] if table.empty else list(self.draw(Results(table)))

    @property
    def said(self) -> str:
        """What its page begins with."""
        return f"The paper ({self.cites}): {self.statement}" if self.cites else "A grid of one's own."

    def tidy(self, rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
        """Rows of its cells as a table, without what other experiments measured of the same cells."""
        probes = {probe for grid in (*self.pocket, *self.full) for probe in grid.probes}
        return tidy({k: v for k, v in row.items() if "." not in k or k.partition(".")[0] in probes} for row in rows)

    def brief(self, table: pd.DataFrame) -> list[dict[str, Any]]:
        """A small table beside claims and figures; none by default."""
        return []

    def facts(self, table: pd.DataFrame) -> str:
        """What was run: cells, seeds, machines, versions."""
        return facts(table)

    def shipped(self) -> pd.DataFrame | None:
        """The results that came with the program; None where there are none."""
        path = SHIPPED / f"{self.name}.csv"
        return read(path) if path.is_file() else None


EXPERIMENTS = Registry("ssti.experiments.paper", Experiment, "experiment")
"""Every experiment by name, in the paper's order."""
