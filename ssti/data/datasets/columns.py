"""Turns the columns that a source publishes into `text`, `label` and extras. Knows no source by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ssti.platform.errors import DataError

if TYPE_CHECKING:
    import pyarrow as pa


def take(table: pa.Table, text: str, label: str, names: tuple[str, ...], extras: tuple[str, ...] = ()) -> pa.Table:
    """`text` (string), `label` (int64 index into `names`) and the extra columns.

    Rows whose label is the Hub's mark for "hidden" (-1) are left out. Raises `SSTIError` for a missing column
    and for a label outside the classes.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    require(table, text, label, *extras)
    labels = pc.cast(table[label], pa.int64())
    columns = {"text": pc.cast(table[text], pa.string()), "label": labels}
    taken = pa.table({**columns, **{name: table[name] for name in extras}})
    taken = taken.filter(pc.not_equal(labels, -1))
    if taken["label"].null_count or taken["text"].null_count:
        raise DataError(f"A row has no {text!r} or no {label!r}.", "Copy the data again.")
    outside = taken.filter(pc.or_(pc.less(taken["label"], 0), pc.greater_equal(taken["label"], len(names))))
    if outside.num_rows:
        raise DataError(
            f"The column {label!r} holds {outside['label'][0]}; classes are 0 to {len(names) - 1} "
            f"({', '.join(names)}).",
            "Copy the data again.",
        )
    return taken


def require(table: pa.Table, *columns: str) -> None:
    """Raises `SSTIError` naming the first column that the table lacks, and those that it has."""
    for name in columns:
        if name not in table.column_names:
            raise DataError(
                f"The data has no column {name!r}; it has {', '.join(map(repr, table.column_names))}.",
                "Check that these are the files of this dataset.",
            )


def named(table: pa.Table, column: str, names: tuple[str, ...]) -> pa.Table:
    """The table with the names of an extra integer column's values written beside it, for `TextDataset`."""
    import pyarrow as pa

    place = table.column_names.index(column)
    kept = pa.field(column, pa.int64(), metadata={"names": "\n".join(names)})
    return table.set_column(place, kept, table[column].cast(pa.int64()))
