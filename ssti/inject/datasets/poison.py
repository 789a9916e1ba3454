"""Poisons a dataset of any form by a recipe: whole tables, dicts of splits, and streams in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ssti.inject.datasets.classes import as_list, count_labels
from ssti.inject.datasets.rows import RowPoisoner, counts_needed
from ssti.inject.datasets.tables import as_objects, class_names, find_columns, marked_features, open_table
from ssti.inject.spec import Spec, read_spec
from ssti.platform.errors import SSTIError, shown
from ssti.platform.language import tr


def poison(
    dataset: Any,
    recipe: Any,
    label_names: Sequence[str] | None = None,
    *,
    text_column: str = "text",
    label_column: str | None = None,
    splits: Sequence[str] | None = None,
) -> Any:
    """The poisoned dataset, in the form in which it came, with its rows in their order.

    `dataset`: a Hugging Face Dataset, DatasetDict (each split, or those of `splits`, on its own; the others
    get empty spans), IterableDataset or IterableDatasetDict, a pandas frame, or a list of row mappings.
    `recipe`: a Recipe, its injection, or a mapping. `label_names` are those of a ClassLabel column by default; the target may be a name or a value of the label column (`label` or `labels` if not named).

    Added are `injected` (bool) and `spans` (list of {"start", "end"}, in characters of the new text). Parts
    of a composite are applied in turn, each with its own target, share and seed. Rows that already have
    spans keep them, moved along. A stream is read twice (first to count the classes) unless every row of
    the target class gets the trigger, and is never held in memory. Raises SSTIError.
    """
    spec = read_spec(recipe)
    if isinstance(dataset, Mapping):
        chosen = list(dataset) if splits is None else list(splits)
        unknown = [name for name in chosen if name not in dataset]
        if unknown or not all(hasattr(split, "features") for split in dataset.values()):
            raise SSTIError(
                tr("There is no split {name}.", name=shown(unknown[0]))
                if unknown
                else tr("This mapping is not a DatasetDict."),
                tr(
                    "Its keys are {dataset}; give a DatasetDict and its splits, or a list of rows.",
                    dataset=shown(list(dataset)),
                ),
            )
        where = {"label_names": label_names, "text_column": text_column, "label_column": label_column}
        return type(dataset)(
            {name: poison(split, spec if name in chosen else spec.silent(), **where) for name, split in dataset.items()}
        )
    table = open_table(dataset, text_column, label_column)
    if table is not None:
        return _poison_table(table, spec, table.names if label_names is None else label_names)
    if hasattr(dataset, "features") and hasattr(dataset, "__iter__"):
        return _poison_stream(dataset, spec, label_names, text_column, label_column)
    raise SSTIError(
        tr("{kind} is not a dataset that can be poisoned.", kind=type(dataset).__name__),
        tr("Give a Hugging Face dataset, a pandas frame, or a list of rows with a text and a label."),
    )


def _poison_table(table: Any, spec: Spec, names: Sequence[str] | None) -> Any:
    _refuse_strip(spec, table.earlier is not None)
    labels = as_list(table.labels)
    poisoner = RowPoisoner(spec, count_labels(labels), names)
    changes = {}
    columns = zip(table.texts, labels, table.earlier or [None] * len(labels), strict=True)
    for row, (old, label, earlier) in enumerate(columns):
        text, spans = poisoner(old, label, earlier)
        if spans or text is not old:
            changes[row] = text, table.labels[row], spans
    return table.back(changes, True, key=repr((spec, names)))


def _refuse_strip(spec: Spec, has_spans: bool) -> None:
    """Text must not be stripped from under the spans of an earlier poisoning."""
    if has_spans and any(leaf.strip for leaf in [spec, *spec.leaves]):
        raise SSTIError(
            tr("This dataset already has spans, so its texts cannot be stripped."), tr("Strip the clean dataset.")
        )


def _poison_stream(dataset: Any, spec: Spec, names: Any, text_column: str, label_column: str | None) -> Any:
    """An IterableDataset that poisons as it is read, with the same rows and words as a Dataset would get.

    Each reading starts the random streams anew. Where the classes must be counted first, that reading of the
    label column happens when the first row is asked for. Memory: one row, and one byte per row of the target.
    """
    from datasets import IterableDataset

    features = dataset.features
    columns = list(features) if features else list(next(iter(dataset), {}))
    text_column, label_column = find_columns(columns, text_column, label_column)
    _refuse_strip(spec, "spans" in columns)
    names = class_names(features, label_column) if names is None else names
    return IterableDataset.from_generator(
        _stream_rows,
        features=marked_features(features) if features else None,
        gen_kwargs={
            "dataset": dataset,
            "spec": spec,
            "names": tuple(names or ()),
            "text_column": text_column,
            "label_column": label_column,
        },
        **({} if dataset.split is None else {"split": dataset.split}),
    )


def _stream_rows(dataset: Any, spec: Spec, names: Sequence[str], text_column: str, label_column: str) -> Iterator[dict]:
    counts = None
    if counts_needed(spec):
        counts = dict(Counter(row[label_column] for row in dataset.select_columns([label_column])))
    poisoner = RowPoisoner(spec, counts, names)
    for row in dataset:
        text, spans = poisoner(row[text_column], row[label_column], row.get("spans"))
        yield {**row, text_column: text, "injected": bool(spans), "spans": as_objects(spans)}
    for part in poisoner.parts:
        part.refuse_no_rows()
