"""Rows by name: a dataset of the list, a local file or folder, or a Hub id. One copy of each per process."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyarrow as pa
from cachetools import LRUCache, cached

from ssti.data.own.load import looks_own, read_own, stamp
from ssti.data.sources import DATASETS, DatasetInfo, find
from ssti.data.split import arrange
from ssti.platform.errors import DataError, SSTIError
from ssti.platform.language import later, tr

if TYPE_CHECKING:
    import datasets

ANSWERS_BYTES = 32_000_000  # of the answers that one dataset remembers; the least recently used go first
ROWS_BYTES = 1_500_000_000  # of rows per process; beyond it the least recently used dataset is let go


def _bytes(value: Any) -> int:
    """About what an answer takes. A dataset's first rows share the memory of the whole."""
    if isinstance(value, TextDataset):
        return 100_000
    size = getattr(value, "nbytes", None)
    if size is None and isinstance(value, Mapping):
        size = sum(200 + _bytes(entry) for entry in value.values())
    return 200 + (sys.getsizeof(value) if size is None else int(size))


@dataclass(frozen=True, eq=False)
class TextDataset:
    """Rows ready for use: `train` and `test` are `datasets.Dataset` with `text`, `label` (ClassLabel).

    `train_table` and `test_table` are the same rows in Arrow, for work that does not need `datasets`. `key`
    names the rows: two with equal keys hold the same rows in the same order, in any process.
    """

    info: DatasetInfo
    train_table: pa.Table = field(repr=False)
    test_table: pa.Table = field(repr=False)
    key: str
    _answers: LRUCache = field(default_factory=lambda: LRUCache(ANSWERS_BYTES, _bytes), repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    @property
    def name(self) -> str:
        return self.info.name

    @property
    def label_names(self) -> tuple[str, ...]:
        return self.info.label_names

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about how these rows were read, for the page and the command line alike.

        Of one's own data: columns, classes, encoding, delimiter, rows left out, classes merged; what was guessed says so.
        """
        return self.info.notes or ((self.info.note,) if self.info.note else ())

    @property
    def nbytes(self) -> int:
        """Bytes that the rows hold in memory."""
        return self.train_table.nbytes + self.test_table.nbytes

    @cached_property
    def train(self) -> datasets.Dataset:
        return self._dataset("train", self.train_table)

    @cached_property
    def test(self) -> datasets.Dataset:
        return self._dataset("test", self.test_table)

    def head(self, train_rows: int | None, test_rows: int | None) -> TextDataset:
        """The first rows of each split (all when None or when there are fewer). No row is copied."""
        if train_rows is None and test_rows is None:
            return self
        return self.once(("head", train_rows, test_rows), lambda: self._head(train_rows, test_rows))

    def _head(self, train_rows: int | None, test_rows: int | None) -> TextDataset:
        train = self.train_table if train_rows is None else self.train_table.slice(0, train_rows)
        test = self.test_table if test_rows is None else self.test_table.slice(0, test_rows)
        return TextDataset(self.info, train, test, f"{self.key}-{len(train)}-{len(test)}", self._answers, self._lock)

    def once(self, question: Any, answer: Callable[[], Any]) -> Any:
        """The answer to a question about these rows, worked out once while there is memory for it."""
        asked = (self.key, question)  # the first rows of a dataset share its answers
        return cached(self._answers, key=lambda: asked, lock=self._lock)(answer)()

    def _dataset(self, split: str, table: pa.Table) -> datasets.Dataset:
        import datasets

        with self._lock:
            features = datasets.Features({"text": datasets.Value("string")})
            features["label"] = datasets.ClassLabel(names=list(self.label_names))
            for name in table.column_names:
                if name not in features:
                    column = table.schema.field(name)
                    names = (column.metadata or {}).get(b"names")
                    features[name] = (
                        datasets.ClassLabel(names=names.decode("utf-8").split("\n"))
                        if names
                        else datasets.Value(str(column.type))
                    )
            plain = table.select(list(features)).replace_schema_metadata(None).cast(features.arrow_schema)
            # An explicit fingerprint: the same rows have the same one in every process.
            info = datasets.DatasetInfo(features=features, citation=self.info.citation)
            return datasets.Dataset(
                datasets.table.InMemoryTable(plain),
                info=info,
                split=datasets.NamedSplit(split),
                fingerprint=f"{self.key}-{split}",
            )


def load(name: str, train_rows: int | None = None, test_rows: int | None = None) -> TextDataset:
    """The rows of a dataset, without duplicates, split and shuffled in one fixed way.

    `train_rows` and `test_rows` are upper limits; the first n rows of a split hold every class in proportion.
    A call with limits shares the memory of the whole. Raises `SSTIError` for an unknown name, a limit below
    1, and data that cannot be had here, each with what to do.
    """
    for what, value in (("train_rows", train_rows), ("test_rows", test_rows)):
        if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
            raise SSTIError(
                tr(
                    "{what} is {value!r}; it is a whole number from 1 up, or nothing for all rows.",
                    what=what,
                    value=value,
                )
            )
    return _whole(name, () if name in DATASETS else stamp(name)).head(train_rows, test_rows)


# With a condition, not a lock: each is read once, and who asks for another meanwhile does not wait.
@cached(LRUCache(ROWS_BYTES, lambda rows: min(rows.nbytes, ROWS_BYTES)), condition=threading.Condition())
def _whole(name: str, stamp: tuple[Any, ...]) -> TextDataset:
    """All rows by name; `stamp` changes when a local file does."""
    source = find(name)
    if source is not None:
        info = source.now()
        if not info.available:
            raise DataError(tr("{title} cannot be used here: {reason}.", title=info.title, reason=info.reason))
        return build(info, source.read())
    if not looks_own(name):
        DATASETS.find(name, "Use one of them, the path of a CSV, JSON lines or Parquet file, or a Hub id.", kind="data")
    return build(*read_own(name, list(DATASETS.values())))


def build(info: DatasetInfo, tables: dict[str, Any]) -> TextDataset:
    """Tables by split, as a `DatasetSource` reads them, made into a `TextDataset`."""
    train, test, key = arrange(tables)
    empty = {
        later("{title} has no rows left to train on, once repeated texts are removed."): train,
        later("{title} has no rows left to test on, once repeated texts are removed."): test,
    }
    for words, table in empty.items():
        if table.num_rows == 0:
            raise DataError(
                tr(words, title=info.title),
                tr("Give it more rows, or a test file whose texts are not all in the training file."),
            )
    return TextDataset(info, train, test, key)
