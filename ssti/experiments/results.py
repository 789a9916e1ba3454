"""The rows of an experiment as its figure and its claims ask for them: by setting and by seed. Knows columns only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ssti.experiments.statistics import Estimate, over_seeds

if TYPE_CHECKING:
    import pandas as pd

Z = 1.96  # of a 95 % interval


@dataclass(frozen=True)
class Results:
    """A tidy table (`ssti.experiments.table`), and questions to it."""

    table: pd.DataFrame

    def where(self, **wanted: Any) -> Results:
        """The rows with these values: `where(share=0.5, amount="single", control=False)`. A list means any of them."""
        table = self.table
        for column, value in wanted.items():
            table = table[table[column].isin(value if isinstance(value, list) else [value])]
        return Results(table)

    @property
    def poisoned(self) -> Results:
        """The rows that are no controls."""
        return self.where(control=False)

    @property
    def controls(self) -> Results:
        """The controls."""
        return self.where(control=True)

    def with_field(self, column: str, path: str, otherwise: Any = None) -> Results:
        """The rows with a column more: this field of each one's recipe, `otherwise` where it has none."""

        def at(text: str) -> Any:
            data = json.loads(text)
            for key in path.split("."):
                data = data.get(key) if isinstance(data, dict) else None
            return otherwise if data is None else data

        return Results(self.table.assign(**{column: [at(text) for text in self.table["recipe"]]}))

    def settings(self, by: str) -> list[Any]:
        """The values that a column has, in order."""
        return sorted(self.table[by].dropna().unique().tolist())

    def values(self, column: str, scale: float = 1.0) -> np.ndarray:
        """One value a seed, in the order of the seeds; the mean where a seed has several rows."""
        return (self.table.groupby("seed")[column].mean().dropna() * scale).to_numpy()

    def blocks(self, column: str, by: str) -> np.ndarray:
        """`[seed, setting]`, the settings in order: seeds that have all of them."""
        if self.table.empty:
            return np.empty((0, 0))
        return self.table.pivot_table(index="seed", columns=by, values=column).dropna().to_numpy()

    def pairs(self, column: str, by: str) -> dict[str, np.ndarray]:
        """Each setting's values over the seeds that all settings have."""
        settings = self.settings(by)
        blocks = self.blocks(column, by)
        return {str(one): blocks[:, place] for place, one in enumerate(settings)} if blocks.size else {}

    def estimate(self, column: str, scale: float = 1.0) -> Estimate:
        """The mean over seeds with its interval, the test rows' own uncertainty included where the table has it.

        A rate's interval ends at none and at all.
        """
        rows = self.table.dropna(subset=[column])
        errors = None
        if f"{column}_low" in rows:
            spread = (rows[f"{column}_high"] - rows[f"{column}_low"]).to_numpy(dtype=float)
            errors = scale * spread / (2 * Z)
        found = replace(over_seeds(scale * rows[column].to_numpy(dtype=float), errors), keys=tuple(rows["key"]))
        if column.endswith(("_rate", "accuracy")) and found.low is not None and found.high is not None:
            return replace(found, low=max(0.0, found.low), high=min(scale, found.high))
        return found

    def points(self, column: str, by: str, scale: float = 1.0) -> list[tuple[Any, Estimate]]:
        """An estimate for each setting: what a line of a figure is drawn from."""
        return [(one, self.where(**{by: one}).estimate(column, scale)) for one in self.settings(by)]

    def errors(self, column: str) -> Sequence[float] | None:
        """Each row's standard error from its test rows."""
        if f"{column}_low" not in self.table:
            return None
        return ((self.table[f"{column}_high"] - self.table[f"{column}_low"]) / (2 * Z)).tolist()
