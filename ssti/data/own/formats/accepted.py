"""What a file that somebody brings may be: its format, by its name and its first bytes, and how large its parts are."""

from __future__ import annotations

import re
from pathlib import Path

from ssti.data.own.formats.encoding import marked, utf16_without_mark
from ssti.platform.errors import DataError
from ssti.platform.language import tr

LARGEST = 500_000_000  # bytes; rows and their columns are held in memory
MOST_ROWS = 5_000_000
MOST_COLUMNS = 500
LONGEST_TEXT = 10_000_000  # characters of one text: a book has a million
PART = tr("Save a part of it: 20,000 rows are plenty for any experiment here.")
FORMATS = {".csv": "CSV", ".tsv": "CSV", ".jsonl": "JSON lines", ".ndjson": "JSON lines", ".json": "JSON",
           ".parquet": "Parquet"}  # fmt: skip
SIGNATURES = (
    (b"PAR1", "Parquet"),
    (b"PK\x03\x04", tr("a ZIP archive (an .xlsx workbook is one)")),
    (b"\xd0\xcf\x11\xe0", tr("an old Excel workbook")),
    (b"\x1f\x8b", tr("gzip-compressed")),
    (b"BZh", tr("bzip2-compressed")),
    (b"\xfd7zXZ", tr("xz-compressed")),
    (b"\x28\xb5\x2f\xfd", tr("zstd-compressed")),
    (b"ARROW1", tr("an Arrow file")),
    (b"SQLite format 3", tr("an SQLite database")),
    (b"%PDF", tr("a PDF")),
    (b"\x89PNG", tr("a PNG image")),
    (b"\xff\xd8\xff", tr("a JPEG image")),
    (b"\x80\x04\x95", tr("a Python pickle")),
)
ACCEPTED = tr("CSV, TSV, JSON lines, JSON, Parquet, or a folder saved by `datasets`")


def check_size(path: Path) -> None:
    """Raises `SSTIError` for a file that is too large."""
    if (size := path.stat().st_size) > LARGEST:
        raise DataError(
            tr(
                "{name!r} has {size:,.0f} MB; the limit is {most:,.0f} MB.",
                name=path.name,
                size=size / 1e6,
                most=LARGEST / 1e6,
            ),
            PART,
        )


def check_rows(path: Path, rows: int) -> None:
    """Raises `SSTIError` for more rows than are read."""
    if rows > MOST_ROWS:
        raise DataError(tr("{name!r} has more than {most:,} rows.", name=path.name, most=MOST_ROWS), PART)


def check_columns(columns: int) -> None:
    """Raises `SSTIError` for more columns than are read."""
    if columns > MOST_COLUMNS:
        raise DataError(
            tr("It has {n:,} columns; {most} are the limit.", n=columns, most=MOST_COLUMNS),
            tr("Keep the text and the label."),
        )


def check_longest(length: int) -> None:
    """Raises `SSTIError` for a text that is too long to be one row's."""
    if length > LONGEST_TEXT:
        raise DataError(
            tr(
                "One value has {length:,} characters; a text has {most:,} at most.",
                length=length,
                most=LONGEST_TEXT,
            ),
            tr("Cut it into rows."),
        )


def check_file(path: Path) -> str:
    """The format that the file's name promises ("CSV", "JSON lines", "JSON", "Parquet"), if it is that.

    Raises `SSTIError` for a name of another kind, an empty or too large file, and content of another kind.
    """
    promised = FORMATS.get(path.suffix.lower())
    if promised is None:
        raise DataError(
            tr(
                "{name!r} ends in {suffix!r}; data comes as {accepted}.",
                name=path.name,
                suffix=path.suffix or tr("nothing"),
                accepted=ACCEPTED,
            ),
            tr("Save it as one of these."),
        )
    if path.stat().st_size == 0:
        raise DataError(
            tr("{name!r} is empty.", name=path.name), tr("Choose a file with a text and a label in each row.")
        )
    check_size(path)
    with path.open("rb") as file:
        start = file.read(65536)
        file.seek(-min(len(start), 4), 2)
        end = file.read(4)
    actual = _kind_of(start)
    if promised == "Parquet":
        if actual == "Parquet" and end != b"PAR1":
            raise DataError(tr("{name!r} is a Parquet file cut short.", name=path.name), tr("Copy it again."))
        actual = actual or tr("text, not Parquet")
    if actual is not None and actual != promised:
        raise DataError(
            tr("{name!r} is named as {promised} but is {actual}.", name=path.name, promised=promised, actual=actual),
            tr(
                "Save it as {promised}, or give it the name that fits; data comes as {accepted}.",
                promised=promised,
                accepted=ACCEPTED,
            ),
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
        return tr("a binary file (it holds NUL bytes)")
    if re.match(rb"(\xef\xbb\xbf)?\s*+<(!doctype html|html|\?xml)", start[:200].lower()):
        return tr("a web page or XML")
    return None
