"""The filter of rows: `rank=64`, `share=0.5`. Values of one column are alternatives, columns come together.

Knows columns only. A control has nothing of an injection: it stays, whichever of these is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

OF_INJECTION = ("share", "amount", "location", "trigger", "target", "pool_size")
COLUMNS = ("rank", "variant", "model", *OF_INJECTION)
MOST = 40  # values of a column that are offered
NONE = "none"  # a row that has no value there


def choices(table: pd.DataFrame) -> list[tuple[str, str]]:
    """The columns in which rows differ, with each value as text."""
    found = []
    for column in COLUMNS:
        if column not in table:
            continue
        rows = table[~table["control"]] if column in OF_INJECTION else table
        values = sorted(rows[column].dropna().unique().tolist()) + [NONE] * bool(rows[column].isna().any())
        if 1 < len(values) <= MOST:
            found += [(column, str(value)) for value in values]
    return found


def valid(only: Iterable[str], table: pd.DataFrame) -> list[str]:
    """Of what a filter names, what there is in the table."""
    there = {f"{column}={value}" for column, value in choices(table)}
    return [one for one in only if one in there]


def narrowed(table: pd.DataFrame, only: Sequence[str]) -> pd.DataFrame:
    """The rows that pass. A filter that names nothing of the table leaves it whole."""
    wanted: dict[str, set[str]] = {}
    for one in valid(only, table) if only else ():
        column, _, value = one.partition("=")
        wanted.setdefault(column, set()).add(value)
    keep = table["control"] | True
    for column, values in wanted.items():
        passes = table[column].map(lambda value: NONE if value is None or value != value else str(value)).isin(values)
        keep &= passes | table["control"] if column in OF_INJECTION else passes
    return table[keep] if wanted else table
