"""Guesses which column is the text and which the label, and names the classes. Knows no file format."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ssti.data.own.classes import classes_of, words_of
from ssti.data.own.formats.accepted import check_columns
from ssti.data.own.formats.header import DATE, LABEL_NAMES, TEXT_NAMES, plain
from ssti.platform.errors import DataError, listed, nearest
from ssti.platform.language import later, tr

# Whose column says who, when or where, but not what a text is.
NOT_LABELS = frozenset((
    "annotator", "annotators", "rater", "worker", "coder", "reviewer", "user", "username", "author", "by",
    "id", "uuid", "index", "row", "date", "day", "time", "timestamp", "at", "year", "month", "created",
    "updated", "lang", "language", "locale", "country", "split", "fold", "source", "url", "version", "batch",
    "file",
))  # fmt: skip
MOST_CLASSES = 200
CANNOT_BE = {
    "text": later("The column {name!r} cannot be the text: it {reason}."),
    "label": later("The column {name!r} cannot be the label: it {reason}."),
}
NONE_CAN_BE = {"text": later("No column can be the text."), "label": later("No column can be the label.")}
NONE_CAN_BE_SINCE = {
    "text": later("No column can be the text ({reasons})."),
    "label": later("No column can be the label ({reasons})."),
}
ROWS_READ, CHARACTERS_READ = 1_000, 2_000_000  # to tell how many words a text has


@dataclass(frozen=True)
class Guess:
    """What a file seems to hold, for a person to confirm.

    `rows` counts those that can be used, over all splits; `class_counts` are theirs by class. `problems` are
    sentences about what was left out or deserves a look; `notes` say all of how it was read, and then the problems.
    `candidates` names the columns that could serve
    instead: `{"text": (…), "label": (…)}`, the chosen one first. `name` is what `load` takes for this choice.
    `examples` are pairs of a class and the first text of it.
    """

    name: str
    form: str
    text_column: str
    label_column: str
    label_names: tuple[str, ...]
    rows: int
    class_counts: Mapping[str, int]
    problems: tuple[str, ...]
    candidates: Mapping[str, tuple[str, ...]]
    columns: tuple[str, ...]
    usual_words: int
    examples: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """What one column holds: how many different values, words per value, numbers or dates, and why it is not usable."""

    name: str
    distinct: int
    rows: int
    words: float
    measured: bool = False
    unusable: str | None = None

    def refusal(self, role: str) -> str | None:
        """Why it cannot be the `text` or the `label`; None when it can."""
        if self.unusable:
            return self.unusable
        if (self.words < 1) if role == "text" else (self.distinct == 0):
            return tr("is empty")
        if role == "text":
            return None
        if self.distinct == 1:
            return tr("has one class only")
        if self.distinct > MOST_CLASSES:
            return tr("has {n:,} different values; {most} classes are the limit", n=self.distinct, most=MOST_CLASSES)
        if self.distinct > self.rows / 2:
            return tr(
                "has {n:,} different values in {rows:,} rows, too many to be classes", n=self.distinct, rows=self.rows
            )
        return None


def examine(table: pa.Table, class_names: Mapping[str, list[str]], unusable: Mapping[str, str]) -> dict[str, Column]:
    """What each column holds; the number of words is the mean of the first 1,000 rows. `unusable`: why other columns cannot be used."""
    check_columns(table.num_columns)
    columns = {name: Column(name, 0, table.num_rows, 0.0, unusable=why) for name, why in unusable.items()}
    for name in table.column_names:
        column, dtype = table[name], table.schema.field(name).type
        if pa.types.is_dictionary(dtype):
            column, dtype = pc.cast(column, dtype.value_type), dtype.value_type
        if pa.types.is_nested(dtype):
            columns[name] = Column(
                name, 0, table.num_rows, 0.0, unusable=tr("holds lists or objects ({kind})", kind=str(dtype)[:60])
            )
            continue
        try:
            values = _first_values(column)
            words = [len(value.split()) for value in values]
            mean = sum(words) / len(words) if words else 0.0
            distinct = pc.count_distinct(column).as_py()
            if distinct <= 10 * MOST_CLASSES:  # few enough to be classes: count them as classes are counted
                distinct = len(classes_of([words_of(column, class_names.get(name))], class_names.get(name)).order)
        except (pa.ArrowException, ValueError, OverflowError, KeyError) as problem:
            columns[name] = Column(
                name,
                0,
                table.num_rows,
                0.0,
                unusable=tr("holds {kind}, which cannot be read: {problem}", kind=dtype, problem=str(problem)[:80]),
            )
            continue
        columns[name] = Column(name, distinct, table.num_rows, mean, all(map(_is_measured, values)))
    return columns


def _first_values(column: Any) -> list[str]:
    """The first values as text, without the missing ones; long texts are cut by their sum."""
    values: list[str] = []
    size = 0
    for first in range(0, min(len(column), ROWS_READ), 20):
        part = pc.cast(column.slice(first, 20), pa.string()).to_pylist()
        values += [value for value in part if value is not None]
        size += sum(map(len, values[-20:]))
        if size > CHARACTERS_READ:
            break
    return values


def _is_measured(value: str) -> bool:
    """A number with a fraction that is not zero, or a date: more often measured than chosen."""
    whole, dot, fraction = value[:40].strip().lstrip("-").partition(".")
    return bool(dot and whole.isdigit() and fraction.strip("0").isdigit()) or DATE.fullmatch(value[:60]) is not None


def choose(columns: Mapping[str, Column], text: str | None, label: str | None) -> dict[str, tuple[str, ...]]:
    """Candidates for text and label, best first; a column that was asked for is first or refused with why."""
    for wanted in (text, label):
        if wanted is not None and wanted not in columns:
            raise DataError(
                tr(
                    "There is no column {name!r}{nearest}",
                    name=wanted[:60],
                    nearest=nearest(wanted[:200], columns) or ".",
                ),
                tr("Columns: {names}.", names=listed(name[:60] for name in columns)),
            )
    usable = {role: [c for c in columns.values() if c.refusal(role) is None] for role in ("text", "label")}
    usable["text"].sort(key=lambda column: (_rank(column.name, TEXT_NAMES, column.words >= 3), -column.words))
    usable["label"].sort(key=lambda column: (_rank_label(column), column.words > 3, column.distinct))
    names = {role: [column.name for column in ranked] for role, ranked in usable.items()}
    chosen_text = text or next((name for name in names["text"] if name != label), None)
    chosen_label = label or next((name for name in names["label"] if name != chosen_text), None)
    chosen = {"text": chosen_text, "label": chosen_label}
    for role in ("label", "text"):
        if chosen[role] is not None and (reason := columns[chosen[role]].refusal(role)):
            raise DataError(
                tr(CANNOT_BE[role], name=chosen[role], reason=reason),
                _others(names[role]),
            )
    if chosen_text is None or chosen_label is None or chosen_text == chosen_label:
        role = "text" if chosen_text is None else "label"
        refusals = ((name, c.refusal(role)) for name, c in columns.items() if name != chosen_text)
        reasons = [f"{name[:60]!r} {reason}" for name, reason in refusals if reason]
        raise DataError(
            tr(NONE_CAN_BE_SINCE[role], reasons="; ".join(reasons[:6])) if reasons else tr(NONE_CAN_BE[role]),
            tr(
                "A dataset needs a column of texts and one of 2 to {most} classes, one plain value in each row.",
                most=MOST_CLASSES,
            ),
        )
    return {role: (one, *(n for n in names[role] if n not in chosen.values())) for role, one in chosen.items()}


def passed_over(columns: Mapping[str, Column], label: str) -> list[str]:
    """Sentences about columns that are named like a label but cannot be one."""
    return [
        tr(
            "The column {name!r} {reason}; {label!r} was taken as the label.",
            name=name[:60],
            reason=reason,
            label=label[:60],
        )
        for name, column in columns.items()
        if name != label and _rank(name, LABEL_NAMES, True) < 100 and (reason := column.refusal("label"))
    ]


def _rank(name: str, known: tuple[str, ...], fits: bool) -> int:
    """Known names in their order, then names that contain one, then the rest; what does not fit is last."""
    name = plain(name).rstrip("0123456789_")
    if not fits:
        return 1000
    if name in known:
        return known.index(name)
    return 100 if any(word in name.split("_") for word in known) else 200


def _rank_label(column: Column) -> int:
    """As `_rank`, but behind the others: who annotated and when, and what was measured."""
    rank = _rank(column.name, LABEL_NAMES, True)
    words = plain(column.name).split("_")
    if rank >= 100 and words[0] in ("is", "has"):
        return 150
    if rank >= 100 and not NOT_LABELS.isdisjoint(words):
        return 120 if rank == 100 and words[-1] == "id" else 300
    return 250 if rank == 200 and column.measured else rank


def _others(names: list[str]) -> str:
    if not names:
        return tr("No other column can.")
    return tr("Columns that can: {names}.", names=listed(name[:60] for name in names))
