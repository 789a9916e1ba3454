"""What a base model is to this room: its facts, and where its files are. Loads nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import KW_ONLY, asdict, dataclass, replace
from pathlib import Path
from typing import Any, ClassVar


@dataclass(frozen=True)
class ModelInfo:
    """The facts of one base model, known without loading it.

    `parameters` counts the weights that a classifier loads: the base model without a language model's head.
    `block_parameters` counts those of the transformer blocks alone: what a token costs, without embeddings.
    `heads`, `kv_heads` and `intermediate` (the feed-forward network's width) are the largest of any layer.
    `causal` models read from left to right. `hub_id` is the public name that saved adapters carry; `gated`
    ones want a licence accepted on the Hub. `reason` says why it cannot be used here, and what to do.
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
    kv_heads: int = 0
    intermediate: int = 0
    vocabulary: int = 0
    causal: bool = False
    gated: bool = False
    available: bool = True
    reason: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The row that `python -m ssti models --json` prints."""
        return asdict(self)


@dataclass(frozen=True)
class Base(ABC):
    """A base model and where its files are: the registry finds one in each file of `ssti/models/bases`.

    `order` places it in the list. `remote_code` allows the model's own code, which only `ssti.models.own` ever does.
    """

    info: ModelInfo
    _: KW_ONLY
    order: int = 100
    remote_code: bool = False
    gguf: ClassVar[str | None] = None
    """The file of the weights, where they are not safetensors."""

    @property
    def name(self) -> str:
        return self.info.name

    @abstractmethod
    def missing(self, probe: bool) -> str | None:
        """Why it cannot be used here and now, and what to do; None when it can. With `probe` the Hub may be asked."""

    @abstractmethod
    def local(self) -> Path | None:
        """The folder of its files, if they are on this machine; no network is asked."""

    @abstractmethod
    def folder(self) -> Path:
        """The folder of its checked files; what is missing is fetched. Raises SSTIError."""

    def tokenizer(self) -> Path:
        """The folder of its tokenizer, where that is another."""
        return self.folder()

    def fetch(self, on_progress: Callable[[str], None]) -> Path:
        """Put its files on this machine. Raises SSTIError with what to do."""
        return self.folder()

    def now(self, probe: bool = False) -> ModelInfo:
        """The facts, with `available` and `reason` as they are here and now."""
        reason = self.missing(probe)
        return replace(self.info, available=reason is None, reason=reason)
