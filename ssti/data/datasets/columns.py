"""What the datasets share: their originals on this machine, and `text`, `label` and extras from published columns."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ssti.platform.errors import DataError
from ssti.platform.home import data_folder
from ssti.platform.language import tr

if TYPE_CHECKING:
    import pyarrow as pa


def find_original(folder: str, *files: str) -> Path | None:
    """The folder that holds all these files: `<data>/<folder>` or `<data>` itself; None when neither does."""
    places = (data_folder() / folder, data_folder())
    return next((place for place in places if all((place / file).is_file() for file in files)), None)


def texts_and_labels(texts: list[str], labels: list[int]) -> pa.Table:
    """A table of these texts and the indices of their classes."""
    import pyarrow as pa

    return pa.table({"text": pa.array(texts, pa.string()), "label": pa.array(labels, pa.int64())})


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
        raise DataError(
            tr("A row has no {text!r} or no {label!r}.", text=text, label=label), tr("Copy the data again.")
        )
    outside = taken.filter(pc.or_(pc.less(taken["label"], 0), pc.greater_equal(taken["label"], len(names))))
    if outside.num_rows:
        raise DataError(
            tr(
                "The column {label!r} holds {value}; classes are 0 to {n} ({names}).",
                label=label,
                value=outside["label"][0],
                n=len(names) - 1,
                names=", ".join(names),
            ),
            tr("Copy the data again."),
        )
    return taken


def require(table: pa.Table, *columns: str) -> None:
    """Raises `SSTIError` naming the first column that the table lacks, and those that it has."""
    for name in columns:
        if name not in table.column_names:
            raise DataError(
                tr(
                    "The data has no column {name!r}; it has {names}.",
                    name=name,
                    names=", ".join(map(repr, table.column_names)),
                ),
                tr("Check that these are the files of this dataset."),
            )


def named(table: pa.Table, column: str, names: tuple[str, ...]) -> pa.Table:
    """The table with the names of an extra integer column's values written beside it, for `TextDataset`."""
    import pyarrow as pa

    place = table.column_names.index(column)
    with_names = pa.field(column, pa.int64(), metadata={"names": "\n".join(names)})
    return table.set_column(place, with_names, table[column].cast(pa.int64()))
