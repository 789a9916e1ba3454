"""What a file that somebody brings is, by its name and its first bytes. Refuses early, before a large file is parsed."""

from __future__ import annotations

import re
from pathlib import Path

from ssti.data.own.formats.encoding import marked, utf16_without_mark
from ssti.platform.errors import DataError

LARGEST = 500_000_000  # bytes; rows and their columns are held in memory
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


def check_file(path: Path) -> str:
    """The format that the file's name promises ("CSV", "JSON lines", "JSON", "Parquet"), if it is that.

    Raises `SSTIError` for a name of another kind, an empty or too large file, and content of another kind.
    """
    promised = FORMATS.get(path.suffix.lower())
    if promised is None:
        raise DataError(
            f"{path.name!r} ends in {path.suffix or 'nothing'!r}; data comes as {ACCEPTED}.", "Save it as one of these."
        )
    size = path.stat().st_size
    if size == 0:
        raise DataError(f"{path.name!r} is empty.", "Choose a file with a text and a label in each row.")
    if size > LARGEST:
        raise DataError(
            f"{path.name!r} has {size / 1e6:,.0f} MB; the limit is {LARGEST / 1e6:,.0f} MB.",
            "Load a part of it: 20,000 rows are plenty for any experiment here.",
        )
    with path.open("rb") as file:
        start = file.read(65536)
        file.seek(-min(size, 4), 2)
        end = file.read(4)
    found = _kind_of(start)
    if promised == "Parquet":
        if found == "Parquet" and end != b"PAR1":
            raise DataError(f"{path.name!r} is a Parquet file cut short.", "Copy it again.")
        found = found or "text, not Parquet"
    if found is not None and found != promised:
        raise DataError(
            f"{path.name!r} is named as {promised} but is {found}.",
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
