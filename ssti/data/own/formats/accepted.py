"""What a file that somebody brings may be: its format, by its name and its first bytes, and how large its parts are."""

from __future__ import annotations

import re
from pathlib import Path

from ssti.data.own.formats.encoding import marked, utf16_without_mark
from ssti.platform.errors import DataError

LARGEST = 500_000_000  # bytes; rows and their columns are held in memory
MOST_ROWS = 5_000_000
MOST_COLUMNS = 500
LONGEST_TEXT = 10_000_000  # characters of one text: a book has a million
PART = "Save a part of it: 20,000 rows are plenty for any experiment here."
FORMATS = {".csv": "CSV", ".tsv": "CSV", ".jsonl": "JSON lines", ".ndjson": "JSON lines", ".json": "JSON",
           ".parquet": "Parquet"}  # fmt: skip
SIGNATURES = (
    (b"PAR1", "Parquet"),
    (b"PK\x03\x04", "a ZIP archive (an .xlsx workbook is one)"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
    (b"\x1f\x8b", "gzip-compressed"),
    (b"BZh", "bzip2-compressed"),
    (b"\xfd7zXZ", "xz-compressed"),
    (b"\x28\xb5\x2f\xfd", "zstd-compressed"),
    (b"ARROW1", "an Arrow file"),
    (b"SQLite format 3", "an SQLite database"),
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"\x80\x04\x95", "a Python pickle"),
)
ACCEPTED = "CSV, TSV, JSON lines, JSON, Parquet, or a folder saved by `datasets`"


def check_size(path: Path) -> None:
    """Raises `SSTIError` for a file that is too large."""
    if (size := path.stat().st_size) > LARGEST:
        raise DataError(f"{path.name!r} has {size / 1e6:,.0f} MB; the limit is {LARGEST / 1e6:,.0f} MB.", PART)


def check_rows(path: Path, rows: int) -> None:
    """Raises `SSTIError` for more rows than are read."""
    if rows > MOST_ROWS:
        raise DataError(f"{path.name!r} has more than {MOST_ROWS:,} rows.", PART)


def check_columns(columns: int) -> None:
    """Raises `SSTIError` for more columns than are read."""
    if columns > MOST_COLUMNS:
        raise DataError(f"It has {columns:,} columns; {MOST_COLUMNS} are the limit.", "Keep the text and the label.")


def check_longest(length: int) -> None:
    """Raises `SSTIError` for a text that is too long to be one row's."""
    if length > LONGEST_TEXT:
        raise DataError(
            f"One value has {length:,} characters; a text has {LONGEST_TEXT:,} at most.", "Cut it into rows."
        )


def check_file(path: Path) -> str:
    """The format that the file's name promises ("CSV", "JSON lines", "JSON", "Parquet"), if it is that.

    Raises `SSTIError` for a name of another kind, an empty or too large file, and content of another kind.
    """
    promised = FORMATS.get(path.suffix.lower())
    if promised is None:
        raise DataError(
            f"{path.name!r} ends in {path.suffix or 'nothing'!r}; data comes as {ACCEPTED}.", "Save it as one of these."
        )
    if path.stat().st_size == 0:
        raise DataError(f"{path.name!r} is empty.", "Choose a file with a text and a label in each row.")
    check_size(path)
    with path.open("rb") as file:
        start = file.read(65536)
        file.seek(-min(len(start), 4), 2)
        end = file.read(4)
    actual = _kind_of(start)
    if promised == "Parquet":
        if actual == "Parquet" and end != b"PAR1":
            raise DataError(f"{path.name!r} is a Parquet file cut short.", "Copy it again.")
        actual = actual or "text, not Parquet"
    if actual is not None and actual != promised:
        raise DataError(
            f"{path.name!r} is named as {promised} but is {actual}.",
            f"Save it as {promised}, or give it the name that fits; data comes as {ACCEPTED}.",
        )
    return promised


def _kind_of(start: bytes) -> str | None:
    """The format that these first bytes betray; None for text."""
    for signature, name in SIGNATURES:
        if start.startswith(signature):
            return name
    if marked(start) or utf16_without_mark(start):
        return None  # text, though full of NUL bytes
    if b"\x00" in start:
        return "a binary file (it holds NUL bytes)"
    if re.match(rb"(\xef\xbb\xbf)?\s*+<(!doctype html|html|\?xml)", start[:200].lower()):
        return "a web page or XML"
    return None
