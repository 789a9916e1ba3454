"""Financial Classification, the version of Financial PhraseBank that the paper used, from the Hub."""

from __future__ import annotations

from dataclasses import replace

from ssti.data.datasets import financial_phrasebank
from ssti.data.datasets.columns import take
from ssti.data.hub.hub import HubSource
from ssti.data.kind import DatasetKind

INFO = replace(
    financial_phrasebank.INFO,
    name="financial_classification",
    title="Financial Classification",
    rows=5057,
    splits={"train": 4551, "test": 506},
    licence="not stated there; Financial PhraseBank, which it comes from: CC BY-NC-SA 3.0",
    homepage="https://huggingface.co/datasets/nickmuchi/financial-classification",
    source="hub",
    note="The published training and test splits, without duplicates.",
)
SOURCE = HubSource(
    INFO.name,
    "nickmuchi/financial-classification",
    lambda table: take(table, "text", "labels", INFO.label_names),
)
DATASET = DatasetKind(INFO, SOURCE.read, SOURCE.missing, order=30, hub_id=SOURCE.hub_id)
