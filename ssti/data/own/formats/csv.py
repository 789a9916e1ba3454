"""Reads CSV whatever its delimiter and quotes, every column as text, or says in which line it is not certain.

The parsing is the standard library's, strict: it alone keeps every character and names the line. Knows nothing of
which column is the text.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from ssti.data.own.formats.accepted import LONGEST_TEXT, check_rows
from ssti.data.own.formats.csv_dialect import ROWS_LOOKED_AT, START, Dialect, choose_dialect, delimiter_title
from ssti.data.own.formats.header import column_names, has_header
from ssti.data.own.formats.json import is_json
from ssti.platform.errors import DataError
from ssti.platform.language import later, tr

BATCH = 1 << 23  # characters that become one Arrow chunk
QUOTE_IT = tr("Put texts that hold the delimiter, a quote or a line break into double quotes, or save as JSON lines.")


class Misfit(Exception):
    """A line that this dialect does not explain."""

    def __init__(self, line: int, why: str) -> None:
        super().__init__(why)
        self.line = line
        self.why = why


@dataclass
class Reading:
    """All rows under one dialect, and what is odd about them."""

    chunks: list[list[pa.Array]] = field(default_factory=list)
    swallowed: list[tuple[int, list[list[str]]]] = field(default_factory=list)
    enclosed: bool = False
    blank: int = 0
    unnamed: bool = False

    def columns(self) -> list[pa.ChunkedArray]:
        return [pa.chunked_array(list(parts), pa.string()) for parts in zip(*self.chunks, strict=True)]


def csv_table(path: Path, encoding: str, notes: list[str]) -> tuple[pa.Table, str]:
    """The rows of a CSV file, and its delimiter in words; what deserves a look is added to `notes`.

    With or without a line of names, with Excel's `sep=` line, with quotes doubled, escaped or absent. Raises
    `SSTIError` naming the line where no reading is certain.
    """
    with path.open(encoding=encoding, newline="") as file:
        start = file.read(START)
    _refuse_other(path, start)
    dialect, skip, width = choose_dialect(path, start, notes)
    reading = _certain(path, encoding, dialect, skip, width, notes)
    columns = reading.columns()
    if not columns:
        raise DataError(tr("{name!r} has no rows.", name=path.name), tr("Choose a file with rows."))
    if reading.unnamed:
        _check_row_names(path, columns, skip)
        notes.append(
            tr("Its first line has one cell less than the others: the first column was taken for names of rows.")
        )
    if reading.blank:
        notes.append(tr("Empty lines: {blank:,}; they were skipped.", blank=reading.blank))
    first = [column[0].as_py() for column in columns]
    rest = list(zip(*(column.slice(1, ROWS_LOOKED_AT).to_pylist() for column in columns), strict=True))
    header = has_header(first, rest)
    if not header:
        notes.append(tr("It has no line with column names; the columns were numbered."))
    names = column_names(first if header else [f"column_{n}" for n in range(1, len(first) + 1)], notes)
    table = pa.table([column.slice(1 if header else 0) for column in columns], names=names)
    table = _without_repeats(table, first, notes) if header else table
    if table.num_rows == 0:
        raise DataError(tr("{name!r} has column names but no rows.", name=path.name), tr("Choose a file with rows."))
    nameless = [name for name, cell in zip(names, first, strict=True) if header and not cell.strip()]
    table = table.drop_columns([name for name in nameless if _is_blank(table[name])])
    return table, delimiter_title(dialect.delimiter)


def _check_row_names(path: Path, columns: list[pa.ChunkedArray], skip: int) -> None:
    """Raises `SSTIError` unless the column without a name is another word in each row, as R's names of rows are."""
    spaced = pc.any(pc.match_substring_regex(columns[0], r"\S\s+\S")).as_py()  # a text cut at a comma, rather
    if spaced or pc.count_distinct(columns[0]).as_py() < len(columns[0]):
        raise DataError(
            tr(
                "Line {line:,} of {name!r} has {n} cells, the others have {others}.",
                line=skip + 1,
                name=path.name,
                n=len(columns) - 1,
                others=len(columns),
            ),
            tr("Give each column a name in the first line. {quote_it}", quote_it=QUOTE_IT),
        )


def _without_repeats(table: pa.Table, names: list[str], notes: list[str]) -> pa.Table:
    """The rows that are not the line of names again, as files that were joined have it."""
    same = pc.equal(table.column(0), names[0])
    for place, name in enumerate(names[1:], start=1):
        same = pc.and_(same, pc.equal(table.column(place), name))
    if not (times := pc.sum(same).as_py() or 0):
        return table
    notes.append(tr("Lines that repeat the column names: {times:,}; they were skipped.", times=times))
    return table.filter(pc.invert(same))


def _refuse_other(path: Path, start: str) -> None:
    head = start.lstrip()[:START]
    if head.startswith(("{", "[{")) and is_json(head.split("\n", 1)[0]):
        raise DataError(
            tr("{name!r} is named as CSV but holds JSON lines.", name=path.name),
            tr("Give it a name that ends in .jsonl."),
        )
    if len(start) >= START and not re.search(r"[\r\n]", start):
        raise DataError(
            tr("{name!r} is not CSV: its first line is longer than a megabyte.", name=path.name), tr("Save it as CSV.")
        )


def _certain(path: Path, encoding: str, dialect: Dialect, skip: int, width: int, notes: list[str]) -> Reading:
    """The one reading that explains every line: quotes doubled, else escaped, else as letters. Raises `SSTIError`."""
    try:
        reading = _read(path, encoding, dialect, skip, width)
    except Misfit as problem:
        misfit = problem
    else:
        if not (stray := _stray(reading, width)) or _all_quoted(path, encoding, dialect, skip):
            return reading
        misfit = Misfit(
            stray[0], tr("opens a quote that closes in line {line:,}, around lines that look like rows", line=stray[1])
        )
    for other, words in (
        (replace(dialect, escape="\\"), later("A backslash stands before quotes inside texts; it was taken away.")),
        (
            replace(dialect, quote=None, skip_spaces=False),
            later("Quotes enclose no text here (see line {line:,}); they were read as letters."),
        ),
    ):
        if other.escape and not _only_escapes(path, encoding):
            continue
        try:
            reading = _read(path, encoding, other, skip, width)
        except Misfit:
            continue
        if other.quote is None and reading.enclosed:
            continue
        if other.quote is not None and _stray(reading, width):
            continue
        notes.append(tr(words, line=misfit.line))
        return reading
    raise DataError(tr("Line {line:,} of {name!r} {why}.", line=misfit.line, name=path.name, why=misfit.why), QUOTE_IT)


def _read(path: Path, encoding: str, dialect: Dialect, skip: int, width: int) -> Reading:
    """Every row of the file. Raises `Misfit` at the first line that does not fit."""
    reading, batch, size, total = Reading(), [], 0, 0
    with path.open(encoding=encoding, newline="") as file:
        for _ in islice(file, skip):
            pass
        reader, last = dialect.reader(file), 0
        while True:
            try:
                row = next(reader, None)
            except csv.Error as problem:
                raise Misfit(skip + last + 1, _reason(problem, reader.line_num - last)) from problem
            if row is None:
                break
            first, last = last + 1, reader.line_num
            if len(row) != width:
                if not any(cell.strip() for cell in row):
                    reading.blank += 1
                    continue
                reading.unnamed |= total == 0 and len(row) == width - 1 > 1
                row = _fitted(row, width, skip + first, total == 0)
            if last > first:
                _note_swallowed(reading, row, dialect, skip + first, width)
            if dialect.quote is None and not reading.enclosed:
                reading.enclosed = any(len(cell) > 1 and cell[0] == cell[-1] == '"' for cell in row)
            batch.append(row)
            size += sum(map(len, row))
            total += 1
            check_rows(path, total)
            if size > BATCH or len(batch) >= 50_000:
                _flush(reading, batch)
                batch, size = [], 0
    if batch:
        _flush(reading, batch)
    return reading


def _flush(reading: Reading, batch: list[list[str]]) -> None:
    reading.chunks.append([pa.array(column, pa.string()) for column in zip(*batch, strict=True)])


def _fitted(row: list[str], width: int, line: int, is_first: bool) -> list[str]:
    """A row without the empty cells past the last column. Raises `Misfit` for another number of cells."""
    if len(row) > width and not any(row[width:]):
        return row[:width]
    if is_first and len(row) == width - 1 > 1:
        return ["", *row]  # R writes no name for the column of row names
    about = {"n": len(row), "width": width, "row": _shown(row)}
    if len(row) == 1:
        raise Misfit(line, tr("has {n:,} cell instead of {width:,}: {row}", **about))
    raise Misfit(line, tr("has {n:,} cells instead of {width:,}: {row}", **about))


def _shown(row: list[str]) -> str:
    words = " / ".join(cell[:60] for cell in row[:8])
    return repr(words[:80] + ("…" if len(words) > 80 else ""))


def _reason(problem: csv.Error, lines: int) -> str:
    if "unexpected end" in str(problem):
        return tr("opens a quote that is never closed")
    if "expected after" in str(problem):
        if lines > 1:
            return tr("has a letter right behind a closing quote, {lines:,} lines below its beginning", lines=lines)
        return tr("has a letter right behind a closing quote")
    if "field larger" in str(problem):
        return tr(
            "holds a text of more than {most:,} characters, or opens a quote that is never closed", most=LONGEST_TEXT
        )
    return tr("cannot be read: {problem}", problem=problem)


def _note_swallowed(reading: Reading, row: list[str], dialect: Dialect, line: int, width: int) -> None:
    """A text over several lines, each of which would be a whole row if quotes were letters, is suspicious."""
    lines = re.split(r"\r\n|\r|\n", dialect.delimiter.join(row))
    if width > 1 and len(lines) > 1 and all(part.count(dialect.delimiter) == width - 1 for part in lines):
        reading.swallowed.append((line, [part.split(dialect.delimiter) for part in lines]))


def _stray(reading: Reading, width: int) -> tuple[int, int] | None:
    """The first and last line of a text that swallowed rows: in some column, what it would hold are classes known."""
    if not reading.swallowed:
        return None
    for place in range(width):
        known: Counter[str] = Counter()
        for chunk in reading.chunks:
            known.update(value.strip() for value in chunk[place].to_pylist() if len(value) < 100)
            if len(known) > 100_000:
                break
        inside = [[cells[place].strip(' "') for cells in lines] for _, lines in reading.swallowed]
        for values in inside:
            known.update(values)
        for (line, _), values in zip(reading.swallowed, inside, strict=True):
            if all(value and known[value] > 1 for value in values) and len(set(known)) <= sum(known.values()) / 2:
                return line, line + len(values) - 1
    return None


def _all_quoted(path: Path, encoding: str, dialect: Dialect, skip: int) -> bool:
    """Does every row begin with a quote, and no line within a text? Then no row can be within a text either."""
    begins: list[bool] = []

    def watched(lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            begins.append(line.startswith(dialect.quote or '"'))
            yield line

    with path.open(encoding=encoding, newline="") as file:
        for row in dialect.reader(watched(islice(file, skip, None))):
            first, *others = begins
            begins.clear()
            if row and (not first or any(others)):
                return False
    return True


def _only_escapes(path: Path, encoding: str) -> bool:
    """Is there a backslash, and does each stand before a quote or another backslash?"""
    any_backslash = False
    with path.open(encoding=encoding, newline="") as file:
        rest = ""
        while chunk := file.read(START):
            text = rest + chunk
            if re.search(r'\\(?:\\\\)*+[^"\\]', text.replace("\\\\", "")):
                return False
            any_backslash = any_backslash or "\\" in text
            rest = text[-1:] if text.endswith("\\") else ""
    return any_backslash


def _is_blank(column: pa.ChunkedArray) -> bool:
    return pc.max(pc.utf8_length(pc.utf8_trim_whitespace(column))).as_py() == 0
