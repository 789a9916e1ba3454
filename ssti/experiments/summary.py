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
    return [
        {**setting, **{name: some.estimate(name).text for name in NUMBERS if some.table[name].notna().any()}}
        for setting, some in by_setting(table, cells, vary)
    ]


def by_setting(
    table: pd.DataFrame, cells: Sequence[Cell], vary: Mapping[str, Sequence[str]]
) -> list[tuple[dict[str, Any], Results]]:
    """Each setting that has rows, as what is varied and `control`, with these rows."""
    groups: dict[str, tuple[dict[str, Any], list[str]]] = {}
    fields = [field for together in vary for field in together.split(":")]
    for cell in cells:
        data = cell.recipe.as_dict()
        setting = {field: at(data, field) for field in fields if kept(field, cell)} | {"control": cell.recipe.is_control}
        groups.setdefault(str(setting), (setting, []))[1].append(cell.key)
    some = [(setting, Results(table[table["key"].isin(keys)])) for setting, keys in groups.values()]
    return [(setting, rows) for setting, rows in some if not rows.table.empty]


def kept(field: str, cell: Cell) -> bool:
    """A control has nothing of an injection."""
    return not (cell.recipe.is_control and field.startswith("injection."))


def at(data: Any, path: str) -> Any:
    """The value of a field such as `lora.rank` in a recipe as plain data; None where it has none."""
    for key in path.strip().split("."):
        data = data.get(key) if isinstance(data, dict) else None
    return data
