"""Rows by name: a dataset of the list, a local file or folder, or a Hub id. One copy of each per process."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any
from weakref import WeakValueDictionary

from ssti.data.kind import DatasetInfo, DatasetKind, TextDataset
from ssti.data.own.load import looks_own, read_own, stamp
from ssti.data.registry import DATASETS
from ssti.data.split import arrange
from ssti.platform.errors import DataError, SSTIError

KEPT_BYTES = 1_500_000_000  # of rows per process; beyond it the least recently used dataset is let go


class Kept:
    """Datasets by key: each made once, in one thread, while others that ask for it wait; bounded in bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[Hashable, TextDataset] = OrderedDict()
        self._locks: WeakValueDictionary[Hashable, threading.Lock] = WeakValueDictionary()  # gone with who waits
        self._guard = threading.Lock()

    def get(self, key: Hashable, make: Callable[[], TextDataset]) -> TextDataset:
        with self._guard:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            value = self._values.get(key)
            if value is None:
                value = make()
            with self._guard:
                self._values[key] = value
                self._values.move_to_end(key)
                while len(self._values) > 1 and sum(v.nbytes for v in self._values.values()) > self._limit:
                    self._values.popitem(last=False)
            return value


_kept = Kept(KEPT_BYTES)


def load(name: str, train_rows: int | None = None, test_rows: int | None = None) -> TextDataset:
    """The rows of a dataset, without duplicates, split and shuffled in one fixed way.

    `train_rows` and `test_rows` are upper limits; the first n rows of a split hold every class in proportion.
    A call with limits shares the memory of the whole. Raises `SSTIError` for an unknown name, a limit below
    1, and data that cannot be had here, each with what to do.
    """
    for what, value in (("train_rows", train_rows), ("test_rows", test_rows)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise SSTIError(f"{what} is {value!r}; it is a whole number from 1 up, or nothing for all rows.")
    place = (name, stamp(name)) if name not in DATASETS else (name,)
    return _kept.get(place, lambda: _whole(name)).head(train_rows, test_rows)


def find(name: str) -> DatasetKind | None:
    """The dataset of the list with this name or Hub id; None when there is none."""
    return DATASETS.get(name) or next((kind for kind in DATASETS.values() if name == kind.hub_id), None)


def _whole(name: str) -> TextDataset:
    kind = find(name)
    if kind is not None:
        info = kind.now()
        if not info.available:
            raise DataError(f"{info.title} cannot be used here: {info.reason}.")
        return build(info, kind.read())
    if not looks_own(name):
        DATASETS.find(name, "Use one of them, the path of a CSV, JSON lines or Parquet file, or a Hub id.", kind="data")
    return build(*read_own(name, list(DATASETS.values())))


def build(info: DatasetInfo, tables: dict[str, Any]) -> TextDataset:
    """Tables by split, as a `DatasetKind` reads them, made into a `TextDataset`."""
    train, test, key = arrange(tables)
    for what, table in (("train on", train), ("test on", test)):
        if table.num_rows == 0:
            raise DataError(
                f"{info.title} has no rows left to {what}, once repeated texts are removed.",
                "Give it more rows, or a test file whose texts are not all in the training file.",
            )
    return TextDataset(info, train, test, key)
