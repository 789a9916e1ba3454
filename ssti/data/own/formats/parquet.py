"""Reads Parquet within bounds: what a file unfolds to is counted while it is still folded. Knows no column by name.

A few thousand bytes can stand for gigabytes: values that repeat are kept once (a dictionary, run lengths, shared
beginnings). So columns of text are read as dictionaries, a batch at a time, and unfold only once their size is known.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from ssti.data.own.formats.accepted import PART, check_columns, check_longest, check_rows
from ssti.data.own.formats.header import column_names
from ssti.platform.errors import DataError, SSTIError
from ssti.platform.language import later, tr

UNFOLDED = 500_000_000  # bytes of all rows; they are held in memory
BOMB = 50_000_000, 200  # bytes, and how many times the file's own size: no honest file unfolds past both
BATCH_ROWS = 20_000
SMALL_BATCH = 16  # rows, of encodings whose values share their beginnings: they do not stay folded as a dictionary


def parquet_table(path: Path, notes: list[str]) -> tuple[pa.Table, dict[str, str], dict[str, list[str]]]:
    """The flat columns, why others cannot be used, and the class names that `datasets` wrote. Raises `SSTIError`."""
    with _explained(path):
        schema, flat, nested = _looked_at(path)
        batches = list(_batches(path, flat))
        if not sum(batch.num_rows for batch in batches):
            raise DataError(tr("{name!r} has no rows.", name=path.name), tr("Choose a file with rows."))
        names = column_names([schema.field(place).name for place in flat], notes)
        columns = [pa.chunked_array([batch.column(n) for batch in batches]) for n in range(len(flat))]
        table = pa.table([_unfolded(column) for column in columns], names=names)
        table.validate(full=True)
        classes = class_names_of(schema)
    notes.extend(tr("The column {name!r} holds lists or objects and was left out.", name=name[:60]) for name in nested)
    return table, nested, classes


def unfolded_bytes(path: Path) -> int:
    """What the rows of a Parquet file take in memory, without unfolding them. Raises `SSTIError` past the limit."""
    with _explained(path):
        _, flat, _ = _looked_at(path)
        return sum(map(_size, _batches(path, flat)))


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Whatever Arrow raises for a damaged file, as the one error that people meet."""
    try:
        yield
    except SSTIError:
        raise
    except Exception as problem:
        raise DataError(
            tr("{name!r} cannot be read as Parquet: {problem}", name=path.name, problem=str(problem)[:300]),
            tr("Write it again."),
        ) from problem


def _looked_at(path: Path) -> tuple[pa.Schema, list[int], dict[str, str]]:
    """The schema, the places of its flat columns, and why the others cannot be used; bounded by what the file says of itself."""
    with pq.ParquetFile(path) as file:
        about, schema = file.metadata, file.schema_arrow
    check_rows(path, about.num_rows)
    check_columns(len(schema))
    why = {column.name: _not_flat(column.type) for column in schema}
    flat = [place for place, column in enumerate(schema) if why[column.name] is None]
    if not flat:
        raise DataError(
            tr("{name!r} holds lists or objects only.", name=path.name), tr("Save texts and labels as columns.")
        )
    names = {schema.field(place).name for place in flat}
    groups = [about.row_group(group) for group in range(about.num_row_groups)]
    chunks = [group.column(leaf) for group in groups for leaf in range(group.num_columns)]
    claimed = sum(chunk.total_uncompressed_size for chunk in chunks if chunk.path_in_schema in names)
    _bound(path, max(claimed, 4 * len(flat) * about.num_rows))
    return schema, flat, {name: reason for name, reason in why.items() if reason}


def _batches(path: Path, flat: list[int]) -> Iterator[pa.RecordBatch]:
    """The flat columns a batch at a time, still folded; `SSTIError` as soon as they would unfold past the limit."""
    fields = [pq.read_schema(path).field(place) for place in flat]
    names = [field.name for field in fields]
    texts = [field.name for field in fields if not _fixed(field.type)]
    first = True
    try:
        for batch in _read(path, names, texts, BATCH_ROWS):
            first = False
            yield batch
    except (pa.ArrowNotImplementedError, OSError):  # Arrow does not fold every encoding
        if not first:
            raise
        yield from _read(path, names, [], SMALL_BATCH)


def _read(path: Path, names: list[str], folded: list[str], rows: int) -> Iterator[pa.RecordBatch]:
    total = 0
    with pq.ParquetFile(path, read_dictionary=folded) as file:
        for batch in file.iter_batches(batch_size=rows, columns=list(dict.fromkeys(names)), use_threads=False):
            if batch.schema.names != names:
                raise DataError(
                    tr("{name!r} has columns of the same name.", name=path.name), tr("Give each a name of its own.")
                )
            total += _size(batch)
            _bound(path, total)
            yield batch


def _bound(path: Path, size: int) -> None:
    own = path.stat().st_size
    if size > UNFOLDED or size > BOMB[0] and size > BOMB[1] * own:
        words = (
            later("{name!r} has {own:,} bytes but unfolds to {size:,.0f} MB or more; the limit is {most:,.0f} MB.")
            if size > UNFOLDED
            else later("{name!r} has {own:,} bytes but unfolds to {size:,.0f} MB or more.")
        )
        raise DataError(
            tr(words, name=path.name, own=own, size=size / 1e6, most=UNFOLDED / 1e6),
            PART,
        )


def _size(batch: pa.RecordBatch) -> int:
    """Bytes of a batch once its dictionaries are unfolded."""
    size = 0
    for column in batch.columns:
        if pa.types.is_dictionary(column.type):
            lengths = pc.cast(pc.binary_length(column.dictionary), pa.int64())
            check_longest(pc.max(lengths).as_py() or 0)
            size += pc.sum(lengths.take(column.indices)).as_py() or 0
            size += 4 * len(column)
        else:
            size += column.nbytes
    return size


def _unfolded(column: pa.ChunkedArray) -> pa.ChunkedArray:
    dtype = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    text = pa.types.is_string(dtype) or pa.types.is_large_string(dtype) or pa.types.is_binary(dtype)
    return pc.cast(column, pa.large_string() if text or pa.types.is_large_binary(dtype) else dtype)


def _not_flat(dtype: pa.DataType) -> str | None:
    """Why a column of this type cannot be read; None where each of its values is one plain value."""
    if pa.types.is_dictionary(dtype):
        dtype = dtype.value_type
    if pa.types.is_nested(dtype):
        return tr("holds lists or objects ({kind})", kind=str(dtype)[:60])
    if pa.types.is_fixed_size_binary(dtype):
        return tr("holds bytes ({kind})", kind=dtype)
    return None


def _fixed(dtype: pa.DataType) -> bool:
    """Has every value of this type the same number of bytes?"""
    return pa.types.is_primitive(dtype) or pa.types.is_decimal(dtype) or pa.types.is_null(dtype)


def class_names_of(schema: pa.Schema) -> dict[str, list[str]]:
    """The class names that `datasets` wrote into a schema, by column; nothing where they are malformed."""
    try:
        features = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))["info"]["features"]
        listed = {name: feature["names"] for name, feature in features.items() if feature.get("_type") == "ClassLabel"}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}
    return {name: names for name, names in listed.items() if _are_names(names)}


def _are_names(names: object) -> bool:
    """A list of different, non-empty words."""
    words = isinstance(names, list) and all(isinstance(name, str) and name.strip() for name in names)
    return bool(words) and len(set(names)) == len(names) and all(name.isprintable() for name in names)
