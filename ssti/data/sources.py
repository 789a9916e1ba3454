"""The list of datasets: the facts of each, and where it comes from. Reads no rows, and loads no Arrow."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import KW_ONLY, asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssti.platform.errors import DataError
from ssti.platform.language import tr
from ssti.platform.registry import Registry

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True)
class DatasetInfo:
    """The facts of one dataset, known without reading it.

    `splits` are rows per split as the source publishes them, before duplicates are removed; `rows` is their
    sum over the splits that `load` uses. `usual_words` is the mean number of whitespace words of a text.
    `reason` says why it cannot be used here and now, and what to do; it is None when it can. `note` says what
    `load` makes of the source. `extra_columns` stand beside `text` and `label`. `notes` are sentences for people
    about a file that somebody brought: which columns and classes were taken, how it was read, what was left out;
    `text_column` and `label_column` are the names of its columns there. `noun` is what one of its texts is
    called, in English: `ssti.ui.kit.triggers` says it in the language of the page.
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
    noun: str = "text"

    def as_json(self) -> dict[str, Any]:
        """The row that `python -m ssti datasets --json` prints."""
        return asdict(self)


@dataclass(frozen=True)
class DatasetSource(ABC):
    """A dataset of the list and where it comes from: the registry finds one in each file of `ssti/data/datasets`.

    `order` places it in the list; `hub_id` is another name for it.
    """

    info: DatasetInfo
    _: KW_ONLY
    order: int = 100
    hub_id: str | None = None

    @property
    def name(self) -> str:
        return self.info.name

    @abstractmethod
    def read(self) -> dict[str, pa.Table]:
        """Its rows by split: `text` (string), `label` (index into `info.label_names`) and the extra columns.

        `{"train": …}` alone is split 80/20 by `ssti.data.split`; `{"train": …, "test": …}` is used as it comes.
        """

    @abstractmethod
    def missing(self, probe: bool) -> str | None:
        """Why it cannot be read here and now; None when it can. Only with `probe` may it ask the network."""

    def recognises(self, path: Path) -> bool:
        """Is this local file or folder its original, which `read_path` then reads?"""
        return False

    def read_path(self, path: Path) -> dict[str, pa.Table]:
        """The rows of an original that it recognises, as `read` gives them."""
        raise DataError(tr("{name!r} is not an original of {title}.", name=path.name, title=self.info.title))

    def now(self, probe: bool = False) -> DatasetInfo:
        """The info with `available` and `reason` as they are at this moment."""
        reason = self.missing(probe)
        return replace(self.info, available=reason is None, reason=reason)


DATASETS = Registry("ssti.data.datasets", DatasetSource, tr("dataset"))
"""Every dataset by name, in the order of the list. A new one is a file in `ssti/data/datasets`."""


def list_datasets(probe: bool = False) -> list[DatasetInfo]:
    """What there is, with `available` and `reason` as they are here and now.

    With `probe`, one short request (at most a second, twice a minute) tells whether the Hub can be reached; without it,
    a dataset of the Hub counts as usable unless something here says that it is not.
    """
    return [source.now(probe) for source in DATASETS.values()]


def find(name: str) -> DatasetSource | None:
    """The dataset of the list with this name or Hub id; None when there is none."""
    return DATASETS.get(name) or next((one for one in DATASETS.values() if name == one.hub_id), None)
