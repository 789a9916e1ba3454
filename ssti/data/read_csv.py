"""Reads CSV whatever its delimiter, every column as text, or says what is not CSV about it."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import TYPE_CHECKING

from ssti.data.read_json import is_json
from ssti.errors import SSTIError

if TYPE_CHECKING:
    import pyarrow as pa

DELIMITERS = ",\t;|"
LONGEST_ROW = 1 << 26  # bytes; Arrow's reader must hold a row in one block


def csv_table(path: Path, content: bytes, notes: list[str]) -> pa.Table:
    """The rows of a CSV file whose content is UTF-8; what deserves a look is added to `notes`.

    Comma, tab, semicolon or bar; with or without a line of names. Raises `SSTIError` for anything else.
    """
    import pyarrow as pa
    from pyarrow import csv as arrow_csv

    start = content[: 1 << 20].decode("utf-8", errors="ignore")
    if start.lstrip().startswith(("{", "[{")) and is_json(start.split("\n", 1)[0]):
        raise SSTIError(
            f"{path.name!r} is named as CSV but holds JSON lines.",
            "Give it a name that ends in .jsonl.",
            kind="data",
        )
    delimiter, first = _delimiter(path, start)
    has_header = _is_header(first)
    if not has_header:
        notes.append("It has no line with column names; the columns were numbered.")
    names = [name.strip() for name in first] if has_header else [f"column_{n}" for n in range(1, len(first) + 1)]
    if len(set(names)) < len(names) or "" in names:
        names = [
            name if name and names.count(name) == 1 else f"{name or 'column'}_{n}" for n, name in enumerate(names, 1)
        ]
        notes.append("Column names that were empty or given twice were numbered.")
    try:
        table = arrow_csv.read_csv(
            pa.BufferReader(content),
            read_options=arrow_csv.ReadOptions(
                column_names=names,
                skip_rows=1 if has_header else 0,
                block_size=min(len(content) + 1, LONGEST_ROW),
            ),
            parse_options=arrow_csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=False
            ),
        )
    except pa.ArrowInvalid as problem:
        raise SSTIError(
            f"{path.name!r} is not a CSV file of {len(names)} columns: {str(problem)[:300]}",
            "Put texts that hold the delimiter or a line break into double quotes, or save as JSON lines.",
            kind="data",
        ) from problem
    if table.num_rows == 0:
        raise SSTIError(f"{path.name!r} has column names but no rows.", "Choose a file with rows.", kind="data")
    return table


def _delimiter(path: Path, start: str) -> tuple[str, list[str]]:
    """The delimiter under which the first rows agree best, and the first row."""
    if "\n" not in start.strip("\n") and len(start) >= 1 << 20:
        raise SSTIError(
            f"{path.name!r} is not CSV: its first line is longer than a megabyte.",
            "Save it as CSV.",
            kind="data",
        )
    best: tuple[float, int, str, list[str]] | None = None
    for order, delimiter in enumerate(DELIMITERS):
        rows: list[list[str]] = []
        try:
            for row in csv.reader(io.StringIO(start, newline=""), delimiter=delimiter):
                rows.append(row)
                if len(rows) > 50:
                    break
        except csv.Error:
            continue
        rows = [row for row in rows if row]
        if not rows or len(rows[0]) < 2:
            continue
        agree = sum(len(row) == len(rows[0]) for row in rows) / len(rows)
        if best is None or (agree, -order) > best[:2]:
            best = (agree, -order, delimiter, rows[0])
    if best is None:
        raise SSTIError(
            f"{path.name!r} has one column only (no comma, tab, semicolon or bar in its first line).",
            "A row needs a text and a label: give it a second column.",
            kind="data",
        )
    return best[2], best[3]


def _is_header(row: list[str]) -> bool:
    """Column names are short, not numbers; a first row with a sentence or a number in it is data."""
    return all(len(cell.split()) <= 4 and len(cell) <= 60 and not _is_number(cell) for cell in row)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
