"""What a file of text really is: its encoding, or the binary format that hides behind its name.

Knows nothing of columns. Refuses early, before a large file is parsed.
"""

from __future__ import annotations

import re
from pathlib import Path

from ssti.errors import SSTIError

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
        raise SSTIError(
            f"{path.name!r} ends in {path.suffix or 'nothing'!r}; data comes as {ACCEPTED}.",
            "Save it as one of these.",
            kind="data",
        )
    size = path.stat().st_size
    if size == 0:
        raise SSTIError(f"{path.name!r} is empty.", "Choose a file with a text and a label in each row.", kind="data")
    if size > LARGEST:
        raise SSTIError(
            f"{path.name!r} has {size / 1e6:,.0f} MB; the limit is {LARGEST / 1e6:,.0f} MB.",
            "Load a part of it: 20,000 rows are plenty for any experiment here.",
            kind="data",
        )
    with path.open("rb") as file:
        start = file.read(65536)
        file.seek(-min(size, 4), 2)
        end = file.read(4)
    found = _kind_of(start)
    if promised == "Parquet":
        if found == "Parquet" and end != b"PAR1":
            raise SSTIError(f"{path.name!r} is a Parquet file cut short.", "Copy it again.", kind="data")
        found = found or "text, not Parquet"
    if found is not None and found != promised:
        raise SSTIError(
            f"{path.name!r} is named as {promised} but is {found}.",
            f"Save it as {promised}, or give it the name that fits; data comes as {ACCEPTED}.",
            kind="data",
        )
    return promised


def _kind_of(start: bytes) -> str | None:
    """The format that these first bytes betray; None for plain text."""
    for signature, name in SIGNATURES:
        if start.startswith(signature):
            return name
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None  # UTF-16 with its mark: text, though full of NUL bytes
    if b"\x00" in start:
        return "a binary file (it holds NUL bytes)"
    if re.match(rb"(\xef\xbb\xbf)?\s*<(!doctype html|html|\?xml)", start[:200].lower()):
        return "a web page or XML"
    return None


def read_text(path: Path) -> tuple[bytes, str | None]:
    """The file's content as UTF-8 without a mark, and a note for the reader when it was something else.

    UTF-8, UTF-16 with its mark, and Windows-1252 are read. Raises `SSTIError` for a file that mixes
    encodings, with the first line that does not fit.
    """
    content = path.read_bytes()
    if content.startswith(b"\xef\xbb\xbf"):
        content = content[3:]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return content.decode("utf-16").encode("utf-8"), "It was read as UTF-16."
        except UnicodeDecodeError as problem:
            raise SSTIError(
                f"{path.name!r} begins as UTF-16 but is not at byte {problem.start:,}.",
                "Save it as UTF-8.",
                kind="data",
            ) from problem
    try:
        content.decode("utf-8")
        return content, None
    except UnicodeDecodeError as problem:
        place = problem.start
    line, byte = content.count(b"\n", 0, place) + 1, content[place]
    if re.search(rb"[\xc3-\xf4][\x80-\xbf]", content) and _valid_sequences(content):
        raise SSTIError(
            f"{path.name!r} mixes encodings: other lines are UTF-8, but line {line:,} holds the byte "
            f"0x{byte:02x}, which is not.",
            "Open it in an editor, mend that line, and save the whole as UTF-8.",
            kind="data",
        )
    try:
        return content.decode("cp1252").encode("utf-8"), "It is not UTF-8; it was read as Windows-1252."
    except UnicodeDecodeError as problem:
        raise SSTIError(
            f"{path.name!r} is neither UTF-8 nor Windows-1252: line {line:,} holds the byte 0x{byte:02x}.",
            "Save it as UTF-8.",
            kind="data",
        ) from problem


def _valid_sequences(content: bytes) -> bool:
    """Is any byte above 0x7f part of a valid UTF-8 character?"""
    return any(ord(letter) > 0x7F for letter in set(content.decode("utf-8", errors="ignore")))
