"""A grid of one's own in a few rows: each setting's means over seeds, with their intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ssti.experiments.cell import Cell
from ssti.experiments.results import Results

if TYPE_CHECKING:
    import pandas as pd

NUMBERS = ("clean_balanced_accuracy", "attack_success_rate", "gap_pp", "degradation_pp")


def summary(table: pd.DataFrame, cells: Sequence[Cell], vary: Mapping[str, Sequence[str]]) -> list[dict[str, Any]]:
    """One row a setting: what is varied, `control`, and each number as `value (low to high, n = seeds)`."""
    groups: dict[tuple, list[str]] = {}
    fields = [field for together in vary for field in together.split(":")]
    for cell in cells:
        data = cell.recipe.as_dict()
        varied = [] if not fields else [str(_at(data, field)) for field in fields if _kept(field, cell)]
        groups.setdefault((cell.recipe.is_control, *varied), []).append(cell.key)
    rows = []
    for keys in groups.values():
        some = Results(table[table["key"].isin(keys)])
        if some.table.empty:
            continue
        cell = next(cell for cell in cells if cell.key == keys[0])
        data = cell.recipe.as_dict()
        row = {field: _at(data, field) for field in fields if _kept(field, cell)}
        row["control"] = cell.recipe.is_control
        row |= {name: some.estimate(name).text for name in NUMBERS if some.table[name].notna().any()}
        rows.append(row)
    return rows


def _kept(field: str, cell: Cell) -> bool:
    """A control has nothing of an injection."""
    return not (cell.recipe.is_control and field.startswith("injection."))


def _at(data: Any, path: str) -> Any:
    for key in path.strip().split("."):
        data = data.get(key) if isinstance(data, dict) else None
    return data
