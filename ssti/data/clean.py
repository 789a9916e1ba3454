"""Makes rows of `text` and `label` from two columns: class names, indices, and what had to be left out."""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ssti.errors import SSTIError, listed

if TYPE_CHECKING:
    import pyarrow as pa

    from ssti.data.readers import Source

EMPTY_LABELS = frozenset({"", "nan", "NaN", "null", "NULL", "N/A", "#N/A"})


@dataclass(frozen=True)
class Cleaned:
    """Tables by split, of `text` and `label` (index into `names`); rows per class; problems, as sentences."""

    tables: dict[str, pa.Table]
    names: tuple[str, ...]
    counts: dict[str, int]
    problems: list[str]


def labels_of(column: Any, names: list[str] | None) -> pa.Array:
    """A label column as clean strings; null where it is missing (empty, "nan", or -1 of a named class)."""
    import pyarrow as pa

    values = column.to_pylist()
    if names is not None:
        return pa.array([names[v] if isinstance(v, int) and 0 <= v < len(names) else None for v in values], pa.string())
    cleaned = [_clean(value) for value in values]
    known = {value for value in cleaned if value is not None}
    if known and all(re.fullmatch(r"-?\d+\.0+", value) for value in known):
        cleaned = [value and value.split(".")[0] for value in cleaned]
    return pa.array(cleaned, pa.string())


def _clean(value: Any) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    text = str(value).lower() if isinstance(value, bool) else str(value).strip()
    return None if text in EMPTY_LABELS else text


def texts_of(column: Any) -> pa.Array:
    """A text column as strings; null where there is nothing but white space."""
    import pyarrow as pa
    import pyarrow.compute as pc

    texts = pc.cast(column, pa.string())
    blank = pc.equal(pc.utf8_trim_whitespace(texts), "")
    return pc.if_else(blank, pa.scalar(None, pa.string()), texts)


def class_order(labels: Any, names: list[str] | None) -> tuple[str, ...]:
    """The classes in their order: as they came with the data, else by number, else by name."""
    present = [label for label in labels if label is not None]
    if names is not None:
        return tuple(names)
    if all(re.fullmatch(r"-?\d+", label) for label in present):
        return tuple(sorted(present, key=int))
    return tuple(sorted(present))


def clean_rows(source: Source, text: str, label: str) -> Cleaned:
    """The rows of these two columns, without those that lack a text or a label.

    Raises `SSTIError` when more than half of the labels are missing or when fewer than two classes have rows.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    problems = list(source.notes)
    names = source.class_names.get(label)
    columns = {
        split: (texts_of(_flat(t[text])), labels_of(_flat(t[label]), names)) for split, t in source.tables.items()
    }
    if "test" in columns and columns["test"][1].null_count > len(columns["test"][1]) / 2:
        problems.append("The test split has no labels to speak of; the training split was split instead.")
        columns.pop("test")
    seen = {value for _, labels in columns.values() for value in pc.unique(labels).to_pylist()}
    order = class_order(seen, names)
    cleaned, no_label, no_text, counts = {}, 0, 0, Counter()
    for split, (texts, labels) in columns.items():
        if isinstance(texts, pa.ChunkedArray):
            texts = texts.combine_chunks()
        has_text, has_label = pc.is_valid(texts), pc.is_valid(labels)
        no_label += len(labels) - pc.sum(has_label).as_py()
        no_text += pc.sum(pc.and_(has_label, pc.invert(has_text))).as_py()
        index = pc.cast(pc.index_in(labels, pa.array(order, pa.string())), pa.int64())
        cleaned[split] = pa.table({"text": texts, "label": index}).filter(pc.and_(has_text, has_label))
        counts.update(order[place] for place in cleaned[split]["label"].to_pylist())
    total = sum(len(labels) for _, labels in columns.values())
    if no_label > total / 2:
        raise SSTIError(
            f"{no_label:,} of {total:,} rows have no label in the column {label!r}.",
            "Choose another label column, or fill it in: every row needs its class.",
            kind="data",
        )
    usable = [name for name, count in counts.items() if count > 1]
    if len(usable) < 2:
        raise SSTIError(
            f"Classes in {label!r} with two usable rows or more: {len(usable)}; two are needed.",
            "Add rows of a second class.",
            kind="data",
        )
    whole = pa.concat_arrays([table["text"].combine_chunks() for table in cleaned.values()])
    repeated = len(whole) - pc.count_distinct(whole).as_py()
    single = [name for name in order if counts[name] == 1]
    alike = [name for name, times in Counter(name.casefold() for name in order).items() if times > 1]
    told = (
        (repeated, f"Rows that repeat the text of another: {repeated:,}; the first of each is kept."),
        (no_label, f"Rows without a label: {no_label:,} of {total:,}; they are left out."),
        (no_text, f"Rows without a text: {no_text:,} of {total:,}; they are left out."),
        (single, f"Classes of one row, which cannot be tested: {listed(single)}."),
        (alike, f"Classes that differ in upper and lower case only: {listed(alike)}."),
    )
    problems.extend(sentence for there, sentence in told if there)
    return Cleaned(cleaned, order, {name: counts[name] for name in order}, problems)


def _flat(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    return pc.cast(column, column.type.value_type) if pa.types.is_dictionary(column.type) else column
