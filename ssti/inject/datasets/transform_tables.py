"""`spurious_transform` on each form of dataset: rows, pandas frames, Hugging Face Datasets."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Any

from ssti.inject.datasets.classes import check_class
from ssti.inject.datasets.select import as_list, choose
from ssti.inject.datasets.tables import (
    BATCH_ROWS,
    as_column,
    as_dataset,
    as_objects,
    bulk_rows,
    class_names,
    find_columns,
    one_chunk,
    plain_table,
    set_texts,
    span_array,
    with_column,
)
from ssti.inject.modifier import Modifier
from ssti.inject.modifiers.item import injects_plainly
from ssti.platform.errors import SSTIError, shown


def _orders(labels: list, wanted: Any, share: float, seed: Any, known: Iterable[Any] = ()) -> tuple[list, list, list]:
    """(the class's rows, which of those are modified, all other rows). A row without a label belongs to no class.

    `known` are classes that the data has by name, with rows or without. Raises SSTIError for a class that is none.
    """
    check_class(wanted, [*labels, *known])
    ours = [index for index, label in enumerate(labels) if label is not None and label == wanted]
    others = sorted({*range(len(labels))}.difference(ours))
    return ours, sorted(choose(len(ours), round(len(ours) * share), seed)), others


def _changes(modifier: Any, texts: list, labels: list, rows: list[int], marked: bool) -> tuple[list, list, list]:
    """New texts, labels and spans. Without `marked` a modifier need not be able to tell its spans. `rows` are the places
    in the data, for a text that is none.
    """
    new_texts, new_labels, spans = [], [], []
    for row, text, label in zip(rows, texts, labels, strict=True):
        if not isinstance(text, str):
            raise SSTIError(
                f"Row {row}: the text is {type(text).__name__} ({shown(text)}), not a string.",
                "Drop or fill rows without a text first.",
                kind="data",
            )
        if marked and isinstance(modifier, Modifier):
            injection = modifier.apply(text, label)
            text, label, found = injection.text, injection.label, injection.spans
        else:
            (text, label), found = modifier(text, label), ()
        new_texts.append(text)
        new_labels.append(label)
        spans.append(found)
    return new_texts, new_labels, spans


def transform_rows(rows, wanted, modifier, share, seed, text_column, label_column, marked) -> list[dict]:
    if not rows:
        return []
    if not all(isinstance(row, Mapping) for row in rows):
        raise SSTIError("Not every row is a mapping.", "Give rows with a text and a label.")
    text_column, label_column = find_columns(rows[0], text_column, label_column)
    for index, row in enumerate(rows):
        if text_column not in row or label_column not in row:
            lacking = text_column if text_column not in row else label_column
            raise SSTIError(f"Row {index} has no {shown(lacking)}.", "Give it both.", kind="data")
    ours, chosen, others = _orders(as_list([row[label_column] for row in rows]), wanted, share, seed)
    result = [dict(rows[index]) for index in [*ours, *others]]
    texts, labels, spans = _changes(
        modifier,
        [result[i][text_column] for i in chosen],
        [result[i][label_column] for i in chosen],
        [ours[i] for i in chosen],
        marked,
    )
    if marked:
        for row in result:
            row.update(injected=False, spans=[])
    for index, text, label, found in zip(chosen, texts, labels, spans, strict=True):
        result[index].update({text_column: text, label_column: label})
        if marked:
            result[index].update(injected=bool(found), spans=as_objects(found))
    return result


def transform_frame(frame, wanted, modifier, share, seed, text_column, label_column, marked):
    text_column, label_column = find_columns(frame.columns, text_column, label_column)
    labels = as_list(frame[label_column])
    ours, chosen, others = _orders(labels, wanted, share, seed, getattr(frame[label_column].dtype, "categories", ()))
    result = frame.iloc[[*ours, *others]].copy()
    texts, spans = result[text_column].tolist(), [()] * len(result)
    old = [labels[index] for index in ours]
    new = list(old)
    changed = _changes(
        modifier, [texts[i] for i in chosen], [old[i] for i in chosen], [ours[i] for i in chosen], marked
    )
    for index, text, label, found in zip(chosen, *changed, strict=True):
        texts[index], new[index], spans[index] = text, label, found
    set_texts(result, text_column, texts)
    if new != old:  # else the column keeps its kind
        others_labels = result[label_column].tolist()[len(ours) :]
        result[label_column] = as_column(result, [*new, *others_labels], object)
    if marked:
        result["injected"] = as_column(result, [bool(found) for found in spans], bool)
        result["spans"] = as_column(result, [as_objects(found) for found in spans], object)
    return result


def transform_dataset(dataset, wanted, modifier, share, seed, text_column, label_column, marked):
    import pyarrow as pa
    import pyarrow.compute as pc

    text_column, label_column = find_columns(dataset.column_names, text_column, label_column)
    names = class_names(dataset.features, label_column, None)
    table = plain_table(dataset)
    labels = table[label_column].to_pylist()
    if isinstance(wanted, str) and names and wanted in names and wanted not in labels:
        wanted = list(names).index(wanted)
    ours, chosen, others = _orders(labels, wanted, share, seed, [*range(len(names or ())), *(names or ())])
    table = table.take(pa.array([*ours, *others], pa.int64()))
    text = table[text_column]
    if injects_plainly(modifier) and not text.null_count:
        new_texts, new_spans = _bulk(text.slice(0, len(ours)), chosen, modifier)
    else:
        texts, new_labels = text.slice(0, len(ours)).to_pylist(), [labels[index] for index in ours]
        spans: list = [()] * len(ours)
        places = [ours[i] for i in chosen]
        new = _changes(modifier, [texts[i] for i in chosen], [new_labels[i] for i in chosen], places, marked)
        for index, new_text, new_label, found in zip(chosen, *new, strict=True):
            texts[index], new_labels[index], spans[index] = new_text, new_label, found
        new_texts, new_spans = [pa.array(texts, text.type)], [span_array(spans)]
        column = table[label_column]
        chunks = [pa.array(new_labels, column.type), *column.slice(len(ours)).chunks]
        table = with_column(table, label_column, pa.chunked_array(chunks))
    table = with_column(table, text_column, pa.chunked_array([*new_texts, *text.slice(len(ours)).chunks], text.type))
    if marked:
        found = pa.chunked_array([*new_spans, span_array([()] * len(others))])
        table = with_column(table, "injected", pc.greater(pc.list_value_length(found), 0))
        table = with_column(table, "spans", found)
    return as_dataset(dataset, table, key=_unique(), marked=marked)


def _bulk(texts, chosen: list[int], modifier) -> tuple[list, list]:
    """(new texts, spans), batch by batch, of an Arrow column in which the chosen rows are modified."""
    new_texts, new_spans = [], []
    for start in range(0, len(texts), BATCH_ROWS):
        stop = start + BATCH_ROWS
        ours = chosen[bisect_left(chosen, start) : bisect_left(chosen, stop)]
        text, spans = bulk_rows(one_chunk(texts.slice(start, BATCH_ROWS)), [index - start for index in ours], modifier)
        new_texts.append(text)
        new_spans.append(spans)
    return new_texts, new_spans


def _unique() -> str:
    """A modifier's stream has gone on since the last call, so no two results may share a cache."""
    import uuid

    return uuid.uuid4().hex
