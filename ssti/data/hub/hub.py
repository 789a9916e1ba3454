"""Datasets of the Hugging Face Hub: whether one can be had here and now, where a copy lies, how to read it.

No code of a repository ever runs: only Parquet and other plain tables are read. Knows no dataset by name.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssti.data.home import data_folder
from ssti.platform.errors import DataError
from ssti.platform.home import typed
from ssti.platform.network import cache_home, endpoint, hub_cache, offline_switch, reachable

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class HubSource:
    """One dataset of the Hub: its id, which of its splits serve as train and test, what to make of a table.

    `convert(table)` turns the published columns into `text`, `label` and extras. A copy on this machine is
    used before the network is: the Parquet files in `<data>/<folder>`, then what the Hub's own tools left in
    their caches. Its methods are what a `DatasetKind` asks for.
    """

    folder: str
    hub_id: str
    convert: Callable[[pa.Table], pa.Table]
    splits: dict[str, str] = field(default_factory=lambda: {"train": "train", "test": "test"})
    config: str | None = None

    def missing(self, probe: bool) -> str | None:
        """Why it cannot be read here and now; None when it can."""
        if self._copy() is not None or _prepared(self.hub_id):
            return None
        if switch := offline_switch():
            return f"{switch} is set and no copy is on this machine: unset it, or {self._by_hand()}"
        if probe and not reachable():
            return f"{endpoint()} does not answer and no copy is on this machine: connect, or {self._by_hand()}"
        return None

    def read(self) -> dict[str, pa.Table]:
        """Its tables by split, from the nearest place that has them. Raises `SSTIError` when none has."""
        copy = self._copy()
        if copy is not None:
            return self.read_path(copy)
        if reason := self.missing(probe=True):
            raise DataError(f"{self.hub_id} cannot be had here.", reason[0].upper() + reason[1:] + ".")
        from ssti.data.hub.fetch import fetch

        found = fetch(self.hub_id, self.config, tuple(self.splits.values()))
        return {split: self.convert(found[published]) for split, published in self.splits.items()}

    def recognises(self, path: Path) -> bool:
        """Is this folder a copy of the repository: Parquet files whose names begin with the splits' names?"""
        return path.is_dir() and all(parquet_files(path, split) for split in self.splits.values())

    def read_path(self, path: Path) -> dict[str, pa.Table]:
        """The tables of a copied repository."""
        return {split: self.convert(read_parquet(path, published)) for split, published in self.splits.items()}

    def _copy(self) -> Path | None:
        places = [data_folder() / self.folder, *_snapshots(self.hub_id)]
        return next((place for place in places if self.recognises(place)), None)

    def _by_hand(self) -> str:
        return (
            f"put the Parquet files of https://huggingface.co/datasets/{self.hub_id} into "
            f"{typed(data_folder() / self.folder)}"
        )


def parquet_files(folder: Path, split: str) -> list[Path]:
    """A split's files in order, `train.parquet` or `train-00000-of-00003.parquet`…; [] unless complete."""
    named = re.compile(rf"{re.escape(split)}(-\d+-of-(?P<of>\d+)([-.]\w+)?)?\.parquet")
    files = [(file, match) for file in sorted(folder.rglob("*.parquet")) if (match := named.fullmatch(file.name))]
    promised = int(files[0][1]["of"] or 1) if files else 0
    return [file for file, _ in files] if len(files) == promised else []


def read_parquet(folder: Path, split: str) -> pa.Table:
    """All rows of one split of a copied repository."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    files = parquet_files(folder, split)
    if not files:
        raise DataError(f"{folder} holds no complete set of Parquet files for the split {split!r}.")
    try:
        return pa.concat_tables([pq.read_table(file) for file in files])
    except (pa.ArrowInvalid, OSError) as problem:
        raise DataError(
            f"A Parquet file of {split!r} in {folder} cannot be read: {problem}", "Copy it again."
        ) from problem


def _prepared(hub_id: str) -> bool:
    """Has the `datasets` library prepared this one before? Then it reads it without the network."""
    owner, _, name = hub_id.rpartition("/")
    name = re.sub(r"([a-z\d])([A-Z])", r"\1_\2", re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1_\2", name)).lower()
    root = Path(os.environ.get("HF_DATASETS_CACHE") or cache_home() / "datasets") / f"{owner}___{name}"
    return any(root.glob("*/*/*/dataset_info.json"))


def _snapshots(hub_id: str) -> list[Path]:
    """Copies that `hf download` left, the newest first."""
    found: list[Any] = list((hub_cache() / f"datasets--{hub_id.replace('/', '--')}" / "snapshots").glob("*"))
    return sorted(found, key=lambda place: place.stat().st_mtime, reverse=True)
