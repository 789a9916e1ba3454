"""IMDB with its published test half, from the Hub."""

from __future__ import annotations

from dataclasses import replace

from ssti.data.datasets import imdb
from ssti.data.datasets.columns import take
from ssti.data.hub.hub import HubSource
from ssti.data.kind import DatasetKind

INFO = replace(
    imdb.INFO,
    name="imdb_hub",
    title="IMDB (Hub)",
    rows=50000,
    splits={"train": 25000, "test": 25000},
    licence="not stated by its authors",
    homepage="https://huggingface.co/datasets/stanfordnlp/imdb",
    source="hub",
    note="The published halves, without duplicates; the unlabelled reviews are left out.",
)
SOURCE = HubSource("imdb", "stanfordnlp/imdb", lambda table: take(table, "text", "label", INFO.label_names))
DATASET = DatasetKind(INFO, SOURCE.read, SOURCE.missing, order=25, hub_id=SOURCE.hub_id)
