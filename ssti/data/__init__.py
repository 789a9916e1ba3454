"""Datasets by name, file or Hub id: rows with `text` and `label`, label names, splits, licence.

Importing this room imports neither Arrow nor `datasets`; they load with the first rows.
"""

from ssti.data.kind import DatasetInfo, DatasetKind, TextDataset
from ssti.data.loading import load
from ssti.data.own.guess import Guess
from ssti.data.own.load import inspect_file, own_name
from ssti.data.registry import DATASETS, list_datasets
from ssti.data.stats import Row, label_index, occurrences, sample_rows, word_counts

__all__ = [
    "DATASETS",
    "DatasetInfo",
    "DatasetKind",
    "Guess",
    "Row",
    "TextDataset",
    "inspect_file",
    "label_index",
    "list_datasets",
    "load",
    "occurrences",
    "own_name",
    "sample_rows",
    "word_counts",
]
