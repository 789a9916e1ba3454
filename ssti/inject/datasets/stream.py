"""Poisons a Hugging Face IterableDataset row by row, in bounded memory."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from ssti.inject.datasets.rows import RowPoisoner, counts_needed
from ssti.inject.datasets.tables import (
    Poisoned,
    as_objects,
    class_names,
    find_columns,
    marked_features,
    refuse_strip_of_poisoned,
)
from ssti.inject.spec import Spec


def poison_stream(dataset: Any, spec: Spec, label_names, text_column: str, label_column: str | None) -> Any:
    """An IterableDataset that poisons as it is read, with the same rows and words as a Dataset would get.

    Each reading starts the random streams anew. Where the classes must be counted first, that reading of the
    label column happens when the first row is asked for. Memory: one row, and one byte per row of the target.
    """
    from datasets import IterableDataset

    features = dataset.features
    columns = list(features) if features else list(next(iter(dataset), {}))
    text_column, label_column = find_columns(columns, text_column, label_column)
    return IterableDataset.from_generator(
        _rows,
        features=marked_features(features) if features else None,
        gen_kwargs={
            "dataset": dataset,
            "spec": spec,
            "names": tuple(class_names(features, label_column, label_names) or ()),
            "text_column": text_column,
            "label_column": label_column,
            "marked": refuse_strip_of_poisoned(spec, columns),
        },
        **({} if dataset.split is None else {"split": dataset.split}),
    )


def _rows(
    dataset: Any, spec: Spec, names: Sequence[str] | None, text_column: str, label_column: str, marked: bool
) -> Iterator[dict]:
    counts = None
    if counts_needed(spec):
        labels = dataset.select_columns([label_column])
        counts = dict(Counter(row[label_column] for row in labels))
    poisoner = Poisoned(RowPoisoner(spec, counts, names))
    for row in dataset:
        earlier = [row["spans"]] if marked else None
        texts, spans = poisoner.rows([row[text_column]], [row[label_column]], earlier)
        yield {**row, text_column: texts[0], "injected": bool(spans[0]), "spans": as_objects(spans[0])}
    for part in poisoner.poisoner.parts:
        part.refuse_no_rows()
