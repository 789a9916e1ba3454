"""The list of datasets."""

from __future__ import annotations

from ssti.data.kind import DatasetInfo, DatasetKind
from ssti.platform.registry import Registry

DATASETS = Registry("ssti.data.datasets", DatasetKind, "dataset")
"""Every dataset by name, in the order of the list. A new one is a file in `ssti/data/datasets`."""


def list_datasets(probe: bool = False) -> list[DatasetInfo]:
    """What there is, with `available` and `reason` as they are here and now.

    With `probe`, one short request (at most a second, once per process) tells whether the Hub can be reached;
    without it, a dataset of the Hub counts as usable unless something here says that it is not.
    """
    return [kind.now(probe) for kind in DATASETS.values()]
