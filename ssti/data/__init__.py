"""Datasets by name, file or Hub id: rows with `text` and `label`, label names, splits, licence.

Importing this room, and listing what there is, loads neither Arrow nor `datasets`: they come with the first rows.
"""

from importlib import import_module
from typing import Any

from ssti.data.sources import DATASETS, DatasetInfo, DatasetSource, list_datasets

_WITH_ARROW = {
    "TextDataset": "rows",
    "load": "rows",
    "Guess": "own.guess",
    "inspect_file": "own.load",
    "own_name": "own.load",
    "Row": "stats",
    "label_index": "stats",
    "occurrences": "stats",
    "sample_rows": "stats",
    "word_counts": "stats",
}
__all__ = ["DATASETS", "DatasetInfo", "DatasetSource", "list_datasets", *_WITH_ARROW]


def __getattr__(name: str) -> Any:
    if name not in _WITH_ARROW:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WITH_ARROW[name]}"), name)
