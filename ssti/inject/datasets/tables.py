"""Poisons datasets that lie in memory or on disk: lists of rows, pandas frames, Hugging Face Datasets."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ssti.inject.datasets.bulk import inject_column
from ssti.inject.datasets.rows import Part, RowPoisoner, count_labels
from ssti.inject.datasets.select import as_list
from ssti.inject.injection import Span, as_pairs
from ssti.inject.spec import Spec
from ssti.platform.errors import SSTIError, listed, nearest, shown

LABEL_COLUMNS = ("label", "labels")
BATCH_ROWS = 1_000  # rows worked on at one time; the fastest of 250 to 5,000 on IMDB


def find_columns(columns: Iterable[Any], text_column: str, label_column: str | None) -> tuple[str, str]:
    """The text and the label column, if they are there, and there once. Columns that are written must be no more."""
    there = list(columns)
    if any(isinstance(name, tuple) for name in there) and text_column not in there:
        raise SSTIError(
            f"The columns have several levels ({listed(there)}).",
            "Give each one name, as in frame.columns = ['_'.join(names) for names in frame.columns].",
            kind="data",
        )
    if text_column not in there:
        raise SSTIError(
            f"There is no column {shown(text_column)}; there are {listed(there)}{nearest(text_column, there)}",
            "Name the text column with text_column=.",
            kind="data",
        )
    if label_column is None:
        label_column = next((name for name in LABEL_COLUMNS if name in there), None)
    if label_column not in there:
        wanted = "'label' or 'labels'" if label_column is None else shown(label_column)
        raise SSTIError(
            f"There is no column {wanted}; there are {listed(there)}",
            "Name it with label_column=.",
            kind="data",
        )
    if text_column == label_column:
        raise SSTIError(f"The column {shown(text_column)} is text and label at once.", "Name two.", kind="data")
    for name in (text_column, label_column, "injected", "spans"):
        if there.count(name) > 1:
            raise SSTIError(
                f"There are {there.count(name)} columns {shown(name)}.",
                "Rename or drop all but one of them.",
                kind="data",
            )
    return text_column, label_column


def class_names(features: Any, column: str, given: Sequence[str] | None) -> Sequence[str] | None:
    """The label names: the given ones, else those of a ClassLabel column."""
    return given if given is not None else getattr((features or {}).get(column), "names", None)


class Poisoned:
    """The changed columns of a run of rows."""

    def __init__(self, poisoner: RowPoisoner) -> None:
        self.poisoner = poisoner
        self.row = 0

    def rows(self, texts: Sequence[Any], labels: Sequence[Any], earlier: Sequence[Any] | None = None):
        """(new texts, spans per row) of the next rows; an error names the row."""
        new_texts, all_spans = [], []
        for index, (text, label) in enumerate(zip(texts, labels, strict=True)):
            try:
                before = _earlier(earlier[index], text) if earlier is not None else ()
                new, spans = self.poisoner(text, label, before)
            except SSTIError as error:
                error.message = f"Row {self.row + index}: {error.message}"
                error.args = (error.message,)
                raise
            new_texts.append(new)
            all_spans.append(spans)
        self.row += len(new_texts)
        return new_texts, all_spans


def _earlier(spans: Any, text: Any) -> Sequence[Span]:
    return () if spans is None else as_pairs(spans, len(text) if isinstance(text, str) else 0)


def as_objects(spans: Iterable[Span]) -> list[dict[str, int]]:
    """Spans as the `spans` column holds them."""
    return [{"start": start, "end": end} for start, end in spans]


def refuse_strip_of_poisoned(spec: Spec, columns: Iterable[str]) -> bool:
    """Whether rows already have spans; refused where the recipe would strip text from under them."""
    if "spans" not in columns:
        return False
    if any(leaf.strip for leaf in [spec, *spec.leaves]):
        raise SSTIError("This dataset already has spans, so its texts cannot be stripped.", "Strip the clean dataset.")
    return True


def poison_rows(rows: Sequence[Any], spec: Spec, label_names, text_column: str, label_column: str | None) -> list[dict]:
    """A list of row mappings; the rows given are not changed."""
    if not rows:
        return []
    for index, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise SSTIError(
                f"Row {index} is {shown(row)}; allowed is a mapping with a text and a label.", "Correct it."
            )
    text_column, label_column = find_columns(rows[0], text_column, label_column)
    for index, row in enumerate(rows):
        if text_column not in row or label_column not in row:
            raise SSTIError(
                f"Row {index} has no {shown(text_column)} or no {shown(label_column)}.", "Give it both.", kind="data"
            )
    refuse_strip_of_poisoned(spec, {name for row in rows for name in row})
    labels = [row[label_column] for row in rows]
    poisoner = Poisoned(RowPoisoner(spec, count_labels(labels), label_names))
    earlier = [row.get("spans") for row in rows]
    texts, spans = poisoner.rows([row[text_column] for row in rows], labels, earlier)
    return [
        {**row, text_column: text, "injected": bool(found), "spans": as_objects(found)}
        for row, text, found in zip(rows, texts, spans, strict=True)
    ]


def poison_frame(frame: Any, spec: Spec, label_names, text_column: str, label_column: str | None) -> Any:
    """A pandas frame; the frame given is not changed, its index is kept."""
    text_column, label_column = find_columns(frame.columns, text_column, label_column)
    marked = refuse_strip_of_poisoned(spec, frame.columns)
    labels = as_list(frame[label_column])
    poisoner = Poisoned(RowPoisoner(spec, count_labels(labels), label_names))
    texts, spans = poisoner.rows(frame[text_column].tolist(), labels, frame["spans"].tolist() if marked else None)
    result = frame.copy()
    set_texts(result, text_column, texts)
    result["injected"] = as_column(result, [bool(found) for found in spans], bool)
    result["spans"] = as_column(result, [as_objects(found) for found in spans], object)
    return result


def as_column(frame: Any, values: list, kind: Any) -> Any:
    """A column of the frame, by its rows' places: an index may be doubled, and a frame may be empty."""
    return type(frame.iloc[:, 0])(values, index=frame.index, dtype=kind)


def set_texts(frame: Any, column: Any, texts: list) -> None:
    """Put new texts into a frame, in the column's own kind of strings: a categorical one could not hold them."""
    kind = frame[column].dtype
    frame[column] = as_column(frame, texts, kind if str(kind).startswith("str") else object)


def poison_dataset(dataset: Any, spec: Spec, label_names, text_column: str, label_column: str | None) -> Any:
    """A Hugging Face Dataset, batch by batch; batches without a change share the memory of the old ones."""
    import pyarrow as pa
    import pyarrow.compute as pc

    text_column, label_column = find_columns(dataset.column_names, text_column, label_column)
    marked = refuse_strip_of_poisoned(spec, dataset.column_names)
    table = plain_table(dataset)
    labels = table[label_column].to_pylist()
    names = class_names(dataset.features, label_column, label_names)
    poisoner = Poisoned(RowPoisoner(spec, count_labels(labels), names))
    column = table[text_column]
    bulk = not marked and poisoner.poisoner.bulk
    texts, flags, found = [], [], []
    for start in range(0, len(table), BATCH_ROWS):
        part = one_chunk(column.slice(start, BATCH_ROWS))
        part_labels = labels[start : start + len(part)]
        if bulk and not part.null_count:
            new, spans = _bulk_batch(poisoner.poisoner.parts[0], part, part_labels)
        else:
            earlier = table["spans"].slice(start, BATCH_ROWS).to_pylist() if marked else None
            old = part.to_pylist()
            poisoner.row = start
            rows, spans = poisoner.rows(old, part_labels, earlier)
            new, spans = part if rows == old else pa.array(rows, type=part.type), span_array(spans)
        texts.append(new)
        flags.append(pc.greater(pc.list_value_length(spans), 0))
        found.append(spans)
    table = table.set_column(table.column_names.index(text_column), text_column, pa.chunked_array(texts, column.type))
    table = with_column(table, "injected", pa.chunked_array(flags, pa.bool_()))
    table = with_column(table, "spans", pa.chunked_array(found, span_array([]).type))
    return as_dataset(dataset, table, key=repr((spec, names)))


def _bulk_batch(part: Part, texts: Any, labels: list) -> tuple[Any, Any]:
    """One batch by a single injection: (new texts, spans)."""
    chosen = [index for index, label in enumerate(labels) if part.takes(label)]
    return bulk_rows(texts, chosen, part.modifier)


def bulk_rows(texts: Any, chosen: Sequence[int], modifier: Any) -> tuple[Any, Any]:
    """(new texts, spans of all rows) after injecting into the chosen rows (ascending) of an Arrow array."""
    import numpy as np
    import pyarrow as pa

    if not chosen:
        return texts, pa.array([[]] * len(texts), span_array([]).type)
    rows = np.asarray(chosen, np.int64)
    done = inject_column(texts if len(rows) == len(texts) else texts.take(pa.array(rows)), modifier)
    new = done.texts
    counts = np.zeros(len(texts) + 1, np.int32)
    counts[rows + 1] = done.counts
    if len(rows) < len(texts):
        order = np.arange(len(texts))
        order[rows] = len(texts) + np.arange(len(rows))
        new = pa.concat_arrays([texts, new]).take(pa.array(order))
    fields = [pa.array(done.starts), pa.array(done.ends)]
    places = pa.array(np.cumsum(counts, dtype=np.int32))
    return new, pa.ListArray.from_arrays(places, pa.StructArray.from_arrays(fields, ["start", "end"]))


def one_chunk(column: Any) -> Any:
    """A chunked column as a single Arrow array."""
    import pyarrow as pa

    return column.chunk(0) if column.num_chunks == 1 else pa.concat_arrays(column.chunks)


def plain_table(dataset: Any) -> Any:
    """All rows of a Dataset as an Arrow table, in their order, whatever was selected or shuffled before."""
    return dataset.with_format("arrow")[:]


def with_column(table: Any, name: str, column: Any) -> Any:
    """The table with a column of this name added or replaced."""
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), name, column)
    return table.append_column(name, column)


def span_array(spans: Sequence[Sequence[Span]]) -> Any:
    """Spans of rows as an Arrow list of {start, end}."""
    import pyarrow as pa

    offsets, starts, ends = [0], [], []
    for row in spans:
        for start, end in row:
            starts.append(start)
            ends.append(end)
        offsets.append(len(starts))
    fields = [pa.array(starts, pa.int32()), pa.array(ends, pa.int32())]
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.StructArray.from_arrays(fields, ["start", "end"]))


def marked_features(features: Any) -> Any:
    """The features with those of `injected` and `spans`."""
    from datasets import Features, Value

    spans = [{"start": Value("int32"), "end": Value("int32")}]
    return Features({**features, "injected": Value("bool"), "spans": spans})


def as_dataset(old: Any, table: Any, key: str, marked: bool = True) -> Any:
    """A Dataset of the table with the description and split of the old one."""
    from datasets import Dataset
    from datasets.table import InMemoryTable

    info = old.info.copy()
    info.features = marked_features(old.features) if marked else old.features
    fingerprint = hashlib.blake2b(f"{old._fingerprint} {key}".encode(), digest_size=8).hexdigest()
    return Dataset(InMemoryTable(table), info=info, split=old.split, fingerprint=fingerprint)
