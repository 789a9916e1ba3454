"""Guesses which column is the text and which the label, and names the classes. Knows no file format."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ssti.data.clean import labels_of
from ssti.errors import SSTIError, nearest

if TYPE_CHECKING:
    import pyarrow as pa


TEXT_NAMES = (
    "text", "sentence", "review", "content", "comment", "tweet", "message", "body", "hard_text", "question",
    "document", "headline", "title", "description",
)  # fmt: skip
LABEL_NAMES = (
    "label", "labels", "class", "category", "target", "sentiment", "intent", "topic", "rating", "stars",
    "polarity", "emotion", "answer", "profession", "y",
)  # fmt: skip
MOST_CLASSES = 200
MOST_COLUMNS = 500


@dataclass(frozen=True)
class Guess:
    """What a file seems to hold, for a person to confirm.

    `rows` counts those that can be used, over all splits; `class_counts` are theirs by class. `problems` are
    sentences about what was left out or deserves a look. `candidates` names the columns that could serve
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


@dataclass(frozen=True)
class Column:
    """What one column holds: how many different values, words per value, and whether it is flat."""

    name: str
    distinct: int
    rows: int
    words: float
    flat: bool

    def refusal_as_label(self) -> str | None:
        """Why it cannot be the label; None when it can."""
        if not self.flat:
            return "holds lists or objects"
        if self.distinct == 0:
            return "is empty"
        if self.distinct == 1:
            return "has one class only"
        if self.distinct > MOST_CLASSES:
            return f"has {self.distinct:,} different values; {MOST_CLASSES} classes are the limit"
        if self.distinct > self.rows / 2:
            return f"has {self.distinct:,} different values in {self.rows:,} rows, too many to be classes"
        return None

    def refusal_as_text(self) -> str | None:
        """Why it cannot be the text; None when it can."""
        if not self.flat:
            return "holds lists or objects"
        if self.words < 1:
            return "is empty"
        return None


def examine(table: pa.Table, class_names: Mapping[str, list[str]]) -> dict[str, Column]:
    """What each column holds; the number of words is the mean of the first 1,000 rows."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if table.num_columns > MOST_COLUMNS:
        raise SSTIError(
            f"It has {table.num_columns:,} columns; {MOST_COLUMNS} are the limit.",
            "Keep the text and the label.",
            kind="data",
        )
    found = {}
    for name in table.column_names:
        column, kind = table[name], table.schema.field(name).type
        if pa.types.is_dictionary(kind):
            column, kind = pc.cast(column, kind.value_type), kind.value_type
        if not (pa.types.is_primitive(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)):
            found[name] = Column(name, 0, table.num_rows, 0.0, flat=False)
            continue
        words = [len(str(value).split()) for value in column.slice(0, 1000).to_pylist() if value is not None]
        mean = sum(words) / len(words) if words else 0.0
        distinct = pc.count_distinct(column).as_py()
        if distinct <= 10 * MOST_CLASSES:  # few enough to be classes: count them as classes are counted
            distinct = len(pc.unique(labels_of(column, class_names.get(name))).drop_null())
        found[name] = Column(name, distinct, table.num_rows, mean, flat=True)
    return found


def choose(columns: Mapping[str, Column], text: str | None, label: str | None) -> dict[str, tuple[str, ...]]:
    """Candidates for text and label, best first; a column that was asked for is first or refused with why."""
    for wanted in (text, label):
        if wanted is not None and wanted not in columns:
            raise SSTIError(
                f"There is no column {wanted!r}{nearest(wanted, columns) or '.'}",
                f"Columns: {', '.join(map(repr, columns))}.",
                kind="data",
            )
    texts = [column for column in columns.values() if column.refusal_as_text() is None]
    texts.sort(key=lambda column: (_rank(column.name, TEXT_NAMES, column.words >= 3), -column.words))
    labels = [column for column in columns.values() if column.refusal_as_label() is None]
    labels.sort(key=lambda column: (_rank(column.name, LABEL_NAMES, True), column.words > 3, column.distinct))
    text_names, label_names = [column.name for column in texts], [column.name for column in labels]
    chosen_text = text or next((name for name in text_names if name != label), None)
    chosen_label = label or next((name for name in label_names if name != chosen_text), None)
    if chosen_label is not None and (reason := columns[chosen_label].refusal_as_label()):
        raise SSTIError(
            f"The column {chosen_label!r} cannot be the label: it {reason}.",
            _others(label_names),
            kind="data",
        )
    if chosen_text is not None and (reason := columns[chosen_text].refusal_as_text()):
        raise SSTIError(
            f"The column {chosen_text!r} cannot be the text: it {reason}.", _others(text_names), kind="data"
        )
    if chosen_text is None or chosen_label is None or chosen_text == chosen_label:
        refused = [
            f"{name!r} {reason}"
            for name, column in columns.items()
            if name != chosen_text and (reason := column.refusal_as_label())
        ]
        what = "text" if chosen_text is None else "label"
        why = f" ({'; '.join(refused[:6])})" if what == "label" and refused else ""
        raise SSTIError(
            f"No column can be the {what}{why}.",
            f"A dataset needs a column of texts and one of 2 to {MOST_CLASSES} classes.",
            kind="data",
        )
    return {
        "text": (chosen_text, *(n for n in text_names if n not in (chosen_text, chosen_label))),
        "label": (chosen_label, *(n for n in label_names if n not in (chosen_text, chosen_label))),
    }


def passed_over(columns: Mapping[str, Column], label: str) -> list[str]:
    """Sentences about columns that are named like a label but cannot be one."""
    return [
        f"The column {name!r} {reason}; {label!r} was taken as the label."
        for name, column in columns.items()
        if name != label and _rank(name, LABEL_NAMES, True) < 100 and (reason := column.refusal_as_label())
    ]


def _rank(name: str, known: tuple[str, ...], fits: bool) -> int:
    """Known names in their order, then names that contain one, then the rest; what does not fit is last."""
    plain = re.sub(r"[^a-z_]", "", name.lower())
    if not fits:
        return 1000
    if plain in known:
        return known.index(plain)
    return 100 if any(word in plain.split("_") for word in known) else 200


def _others(names: list[str]) -> str:
    return f"Columns that can: {', '.join(map(repr, names))}." if names else "No other column can."
