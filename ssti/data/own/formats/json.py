"""Reads JSON: lines, arrays, and what pandas and others wrap around them; every column as text, or the line that is wrong.

Knows nothing of which column is the text. Rows become Arrow a few thousand at a time, so nothing unfolds in memory.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa

from ssti.data.own.formats.accepted import LONGEST_TEXT, check_columns, check_longest, check_rows
from ssti.data.own.formats.header import column_names
from ssti.platform.errors import DataError, SSTIError
from ssti.platform.language import later, tr

LARGEST_VALUE = 100_000_000  # bytes of one JSON value: as Python objects it takes up to thirty times that
BATCH_ROWS, BATCH_CHARACTERS = 5_000, 1 << 22
WRITE_ROWS = tr('Write one object a line, as {"text": "…", "label": "…"}.')
BLANK = re.compile(r"[ \t\r\n,]*+")


class Doubled(ValueError):
    """An object that gives one name twice."""


@dataclass
class Rows:
    """Rows as they become Arrow. `nested` says of a column, in words, which value of it is nested."""

    path: Path
    total: int = 0
    tables: list[pa.Table] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    nested: dict[str, str] = field(default_factory=dict)
    unwrapped: set[str] = field(default_factory=set)
    batch: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    size: int = 0

    def add(self, where: str, row: dict[str, Any], size: int) -> None:
        self.batch.append((where, row))
        self.size += size
        if size > LONGEST_TEXT:
            check_longest(max((len(value) for value in row.values() if isinstance(value, str)), default=0))
        if len(self.batch) >= BATCH_ROWS or self.size > BATCH_CHARACTERS:
            self.flush()

    def flush(self) -> None:
        names = dict.fromkeys(name for _, row in self.batch for name in row)
        self.names.update(names)
        self.total += len(self.batch)
        check_columns(len(self.names))
        check_rows(self.path, self.total)
        columns = {}
        for name in names:
            values = [self._plain(_as_text(name), where, row.get(name)) for where, row in self.batch]
            columns[_as_text(name)] = pa.array(values, pa.string())
        if columns:
            self.tables.append(pa.table(columns))
        self.batch, self.size = [], 0

    def _plain(self, name: str, where: str, value: Any) -> str | None:
        if isinstance(value, list) and len(value) == 1 and not isinstance(value[0], (list, dict)):
            self.unwrapped.add(name)
            value = value[0]
        if isinstance(value, (list, dict)):
            words = (
                later("holds an object ({where})")
                if isinstance(value, dict)
                else later("holds a list of {n} ({where})")
            )
            self.nested.setdefault(name, tr(words, n=len(value), where=where))
            return None
        return _as_text(value)

    def table(self, notes: list[str]) -> pa.Table:
        """The flat columns of all rows; a row that lacks one has null there."""
        self.flush()
        whole = pa.concat_tables(self.tables, promote_options="default") if self.tables else pa.table({})
        flat = [name for name in whole.column_names if name not in self.nested]
        notes.extend(
            tr("The column {name} holds lists or objects and was left out.", name=_short(name)) for name in self.nested
        )
        for name in self.unwrapped.intersection(flat):
            notes.append(tr("The column {name} holds lists of one value; the value was taken.", name=_short(name)))
        return whole.select(flat).rename_columns(column_names(flat, notes))


def json_table(path: Path, encoding: str, notes: list[str]) -> tuple[pa.Table, dict[str, str]]:
    """The rows of JSON lines or of one JSON value, and why other columns cannot be used; what deserves a look goes to `notes`.

    Raises `SSTIError` naming the line: text that is no JSON, a row that is no object, a name given twice in one.
    """
    rows = Rows(path)
    try:
        if _is_lines(path, encoding):
            _lines(path, encoding, rows)
        else:
            _whole(path, encoding, rows, notes)
        table = rows.table(notes)
    except RecursionError:
        raise DataError(tr("{name!r} is nested too deeply to be read.", name=path.name), WRITE_ROWS) from None
    if rows.total == 0:
        raise DataError(tr("{name!r} has no rows.", name=path.name), tr("Choose a file with rows."))
    return table, rows.nested


def _is_lines(path: Path, encoding: str) -> bool:
    """Does each line hold a value of its own? One object alone is a value to look into."""
    with path.open(encoding=encoding, newline="\n") as file:
        lines = (line for line in file if line.strip())
        first, more = next(lines, ""), next(lines, None) is not None
    if first.lstrip().startswith("["):
        return False
    if len(first) <= LARGEST_VALUE and is_json(first):
        return more or not first.lstrip().startswith("{")
    return path.suffix.lower() != ".json" and first.strip() != "{"


def _lines(path: Path, encoding: str, rows: Rows) -> None:
    with path.open(encoding=encoding, newline="\n") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            _check_size(path, len(line))
            try:
                row = json.loads(line, object_pairs_hook=_object)
            except Doubled as problem:
                raise _doubled(tr("Line {line:,} of {name!r}", line=number, name=path.name), problem) from None
            except ValueError as problem:
                reason = re.sub(r": line \d+ column (\d+) \(char \d+\)", r" (character \1)", str(problem))
                raise DataError(
                    tr(
                        "Line {number:,} of {name!r} is not a JSON object: {reason}.",
                        number=number,
                        name=path.name,
                        reason=reason,
                    ),
                    WRITE_ROWS,
                ) from problem
            if not isinstance(row, dict):
                raise _not_an_object(tr("Line {line:,} of {name!r}", line=number, name=path.name), row)
            rows.add(tr("line {n:,}", n=number), row, len(line))


def _whole(path: Path, encoding: str, rows: Rows, notes: list[str]) -> None:
    """One array, one object around the rows, or objects one after the other."""
    _check_size(path, path.stat().st_size)
    with path.open(encoding=encoding, newline="\n") as file:
        text = file.read()
    start = BLANK.match(text).end()
    values = _values(path, text, start)
    if text[start : start + 1] == "[":
        return _add_all(path, values, rows)
    first, second = next(values, None), next(values, None)
    if first is None:
        return None
    if second is None and isinstance(first[1], dict):
        return _add_all(path, _unwrapped(path, first[1], notes), rows)
    _add_all(path, (value for value in (first, second, *values) if value is not None), rows)


def _check_size(path: Path, size: int) -> None:
    if size > LARGEST_VALUE:
        raise DataError(
            tr(
                "{name!r} holds one JSON value of {size:,.0f} MB; the limit is {most:,.0f} MB.",
                name=path.name,
                size=size / 1e6,
                most=LARGEST_VALUE / 1e6,
            ),
            tr("Save it as JSON lines, one object a line."),
        )


def _values(path: Path, text: str, place: int) -> Iterator[tuple[str, Any, int]]:
    """Where each value stands, in words, the value, and its length: the items of an array, else one after the other."""
    decoder = json.JSONDecoder(object_pairs_hook=_object)
    is_array = text[place : place + 1] == "["
    place = BLANK.match(text, place + is_array).end()
    number = 1
    while place < len(text) and not (is_array and text[place] == "]"):
        try:
            value, end = decoder.raw_decode(text, place)
        except Doubled as problem:
            raise _doubled(
                tr("Item {n:,} of {name!r} (line {line:,})", n=number, name=path.name, line=_line(text, place)), problem
            ) from None
        except ValueError as problem:
            line = _line(text, getattr(problem, "pos", place))
            raise DataError(
                tr(
                    "{name!r} is not JSON: line {line:,}: {problem}.",
                    name=path.name,
                    line=line,
                    problem=getattr(problem, "msg", problem),
                ),
                tr("Mend it, or save it as CSV or JSON lines."),
            ) from problem
        yield tr("item {n:,}", n=number), value, end - place
        number += 1
        place = BLANK.match(text, end).end()
    if is_array and text[place + 1 :].strip() or is_array and place >= len(text):
        words = (
            later("{name!r} is not JSON: it ends before its array does, in line {line:,}.")
            if place >= len(text)
            else later("{name!r} is not JSON: it goes on after its array, in line {line:,}.")
        )
        raise DataError(
            tr(words, name=path.name, line=_line(text, place + 1)),
            tr("Copy it again."),
        )


def _add_all(path: Path, values: Iterator[tuple[str, Any, int]], rows: Rows) -> None:
    for where, row, size in values:
        if not isinstance(row, dict):
            raise _not_an_object(tr("{where} of {name!r}", where=f"{where[0].upper()}{where[1:]}", name=path.name), row)
        rows.add(where, row, size)


def _unwrapped(path: Path, whole: dict[str, Any], notes: list[str]) -> Iterator[tuple[str, Any, int]]:
    """The rows that one object holds, where it is certain which they are. Raises `SSTIError` else."""
    lists = {name: value for name, value in whole.items() if isinstance(value, list)}
    tables = [name for name, value in lists.items() if value and all(isinstance(item, dict) for item in value)]
    columns = [dict(enumerate(v)) if isinstance(v, list) else v for v in whole.values() if isinstance(v, (list, dict))]
    if len(tables) == 1:
        notes.append(tr("It is one object around its rows; those under {name} were read.", name=_short(tables[0])))
        rows = lists[tables[0]]
    elif {"columns", "data"} <= set(lists) and all(isinstance(row, list) for row in lists["data"]):
        names = column_names([str(name) for name in lists["columns"]], notes)
        if any(len(row) != len(names) for row in lists["data"]):
            raise DataError(tr("Rows under 'data' in {name!r} do not fit its 'columns'.", name=path.name), WRITE_ROWS)
        rows = [dict(zip(names, row, strict=True)) for row in lists["data"]]
        notes.append(tr("It is one object of columns and data, as pandas splits a frame."))
    elif (
        not tables and len(columns) == len(whole) > 1 and columns[0] and all(set(c) == set(columns[0]) for c in columns)
    ):
        rows = [dict(zip(whole, (c[place] for c in columns), strict=True)) for place in columns[0]]
        notes.append(tr("It is one object that holds a column under each name."))
    else:
        held = ", ".join(f"{_short(name)} ({_kind(value)})" for name, value in list(whole.items())[:8])
        several = ", ".join(map(_short, tables[:8]))
        raise DataError(
            tr("{name!r} is one JSON object with several lists of rows: {several}.", name=path.name, several=several)
            if tables
            else tr("{name!r} is one JSON object with no list of rows; it holds {held}.", name=path.name, held=held),
            tr("Save the list of rows alone, or one object a line."),
        )
    return ((tr("item {n:,}", n=number), row, 100) for number, row in enumerate(rows, start=1))


def _kind(value: Any) -> str:
    if isinstance(value, list):
        return tr("a list of {n:,}", n=len(value))
    if isinstance(value, dict):
        return tr("an object of {n:,}", n=len(value))
    return tr("text") if isinstance(value, str) else json.dumps(value)[:20]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) < len(pairs):
        raise Doubled(Counter(name for name, _ in pairs).most_common(1)[0][0])
    return row


def _doubled(where: str, problem: Doubled) -> SSTIError:
    return DataError(
        tr("{where} gives the name {name!r} twice.", where=where, name=str(problem)[:60]),
        tr("Give each name once."),
    )


def _not_an_object(where: str, row: Any) -> SSTIError:
    return DataError(
        tr("{where} is {row!r}, not an object with a text and a label.", where=where, row=str(row)[:40]),
        tr('Write each row as {"text": "…", "label": "…"}.'),
    )


def _as_text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        # A lone surrogate (half of a \ud83d\ude00 pair) is not a character, and UTF-8 cannot hold it.
        return value if value is None or value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    return json.dumps(value)


def _line(text: str, place: int) -> int:
    return text.count("\n", 0, place) + 1


def _short(name: str) -> str:
    return repr(name[:60] + ("…" if len(name) > 60 else ""))


def is_json(text: str) -> bool:
    """Does this parse?"""
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
