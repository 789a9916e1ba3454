"""Quick questions about a dataset's rows: how often a pattern occurs, how long texts are, a few rows to try.

Answers come from Arrow's own columns, and each is remembered with the dataset. Knows nothing of what a trigger is.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from ssti.data.rows import TextDataset, load
from ssti.inject.datasets.classes import find_class
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr


@dataclass(frozen=True)
class Row:
    """One row to try: `index` is its place in the test split, `label` the class's name."""

    index: int
    text: str
    label: str


def occurrences(dataset: TextDataset | str, pattern: str) -> Mapping[str, Mapping[str, int]]:
    """How many training rows contain a match of `pattern`, per class: `{label: {"rows": n, "total": n}}`.

    `pattern` is a regular expression in RE2's syntax (Python's without look-around and back-references).
    Raises `SSTIError` for one that RE2 refuses.
    """
    rows = _rows(dataset)
    return rows.once(("occurrences", pattern), lambda: _occurrences(rows, pattern))


def word_counts(dataset: TextDataset | str) -> np.ndarray:
    """Whitespace words of each training row, in the split's order: integers of shape (rows,), read-only."""
    rows = _rows(dataset)
    return rows.once("words", lambda: _word_counts(rows))


def sample_rows(name: TextDataset | str, label: str | int | None = None, n: int = 5, seed: int = 0) -> list[Row]:
    """`n` test rows (fewer if there are fewer), of one class where `label` names it, or gives its index."""
    if isinstance(n, bool) or not isinstance(n, int) or n < 1:
        raise SSTIError(tr("n is {n!r}; it is a whole number from 1 up.", n=n))
    rows = _rows(name)
    labels = rows.test_table["label"].to_pylist()
    wanted = None if label is None else label_index(rows, label)
    choices = [row for row, one in enumerate(labels) if wanted is None or one == wanted]
    chosen = random.Random(seed).sample(choices, min(n, len(choices)))
    texts = rows.test_table["text"]
    return [Row(row, texts[row].as_py(), rows.label_names[labels[row]]) for row in chosen]


def label_index(dataset: TextDataset, label: str | int) -> int:
    """The index of a class, by its name or index. Raises `SSTIError` naming the classes there are."""
    return find_class(label, dataset.label_names).index


def _rows(dataset: TextDataset | str) -> TextDataset:
    return load(dataset) if isinstance(dataset, str) else dataset


def _occurrences(rows: TextDataset, pattern: str) -> Mapping[str, Mapping[str, int]]:
    try:
        matches = pc.match_substring_regex(rows.train_table["text"], pattern).to_numpy().astype(bool)
    except pa.ArrowInvalid as problem:
        raise SSTIError(
            tr("The pattern {pattern!r} cannot be searched for: {problem}", pattern=pattern[:80], problem=problem),
            tr("Write it without look-around and back-references (RE2's syntax)."),
        ) from problem
    labels = rows.train_table["label"].to_numpy()
    size = len(rows.label_names)
    hits, totals = np.bincount(labels[matches], minlength=size), np.bincount(labels, minlength=size)
    return {
        name: {"rows": int(hits[index]), "total": int(totals[index])} for index, name in enumerate(rows.label_names)
    }


def _word_counts(rows: TextDataset) -> np.ndarray:
    # Python's own split, so that a count here is the count that an injection works with.
    counts = np.fromiter((len(text.split()) for text in rows.train_table["text"].to_pylist()), dtype=np.int64)
    counts.setflags(write=False)
    return counts
