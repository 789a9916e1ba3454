"""Reads JSON lines and JSON arrays of flat objects, every column as text, or says which line is wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssti.errors import SSTIError

if TYPE_CHECKING:
    import pyarrow as pa


def json_table(path: Path, content: bytes, notes: list[str]) -> pa.Table:
    """The rows of JSON lines, or of one JSON array; what was left out is added to `notes`."""
    rows = _array(path, content) if content[:4096].lstrip().startswith(b"[") else _lines(path, content)
    if not rows:
        raise SSTIError(f"{path.name!r} has no rows.", "Choose a file with rows.", kind="data")
    return _from_rows(rows, notes)


def _array(path: Path, content: bytes) -> list[dict[str, Any]]:
    try:
        rows = json.loads(content)
    except ValueError as problem:
        raise SSTIError(
            f"{path.name!r} is not JSON: {problem}.", "Mend it, or save it as CSV or JSON lines.", kind="data"
        ) from problem
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise _not_an_object(path, f"Item {number:,}", row)
    return rows


def _lines(path: Path, content: bytes) -> list[dict[str, Any]]:
    rows = []
    for number, line in enumerate(content.split(b"\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as problem:
            raise SSTIError(
                f"Line {number:,} of {path.name!r} is not a JSON object: {problem}.",
                'Write one object a line, as {"text": "…", "label": "…"}.',
                kind="data",
            ) from problem
        if not isinstance(row, dict):
            raise _not_an_object(path, f"Line {number:,}", row)
        rows.append(row)
    return rows


def _not_an_object(path: Path, where: str, row: Any) -> SSTIError:
    return SSTIError(
        f"{where} of {path.name!r} is {str(row)[:40]!r}, not an object with a text and a label.",
        'Write each row as {"text": "…", "label": "…"}.',
        kind="data",
    )


def _from_rows(rows: list[dict[str, Any]], notes: list[str]) -> pa.Table:
    """Flat columns as text; numbers and truth values written as JSON writes them; nested ones left out."""
    import pyarrow as pa

    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    columns = {}
    for name in names:
        values = [row.get(name) for row in rows]
        if any(isinstance(value, (dict, list)) for value in values):
            notes.append(f"The column {name!r} holds lists or objects and was left out.")
            continue
        columns[name] = pa.array([_as_text(value) for value in values], pa.string())
    return pa.table(columns)


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        # A lone surrogate (half of a \ud83d\ude00 pair) is no character; it would not fit into UTF-8.
        return value if value is None or value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(value)


def is_json(text: str) -> bool:
    """Does this parse?"""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True
