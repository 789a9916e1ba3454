"""Makes rows of `text` and `label` from two columns: class names, indices, and what had to be left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ssti.data.own.classes import apply, check_names, classes_of, words_of
from ssti.platform.errors import DataError, listed
from ssti.platform.language import tr

if TYPE_CHECKING:
    from ssti.data.own.formats.read import Source

ROW = "row"  # the column of a row's number in its file


@dataclass(frozen=True)
class Cleaned:
    """Tables by split, of `text`, `label` (index into `names`) and `row` (its number in the file, from 1 under the
    header); rows per class; problems, as sentences."""

    tables: dict[str, pa.Table]
    names: tuple[str, ...]
    counts: dict[str, int]
    problems: list[str]


def texts_of(column: Any) -> pa.Array:
    """A text column as strings, U+FFFD in place of NUL; null where there is nothing but white space."""
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column, column.type.value_type)
    texts = pc.replace_substring(pc.cast(column, pa.string()), "\0", "\ufffd")  # no file of text can hold a NUL
    blank = pc.equal(pc.utf8_trim_whitespace(texts), "")
    texts = pc.if_else(blank, pa.scalar(None, pa.string()), texts)
    return texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts


def clean_rows(source: Source, text: str, label: str) -> Cleaned:
    """The rows of these two columns, without those that lack a text or a label.

    Raises `SSTIError` when more than half of the labels are missing or when fewer than two classes have rows.
    """
    problems = list(source.notes)
    names = source.class_names.get(label)
    try:
        columns = {split: (texts_of(t[text]), words_of(t[label], names)) for split, t in source.tables.items()}
    except (pa.ArrowException, ValueError, OverflowError, KeyError) as problem:
        raise DataError(
            tr(
                "The columns {text!r} and {label!r} cannot be read as texts and labels: {problem}",
                text=text[:60],
                label=label[:60],
                problem=str(problem)[:200],
            ),
            tr("Choose other columns, or write the file again."),
        ) from problem
    if "test" in columns and columns["test"][1].null_count > len(columns["test"][1]) / 2:
        problems.append(tr("The test split has no labels to speak of; the training split was split instead."))
        columns.pop("test")
    classes = classes_of([words for _, words in columns.values()], names)
    check_names(classes.order, label)
    cleaned, no_label, no_text, counts = {}, 0, 0, Counter()
    for split, (texts, words) in columns.items():
        index = apply(words, classes)
        has_text, has_label = pc.is_valid(texts), pc.is_valid(index)
        no_label += index.null_count
        no_text += pc.sum(pc.and_(has_label, pc.invert(has_text))).as_py() or 0
        numbers = pa.array(np.arange(1, len(texts) + 1))
        cleaned[split] = pa.table({"text": texts, "label": index, ROW: numbers}).filter(pc.and_(has_text, has_label))
        counts.update(
            {classes.order[v["values"]]: v["counts"] for v in pc.value_counts(cleaned[split]["label"]).to_pylist()}
        )
    total = sum(len(words) for _, words in columns.values())
    missing = [word for word, name in classes.of.items() if name is None]
    if no_label > total / 2:
        about = {"n": no_label, "total": total, "label": label, "words": listed(missing)}
        words = tr("{n:,} of {total:,} rows have no label in the column {label!r}.", **about)
        if missing:
            words = tr(
                "{n:,} of {total:,} rows have no label in the column {label!r} ({words} counts as none).", **about
            )
        raise DataError(
            words,
            tr("Choose another label column, or fill it in: every row needs its class."),
        )
    usable = [name for name, count in counts.items() if count > 1]
    if len(usable) < 2:
        raise DataError(
            tr(
                "Classes in {label!r} with two usable rows or more: {n}; two are needed. There are {counts}.",
                label=label,
                n=len(usable),
                counts=", ".join(f"{name[:40]!r} ({count:,})" for name, count in counts.most_common(6)) or tr("none"),
            ),
            tr("Add rows of a second class."),
        )
    whole = pa.concat_arrays([table["text"].combine_chunks() for table in cleaned.values()])
    repeated = len(whole) - pc.count_distinct(whole).as_py()
    single = [name for name in classes.order if counts[name] == 1]
    empty = [name for name in classes.order if not counts[name]]
    sentences = (
        (repeated, tr("Rows that repeat the text of another: {n:,}; the first of each is kept.", n=repeated)),
        (no_label, tr("Rows without a label: {n:,} of {total:,}; they are left out.", n=no_label, total=total)),
        (no_text, tr("Rows without a text: {n:,} of {total:,}; they are left out.", n=no_text, total=total)),
        (single, tr("Classes of one row, which cannot be tested: {names}.", names=listed(single))),
        (empty, tr("Classes without a row: {names}.", names=listed(empty))),
    )
    problems.extend(sentence for there, sentence in sentences if there)
    problems.extend(classes.notes)
    return Cleaned(cleaned, classes.order, {name: counts[name] for name in classes.order}, problems)
