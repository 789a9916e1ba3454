"""What a dataset is to this room: its facts, how to read it, and the rows that came out.

Knows nothing of models, triggers or the page. Importing it costs nothing: Arrow and `datasets` load on use.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cachetools import LRUCache

if TYPE_CHECKING:
    import datasets
    import pyarrow as pa

MEMO_BYTES = 32_000_000  # of the answers kept with one dataset; the least recently used go first


def _bytes(value: Any) -> int:
    """About what an answer takes in memory. A dataset's first rows share the memory of the whole."""
    if isinstance(value, TextDataset):
        return 100_000
    size = getattr(value, "nbytes", None)
    if size is None and isinstance(value, Mapping):
        size = sum(200 + _bytes(entry) for entry in value.values())
    return 200 + (sys.getsizeof(value) if size is None else int(size))


@dataclass(frozen=True)
class DatasetInfo:
    """The facts of one dataset, known without reading it.

    `splits` are rows per split as the source publishes them, before duplicates are removed; `rows` is their
    sum over the splits that `load` uses. `usual_words` is the mean number of whitespace words of a text.
    `reason` says why it cannot be used here and now, and what to do; it is None when it can. `note` says what
    `load` makes of the source. `extra_columns` are kept beside `text` and `label`. `notes` are sentences for people
    about a file that somebody brought: which columns and classes were taken, how it was read, what was left out;
    `text_column` and `label_column` are the names of its columns there.
    """

    name: str
    title: str
    label_names: tuple[str, ...]
    rows: int | None
    splits: Mapping[str, int]
    licence: str
    citation: str
    homepage: str
    usual_words: int | None
    source: str  # "package", "hub" or "file"
    note: str = ""
    extra_columns: tuple[str, ...] = ()
    available: bool = True
    reason: str | None = None
    notes: tuple[str, ...] = ()
    text_column: str = "text"
    label_column: str = "label"

    def as_json(self) -> dict[str, Any]:
        """The row that `python -m ssti datasets --json` prints."""
        row = {name: getattr(self, name) for name in self.__dataclass_fields__}
        row["label_names"] = list(self.label_names)
        row["extra_columns"] = list(self.extra_columns)
        row["splits"] = dict(self.splits)
        row["notes"] = list(self.notes)
        return row


@dataclass(frozen=True)
class DatasetKind:
    """One file of this room offers one of these ; the registry finds it there.

    `read()` returns Arrow tables by split, with columns `text` (string), `label` (integer index into
    `info.label_names`) and the extra columns: `{"train": …}` alone is split 80/20 by `ssti.data.split`,
    `{"train": …, "test": …}` is used as it comes. `missing(probe)` returns why it cannot be read here and now
    (None when it can); only with `probe` may it ask the network. `recognises(path)` tells whether a local
    file or folder is this dataset's original, which `read_path(path)` then reads. `order` places it in the
    list; `hub_id` is another name for it.
    """

    info: DatasetInfo
    read: Callable[[], dict[str, pa.Table]]
    missing: Callable[[bool], str | None]
    order: int = 100
    recognises: Callable[[Path], bool] | None = None
    read_path: Callable[[Path], dict[str, pa.Table]] | None = None
    hub_id: str | None = None

    @property
    def name(self) -> str:
        return self.info.name

    def now(self, probe: bool = False) -> DatasetInfo:
        """The info with `available` and `reason` as they are at this moment."""
        reason = self.missing(probe)
        return replace(self.info, available=reason is None, reason=reason)


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
    _memo: LRUCache = field(default_factory=lambda: LRUCache(MEMO_BYTES, _bytes), repr=False)
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
        return TextDataset(self.info, train, test, f"{self.key}-{len(train)}-{len(test)}", self._memo, self._lock)

    def once(self, question: Any, answer: Callable[[], Any]) -> Any:
        """The answer to a question about these rows, worked out once and kept with them while there is room for it."""
        with self._lock:
            asked = (self.key, question)  # the first rows of a dataset share its memory
            if asked not in self._memo:
                value = answer()
                if _bytes(value) > MEMO_BYTES:
                    return value
                self._memo[asked] = value
            return self._memo[asked]

    def _dataset(self, split: str, table: pa.Table) -> datasets.Dataset:
        import datasets

        with self._lock:
            features = datasets.Features({"text": datasets.Value("string")})
            features["label"] = datasets.ClassLabel(names=list(self.label_names))
            for name in table.column_names:
                if name not in features:
                    kept = table.schema.field(name).metadata or {}
                    features[name] = (
                        datasets.ClassLabel(names=kept[b"names"].decode("utf-8").split("\n"))
                        if b"names" in kept
                        else datasets.Value(str(table.schema.field(name).type))
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
