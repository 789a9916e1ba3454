"""Datasets of the Hugging Face Hub as plain tables: a copy on this machine, else the Hub itself.

No code of a repository ever runs: only tables of plain formats are read. Knows no dataset by name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huggingface_hub import constants

from ssti.data.datasets.columns import take
from ssti.data.sources import DatasetSource
from ssti.platform.errors import DataError, SSTIError
from ssti.platform.home import data_folder, typed
from ssti.platform.hub import explained, hindrance, page_of, snapshots
from ssti.platform.language import tr
from ssti.platform.server import shared_server

if TYPE_CHECKING:
    import pyarrow as pa

PLAIN_FORMATS = ("parquet", "csv", "json", "text", "arrow")
STREAMED_ROWS = 1_000
LARGEST_DOWNLOAD = 2_000_000_000  # bytes; what a machine of two cores can still hold as rows


@dataclass(frozen=True)
class HubDataset(DatasetSource):
    """One dataset of the Hub, called `hub_id` there.

    `text` and `label` name the published columns, `splits` the published splits that serve as train and test. A copy on
    this machine is used before the network is: the Parquet files in `<data>/<name>`, then what the Hub's own tools left.
    """

    text: str = "text"
    label: str = "label"
    splits: Mapping[str, str] = field(default_factory=lambda: {"train": "train", "test": "test"})

    def convert(self, table: pa.Table) -> pa.Table:
        """`text`, `label` and extras from the published columns."""
        return take(table, self.text, self.label, self.info.label_names, self.info.extra_columns)

    def missing(self, probe: bool) -> str | None:
        if self._copy() is not None or _prepared(self.hub_id):
            return None
        folder, page = typed(self._folder), page_of(self.hub_id, "dataset")
        return hindrance(tr("put the Parquet files of {page} into {folder}", page=page, folder=folder), probe)

    def read(self) -> dict[str, pa.Table]:
        copy = self._copy()
        if copy is not None:
            return {split: self.convert(_read_parquet(copy, published)) for split, published in self.splits.items()}
        if reason := self.missing(probe=True):
            raise DataError(tr("{hub_id} cannot be had here.", hub_id=self.hub_id), f"{reason[0].upper()}{reason[1:]}.")
        tables = fetch(self.hub_id, None, tuple(self.splits.values()))
        return {split: self.convert(tables[published]) for split, published in self.splits.items()}

    @property
    def _folder(self) -> Path:
        return data_folder() / self.name.removesuffix("_hub")

    def _copy(self) -> Path | None:
        """A folder with the complete Parquet files of both splits."""
        places = (self._folder, *snapshots(self.hub_id, "dataset"))
        return next((p for p in places if all(parquet_files(p, split) for split in self.splits.values())), None)


def parquet_files(folder: Path, split: str) -> list[Path]:
    """A split's files in order, `train.parquet` or `train-00000-of-00003.parquet`…; [] unless complete."""
    named = re.compile(rf"{re.escape(split)}(-\d+-of-(?P<of>\d+)([-.]\w+)?)?\.parquet")
    files = [(file, match) for file in sorted(folder.rglob("*.parquet")) if (match := named.fullmatch(file.name))]
    promised = int(files[0][1]["of"] or 1) if files else 0
    return [file for file, _ in files] if len(files) == promised else []


def _read_parquet(folder: Path, split: str) -> pa.Table:
    """All rows of one split of a copied repository."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pa.concat_tables([pq.read_table(file) for file in parquet_files(folder, split)])
    except (pa.ArrowInvalid, OSError) as problem:
        raise DataError(
            tr(
                "A Parquet file of {split!r} in {folder} cannot be read: {problem}",
                split=split,
                folder=folder,
                problem=problem,
            ),
            tr("Copy it again."),
        ) from problem


def _prepared(hub_id: str) -> bool:
    """Has the `datasets` library prepared this one before? Then it reads it without the network."""
    owner, _, name = hub_id.rpartition("/")
    name = re.sub(r"([a-z\d])([A-Z])", r"\1_\2", re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)).lower()
    root = Path(os.environ.get("HF_DATASETS_CACHE") or f"{constants.HF_HOME}/datasets") / f"{owner}___{name}"
    return any(root.glob("*/*/*/dataset_info.json"))


def fetch(hub_id: str, config: str | None, splits: tuple[str, ...] | None) -> dict[str, pa.Table]:
    """Tables by published split, through the Hub's own cache; all splits when `splits` is None.

    Raises `SSTIError` for an id that is not there, is gated, needs its own code, is too large or has no such
    configuration or split.
    """
    import datasets

    token = False if shared_server() else None  # strangers do not read what only this server's owner may
    try:
        builder = datasets.load_dataset_builder(hub_id, config, token=token)
        form = type(builder).__module__.rpartition(".")[2]
        if form not in (*PLAIN_FORMATS, "cache"):
            raise DataError(
                tr(
                    "{hub_id} holds {form} files; this page reads {formats}.",
                    hub_id=hub_id,
                    form=form,
                    formats=", ".join(PLAIN_FORMATS),
                ),
                tr("Choose a dataset of plain tables, or save its text and labels as Parquet or CSV."),
            )
        download, rows = builder.info.download_size or 0, builder.info.dataset_size or 0
        if max(download, rows) > LARGEST_DOWNLOAD:
            raise _too_large(tr("{hub_id} is {size:.1f} GB", hub_id=hub_id, size=max(download, rows) / 1e9))
        # A size that is not said, or said by a stranger, bounds nothing: then the rows are counted as they come.
        stream = form != "cache" and (not download or shared_server())
        loaded = datasets.load_dataset(hub_id, config, token=token, streaming=stream)
        if absent := [split for split in splits or () if split not in loaded]:
            raise DataError(
                tr(
                    "{hub_id} has no split {split!r}; it has {splits}.",
                    hub_id=hub_id,
                    split=absent[0],
                    splits=", ".join(loaded),
                ),
                tr("See {page}.", page=page_of(hub_id, "dataset")),
            )
        if stream:
            return _streamed(hub_id, loaded, splits)
    except SSTIError:
        raise
    except (OSError, ValueError, RuntimeError) as problem:
        raise _explained(hub_id, problem) from problem
    tables = {split: loaded[split].with_format("arrow")[:] for split in splits or loaded}
    _check_bytes(hub_id, sum(table.nbytes for table in tables.values()))
    return tables


def _streamed(hub_id: str, loaded: Any, splits: tuple[str, ...] | None) -> dict[str, pa.Table]:
    """Tables of a dataset that does not say how large it is: a batch at a time, up to the limit."""
    import pyarrow as pa

    total = 0
    tables = {}
    for split in splits or loaded:
        batches = []
        for batch in loaded[split].with_format("arrow").iter(batch_size=STREAMED_ROWS):
            total += batch.nbytes
            _check_bytes(hub_id, total)
            batches.append(batch)
        if not batches:
            raise DataError(
                tr("The split {split!r} of {hub_id} has no rows.", split=split, hub_id=hub_id),
                tr("Choose another dataset."),
            )
        tables[split] = pa.concat_tables(batches, promote_options="permissive")
    return tables


def _check_bytes(hub_id: str, size: int) -> None:
    if size > LARGEST_DOWNLOAD:
        raise _too_large(tr("{hub_id} has more than {most:.0f} GB of rows", hub_id=hub_id, most=LARGEST_DOWNLOAD / 1e9))


def _too_large(what: str) -> DataError:
    return DataError(
        tr("{what}; the limit is {most:.0f} GB.", what=what, most=LARGEST_DOWNLOAD / 1e9),
        tr("Save the part that you need as Parquet or CSV and load that file."),
    )


def _explained(hub_id: str, problem: Exception) -> SSTIError:
    """What only datasets fail of; the rest is any repository's."""
    text = str(problem).strip().split("\n")[0][:300]
    if "Config name is missing" in text or "BuilderConfig" in text:
        return DataError(
            tr("{hub_id} needs the name of one of its configurations: {text}", hub_id=hub_id, text=text),
            tr("Write it as {hub_id}#config=NAME.", hub_id=hub_id),
        )
    if "script" in text.lower():
        return DataError(
            tr("{hub_id} can be read only by running its own code, which is never done here.", hub_id=hub_id),
            tr("Save its text and labels as Parquet or CSV and load that file."),
        )
    return explained(hub_id, "dataset", problem)
