"""What a base model is to this room: its facts, and where its files are. Loads nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any


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
class ModelKind:
    """A base model and how to find it.

    `folder()` gives the checked files, fetching what is missing, or raises SSTIError. `local()` gives the folder
    if its files are on this machine, without any network. `missing(probe)` says why it cannot be used here; with
    `probe` it asks the Hub, for at most a second. `gguf` names the file of the weights where they are no
    safetensors; `tokenizer()` gives the tokenizer's folder where that is another; `remote_code` allows the
    model's own code, which only `ssti.models.own` ever sets; `fetch()` puts the files on this machine.
    """

    info: ModelInfo
    folder: Callable[[], Path]
    missing: Callable[[bool], str | None]
    local: Callable[[], Path | None]
    order: int = 100
    gguf: str | None = None
    tokenizer: Callable[[], Path] | None = None
    remote_code: bool = False
    fetch: Callable[[Callable[[str], None]], Path] | None = None

    @property
    def name(self) -> str:
        return self.info.name

    def now(self, probe: bool = False) -> ModelInfo:
        """The facts, with `available` and `reason` as they are here and now."""
        reason = self.missing(probe)
        return replace(self.info, available=reason is None, reason=reason)
