"""The door: a dataset of any form as texts and class numbers. Knows no feature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ssti.inject.datasets.tables import open_table
from ssti.platform.errors import DataError, SSTIError, shown
from ssti.platform.language import tr


@dataclass(frozen=True)
class Labelled:
    """Texts, each one's class as a number, and the names of the classes."""

    texts: list[str]
    labels: np.ndarray
    names: tuple[str, ...]


def labelled(dataset: Any, label_names: Sequence[str] | None, text_column: str, label_column: str | None) -> Labelled:
    """`(texts, labels)`, `(texts, labels, label_names)`, a Hugging Face Dataset, a pandas frame or a list of row mappings.

    Raises SSTIError for what is none of these, for lengths that differ, and for a text that is no string.
    """
    if isinstance(dataset, tuple) and len(dataset) in (2, 3) and not hasattr(dataset[0], "keys"):
        texts, labels = list(dataset[0]), list(dataset[1])
        label_names = dataset[2] if len(dataset) == 3 else label_names
    else:
        table = open_table(dataset, text_column, label_column)
        if table is None:
            raise SSTIError(
                tr("{kind} is not a dataset that can be scanned.", kind=type(dataset).__name__),
                tr("Give a Hugging Face Dataset, a pandas frame, a list of rows, or (texts, labels, label_names)."),
            )
        texts, labels = list(table.texts), list(table.labels)
        label_names = table.names if label_names is None else label_names
    if len(texts) != len(labels):
        raise DataError(
            tr("There are {texts:,} texts and {labels:,} labels.", texts=len(texts), labels=len(labels)),
            tr("Give one label for each text."),
        )
    for row, text in enumerate(texts):
        if not isinstance(text, str):
            raise DataError(
                tr("The text of row {row} is {text}; it must be a string.", row=row, text=shown(text)),
                tr("Fill it in, or leave the row out."),
            )
    return Labelled(texts, *_numbers(labels, label_names))


def _numbers(labels: list[Any], names: Sequence[str] | None) -> tuple[np.ndarray, tuple[str, ...]]:
    """Class numbers and names: labels are numbers of `names`, or names themselves."""
    names = tuple(map(str, names)) if names is not None else None
    plain = [int(one) if isinstance(one, np.integer) else one for one in labels]
    if names is not None and all(isinstance(one, int) and 0 <= one < len(names) for one in plain):
        return np.array(plain, np.int64), names
    words = [None if one is None or one != one else str(one) for one in plain]
    if None in words:
        raise DataError(tr("Row {row} has no label.", row=words.index(None)), tr("Fill it in, or leave the row out."))
    names = names if names is not None and set(words) <= set(names) else tuple(sorted(set(words)))
    place = {name: number for number, name in enumerate(names)}
    return np.array([place[word] for word in words], np.int64), names
