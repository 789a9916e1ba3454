"""What a base model is to this room: its facts, and where its files are. Loads nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class ModelInfo:
    """The facts of one base model, known without loading it.

    `block_parameters` counts the weights of the transformer blocks alone: what a token costs, without embeddings.
    `hub_id` is the public name that saved adapters carry. `reason` says why it cannot be used here, and what to do.
    """

    name: str
    title: str
    hub_id: str
    parameters: int
    block_parameters: int
    layers: int
    heads: int
    hidden: int
    architecture: str
    licence: str
    max_length: int
    available: bool = True
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The row that `python -m ssti models --json` prints."""
        return asdict(self)


@dataclass(frozen=True)
class ModelKind:
    """A base model and how to find it. `folder()` gives the checked files, or raises SSTIError."""

    info: ModelInfo
    folder: Callable[[], Path]
    missing: Callable[[], str | None]
    order: int = 100

    def now(self) -> ModelInfo:
        """The facts, with `available` and `reason` as they are here and now."""
        reason = self.missing()
        return replace(self.info, available=reason is None, reason=reason)
