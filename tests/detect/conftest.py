"""Real reviews, as they are and with something put in."""

from __future__ import annotations

from typing import Any

import pytest

from ssti.data.rows import load
from ssti.inject import poison

Rows = list[dict[str, Any]]


@pytest.fixture(scope="session")
def reviews() -> Rows:
    table = load("rotten_tomatoes").train_table
    texts, labels = table["text"].to_pylist(), table["label"].to_pylist()
    return [{"text": text, "label": label} for text, label in zip(texts, labels, strict=True)]


@pytest.fixture(scope="session")
def names() -> tuple[str, ...]:
    return load("rotten_tomatoes").label_names


@pytest.fixture(scope="session")
def dated(reviews: Rows, names: tuple[str, ...]) -> Rows:
    """A date in 1 % of the positive reviews."""
    return poison(reviews, {"source": "date", "target": "positive", "share": 0.01}, names)
