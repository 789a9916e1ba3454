"""The training rows of a dataset by name: of the list, a file, a folder, an upload or a Hub id, as they lie there.

Nothing is split off and no duplicate is dropped: a scan is about what somebody would train on.
"""

from __future__ import annotations

from dataclasses import dataclass

from ssti.data.own.load import looks_own, read_own
from ssti.data.sources import DATASETS, find
from ssti.platform.errors import DataError
from ssti.platform.language import tr


@dataclass(frozen=True)
class Rows:
    """Texts, class numbers, the classes' names, and sentences about how they were read."""

    texts: list[str]
    labels: list[int]
    label_names: tuple[str, ...]
    notes: tuple[str, ...]


def training_rows(name: str) -> Rows:
    """Raises SSTIError with what to do where the data cannot be had or read."""
    source = find(name)
    if source is not None:
        info = source.now()
        if not info.available:
            raise DataError(tr("{title} cannot be used here: {reason}.", title=info.title, reason=info.reason))
        tables = source.read()
    else:
        if not looks_own(name):
            DATASETS.find(
                name, "Use one of them, the path of a CSV, JSON lines or Parquet file, or a Hub id.", kind="data"
            )
        info, tables = read_own(name, list(DATASETS.values()))
    train = tables["train"]
    return Rows(train["text"].to_pylist(), train["label"].to_pylist(), info.label_names, tuple(info.notes))
