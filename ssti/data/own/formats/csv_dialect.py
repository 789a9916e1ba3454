"""Chooses by the first rows how a CSV file is written: its delimiter, its quotes, the lines before its data.

Reads no file to its end: what is chosen here is checked by `ssti.data.own.formats.csv`.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ssti.data.own.formats.accepted import LONGEST_TEXT, check_columns
from ssti.data.own.formats.header import has_header
from ssti.platform.errors import DataError
from ssti.platform.language import tr

DELIMITERS = {
    ",": tr("comma"),
    "\t": tr("tab"),
    ";": tr("semicolon"),
    "|": tr("bar"),
    "^": tr("caret"),
    "~": tr("tilde"),
    "\x1f": tr("unit separator"),
}
START = 1 << 20  # characters that the dialect is chosen by
ROWS_LOOKED_AT = 500


@dataclass(frozen=True)
class Dialect:
    """How rows become cells. `quote` None: quotes are letters like others. `escape`: what stands before a quote in a text."""

    delimiter: str
    quote: str | None = '"'
    escape: str | None = None
    skip_spaces: bool = False

    def reader(self, lines: Iterator[str], strict: bool = True):
        csv.field_size_limit(LONGEST_TEXT)  # of the whole process; the default refuses texts of 131,072 characters
        return csv.reader(
            lines,
            delimiter=self.delimiter,
            quotechar=self.quote,
            quoting=csv.QUOTE_NONE if self.quote is None else csv.QUOTE_MINIMAL,
            doublequote=self.escape is None,
            escapechar=self.escape,
            skipinitialspace=self.skip_spaces,
            strict=strict,
        )


def choose_dialect(path: Path, start: str, notes: list[str]) -> tuple[Dialect, int, int]:
    """The delimiter under which the first rows agree best, lines to skip before them, and how many cells a row has."""
    skip = 0
    named = re.match(r'(?i)"?sep=([^\r\n])"?+[^\w\r\n]*+(?:\r\n|\r|\n)', start)
    if named:
        start, skip = start[named.end() :], 1
        notes.append(tr("Its first line, sep=, names the delimiter: {title}.", title=delimiter_title(named[1])))
    choices = [named[1]] if named else list(DELIMITERS)
    best = max((_agreement(start, delimiter, -order) for order, delimiter in enumerate(choices)), default=None)
    if best is None or best[0] == 0:
        raise DataError(
            tr("{name!r} has one column only (no comma, tab, semicolon or bar divides its lines).", name=path.name),
            tr("A row needs a text and a label: give it a second column."),
        )
    delimiter, width = choices[-best[3]], best[4]
    check_columns(width)
    comments = 0
    for row in csv.reader(io.StringIO(start, newline=""), delimiter=delimiter, quoting=csv.QUOTE_NONE):
        if row and not (row[0].startswith("#") and len(row) != width):
            break
        comments += 1
    if comments:
        notes.append(tr("Lines before the data that are comments or empty: {n}; they were skipped.", n=comments))
    return Dialect(delimiter, *_quoting(start, delimiter)), skip + comments, width


def _agreement(start: str, delimiter: str, order: int) -> tuple[float, bool, bool, int, int]:
    """How well a delimiter divides the first rows: the share of rows of one width, whether names are known, whether classes repeat."""
    rows = _first_rows(start, delimiter)
    widths = Counter(len(row) for row in rows)
    width, times = max(((w, n) for w, n in widths.items() if w > 1), key=lambda pair: pair[1], default=(0, 0))
    if not times:
        return 0.0, False, False, order, 0
    even = [row for row in rows if len(row) == width]
    repeated = any(2 * len(set(column)) <= len(column) for column in zip(*even[1:], strict=True))
    known = has_header(even[0], even[1:])
    if len(rows[0]) == width - 1 and all(row[-1] == "" for row in even):
        width -= 1  # every row but the names' ends in a delimiter
    return times / len(rows), known, repeated, order, width


def _first_rows(start: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in Dialect(delimiter).reader(io.StringIO(start, newline=""), strict=False):
            rows.append(row)
            if len(rows) > ROWS_LOOKED_AT:
                break
    except csv.Error:
        pass
    if len(start) >= START and 1 < len(rows) <= ROWS_LOOKED_AT:
        rows.pop()  # cut in the middle
    return [row for row in rows if row and (len(row) > 1 or not row[0].startswith("#"))]


def _quoting(start: str, delimiter: str) -> tuple[str, None, bool]:
    """The quote and whether blanks stand before it, by the first rows."""
    rows = _first_rows(start, delimiter)[:50]
    single = all(len(cell) > 1 and cell[0] == cell[-1] == "'" for cell in rows[0]) if rows else False
    spaced = any(re.match(r' ++".*"\Z', cell, re.DOTALL) for row in rows for cell in row)
    return ("'" if single else '"'), None, spaced


def delimiter_title(delimiter: str) -> str:
    return DELIMITERS.get(delimiter, repr(delimiter))
