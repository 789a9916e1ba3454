"""The door of whole datasets: rows, a pandas frame or a Hugging Face Dataset as texts and labels, and back again.

Knows columns and their types, no recipe and no modifier. A table of any form has `texts` and `labels` (as they are
stored), `earlier` (the spans that its rows already have, None without such a column), `names` (those of a ClassLabel),
`classes` (values that are classes though no row may have them), `take(order)` and `back(changes, …)`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from ssti.inject.injection import Span
from ssti.platform.errors import SSTIError, listed, nearest, shown
from ssti.platform.language import tr

LABEL_COLUMNS = ("label", "labels")
BATCH_ROWS = 1_000  # rows of a Dataset that are Python objects at one time

Changes = Mapping[int, tuple[Any, Any, Sequence[Span]]]  # by row: its new text, its label, its spans


def open_table(dataset: Any, text_column: str, label_column: str | None) -> Rows | Frame | Arrow | None:
    """The dataset as a table; None for what is none. Raises SSTIError where a column is missing or doubled."""
    if isinstance(dataset, (list, tuple)):
        return Rows(dataset, text_column, label_column)
    if hasattr(dataset, "iloc") and hasattr(dataset, "columns"):
        return Frame(dataset, *find_columns(dataset.columns, text_column, label_column))
    if hasattr(dataset, "data") and hasattr(dataset, "features"):
        return Arrow(dataset, *find_columns(dataset.column_names, text_column, label_column))
    return None


class Rows:
    """A list of row mappings. The rows given are not changed."""

    names, classes = None, ()

    def __init__(self, rows: Sequence[Any], text_column: str, label_column: str | None) -> None:
        for index, row in enumerate(rows):
            if not isinstance(row, Mapping):
                raise SSTIError(
                    tr("Row {index} is {row}; it must be a mapping.", index=index, row=shown(row)),
                    tr("Give it a text and a label."),
                )
        if rows:
            text_column, label_column = find_columns(rows[0], text_column, label_column)
        for index, row in enumerate(rows):
            for name in (text_column, label_column):
                if name not in row:
                    raise SSTIError(
                        tr("Row {index} has no {name}.", index=index, name=shown(name)),
                        tr("Give it a text and a label."),
                        kind="data",
                    )
        self.rows, self.text_column, self.label_column = rows, text_column, label_column
        self.texts, self.labels = [row[text_column] for row in rows], [row[label_column] for row in rows]
        self.earlier = [row.get("spans") for row in rows] if any("spans" in row for row in rows) else None

    def take(self, order: Sequence[int]) -> Rows:
        """The rows at these places, in this order."""
        return Rows([self.rows[index] for index in order], self.text_column, self.label_column)

    def back(self, changes: Changes, marked: bool, key: str) -> list[dict]:
        """The rows with their changes; `marked` adds `injected` and `spans`."""
        result = []
        for index, row in enumerate(self.rows):
            text, label, spans = changes.get(index) or (self.texts[index], self.labels[index], ())
            marks = {"injected": bool(spans), "spans": as_objects(spans)} if marked else {}
            result.append({**row, self.text_column: text, self.label_column: label, **marks})
        return result


class Frame:
    """A pandas frame. The frame given is not changed, and its index is kept."""

    names = None

    def __init__(self, frame: Any, text_column: str, label_column: str) -> None:
        self.frame, self.text_column, self.label_column = frame, text_column, label_column
        self.texts, self.labels = frame[text_column].tolist(), frame[label_column].tolist()
        self.earlier = frame["spans"].tolist() if "spans" in frame.columns else None
        self.classes = getattr(frame[label_column].dtype, "categories", ())

    def take(self, order: Sequence[int]) -> Frame:
        """The rows at these places, in this order."""
        return Frame(self.frame.iloc[order], self.text_column, self.label_column)

    def back(self, changes: Changes, marked: bool, key: str) -> Any:
        """The frame with its changes; `marked` adds `injected` and `spans`. Columns keep their kind where they can: one
        of categories could not hold new texts.
        """
        texts, labels, spans = list(self.texts), list(self.labels), [()] * len(self.texts)
        for index, change in changes.items():
            texts[index], labels[index], spans[index] = change
        result, kind = self.frame.copy(), self.frame[self.text_column].dtype
        result[self.text_column] = self._column(texts, kind if str(kind).startswith("str") else object)
        if labels != self.labels:
            result[self.label_column] = self._column(labels, object)
        if marked:
            result["injected"] = self._column(list(map(bool, spans)), bool)
            result["spans"] = self._column(list(map(as_objects, spans)), object)
        return result

    def _column(self, values: list, kind: Any) -> Any:
        """A column by its rows' places: an index may be doubled, and a frame may be empty."""
        return type(self.frame.iloc[:, 0])(values, index=self.frame.index, dtype=kind)


class Arrow:
    """A Hugging Face Dataset, batch by batch: a batch without a change shares the memory of the old one."""

    def __init__(self, dataset: Any, text_column: str, label_column: str, order: Sequence[int] | None = None) -> None:
        import pyarrow as pa

        self.dataset, self.text_column, self.label_column = dataset, text_column, label_column
        # All rows in their order, whatever was selected or shuffled before.
        table = dataset.with_format("arrow")[:]
        self.table = table if order is None else table.take(pa.array(order, pa.int64()))
        self.labels = self.table[label_column].to_pylist()
        self.earlier = self.table["spans"].to_pylist() if "spans" in self.table.column_names else None
        self.names = class_names(dataset.features, label_column)
        self.classes = [*range(len(self.names)), *self.names] if self.names else ()

    @property
    def texts(self) -> Iterator[Any]:
        """The texts one by one, read when they are asked for."""
        for _, batch in self._batches():
            yield from batch.to_pylist()

    def _batches(self) -> Iterator[tuple[int, Any]]:
        """The number of each batch's first row, and its texts."""
        column = self.table[self.text_column]
        return ((start, column.slice(start, BATCH_ROWS)) for start in range(0, len(column), BATCH_ROWS))

    def take(self, order: Sequence[int]) -> Arrow:
        """The rows at these places, in this order."""
        return Arrow(self.dataset, self.text_column, self.label_column, order)

    def back(self, changes: Changes, marked: bool, key: str) -> Any:
        """A Dataset with its changes, its types, description and split; `marked` adds `injected` and `spans`. Two with
        the same `key` share what `datasets` caches.
        """
        import pyarrow as pa

        texts, spans, table = [], [], self.table
        for start, batch in self._batches():
            new = [changes.get(start + index) for index in range(len(batch))]
            spans.append(_span_array([change[2] if change else () for change in new]))
            if any(new):
                old = zip(batch.to_pylist(), new, strict=True)
                batch = pa.chunked_array([pa.array([c[0] if c else text for text, c in old], batch.type)])
            texts += batch.chunks
        table = _with_column(table, self.text_column, pa.chunked_array(texts, table[self.text_column].type))
        labels = [changes[index][1] if index in changes else label for index, label in enumerate(self.labels)]
        if labels != self.labels:
            table = _with_column(table, self.label_column, pa.array(labels, table[self.label_column].type))
        if marked:
            column = pa.chunked_array(spans, _span_array([]).type)
            flags = pa.compute.greater(pa.compute.list_value_length(column), 0)
            table = _with_column(_with_column(table, "injected", flags), "spans", column)
        return self._dataset(table, marked, key)

    def _dataset(self, table: Any, marked: bool, key: str) -> Any:
        from datasets import Dataset
        from datasets.table import InMemoryTable

        old, info = self.dataset, self.dataset.info.copy()
        info.features = marked_features(old.features) if marked else old.features
        fingerprint = hashlib.blake2b(f"{old._fingerprint} {key}".encode(), digest_size=8).hexdigest()
        return Dataset(InMemoryTable(table), info=info, split=old.split, fingerprint=fingerprint)


def find_columns(columns: Iterable[Any], text_column: str, label_column: str | None) -> tuple[str, str]:
    """The text and the label column, if each is there once; so must be the columns that are written."""
    there = list(columns)
    if any(isinstance(name, tuple) for name in there) and text_column not in there:
        raise SSTIError(
            tr("The columns have several levels ({known}).", known=listed(there)),
            tr("Give each one name, as in frame.columns = ['_'.join(names) for names in frame.columns]."),
            kind="data",
        )
    if text_column not in there:
        raise SSTIError(
            tr(
                "There is no column {text_column}; there are {known}{nearest}",
                text_column=shown(text_column),
                known=listed(there),
                nearest=nearest(text_column, there),
            ),
            tr("Name the text column with text_column=."),
            kind="data",
        )
    if label_column is None:
        label_column = next((name for name in LABEL_COLUMNS if name in there), None)
    if label_column not in there:
        wanted = "'label' or 'labels'" if label_column is None else shown(label_column)
        raise SSTIError(
            tr("There is no column {wanted}; there are {known}", wanted=wanted, known=listed(there)),
            tr("Name it with label_column=."),
            kind="data",
        )
    if text_column == label_column:
        raise SSTIError(
            tr("The column {text_column} is text and label at once.", text_column=shown(text_column)),
            tr("Name two."),
            kind="data",
        )
    for name in (text_column, label_column, "injected", "spans"):
        if there.count(name) > 1:
            raise SSTIError(
                tr("There are {count} columns {name}.", count=there.count(name), name=shown(name)),
                tr("Rename or drop all but one."),
                kind="data",
            )
    return text_column, label_column


def class_names(features: Any, column: str) -> Sequence[str] | None:
    """The names of a ClassLabel column, None for any other."""
    return getattr((features or {}).get(column), "names", None)


def marked_features(features: Any) -> Any:
    """The features with those of `injected` and `spans`."""
    from datasets import Features, Value

    spans = [{"start": Value("int32"), "end": Value("int32")}]
    return Features({**features, "injected": Value("bool"), "spans": spans})


def as_objects(spans: Iterable[Span]) -> list[dict[str, int]]:
    """Spans as the `spans` column holds them."""
    return [{"start": start, "end": end} for start, end in spans]


def _with_column(table: Any, name: str, column: Any) -> Any:
    """The Arrow table with a column of this name added or replaced."""
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), name, column)
    return table.append_column(name, column)


def _span_array(spans: Sequence[Sequence[Span]]) -> Any:
    """The spans of some rows as an Arrow list of {start, end}."""
    import pyarrow as pa

    kind = pa.list_(pa.struct([("start", pa.int32()), ("end", pa.int32())]))
    return pa.array([as_objects(row) for row in spans], kind)
