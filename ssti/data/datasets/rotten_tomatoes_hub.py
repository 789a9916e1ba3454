"""Rotten Tomatoes with its published test split, from the Hub."""

from __future__ import annotations

from dataclasses import replace

from ssti.data.datasets import rotten_tomatoes
from ssti.data.datasets.columns import take
from ssti.data.hub.hub import HubSource
from ssti.data.kind import DatasetKind

INFO = replace(
    rotten_tomatoes.INFO,
    name="rotten_tomatoes_hub",
    title="Rotten Tomatoes (Hub)",
    rows=9596,
    splits={"train": 8530, "validation": 1066, "test": 1066},
    licence="not stated by its authors",
    homepage="https://huggingface.co/datasets/cornell-movie-review-data/rotten_tomatoes",
    source="hub",
    note="The published training and test splits; the validation split is left out.",
)
SOURCE = HubSource(
    "rotten_tomatoes",
    "cornell-movie-review-data/rotten_tomatoes",
    lambda table: take(table, "text", "label", INFO.label_names),
)
DATASET = DatasetKind(INFO, SOURCE.read, SOURCE.missing, order=15, hub_id=SOURCE.hub_id)
