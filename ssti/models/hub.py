"""Base models of the Hugging Face Hub: whether one can be had here and now, where a copy lies, how to fetch it.

Only configuration, tokenizer and safetensors are ever fetched: no pickle, no code. Knows no model by name.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ssti.models.kind import ModelInfo, ModelKind
from ssti.models.machine.room import GB, room
from ssti.platform.errors import ModelError, SSTIError
from ssti.platform.home import home, typed
from ssti.platform.network import MODEL_SWITCHES, cache_home, endpoint, hub_cache, offline_switch, reachable

PATTERNS = ("*.json", "*.safetensors", "tokenizer.model", "*.txt")
SMALLEST = {"cuda": (0.6, "in 4 bits"), "cpu": (4.0, "in float32")}
"""Bytes a weight in the smallest form that trains here: 4-bit with its scales (bitsandbytes) needs CUDA."""


@dataclass(frozen=True)
class HubModel:
    """One repository of the Hub. A copy on this machine is used before the network is: the folder
    `<home>/models/<name>`, then the Hub's own cache. `tokenizer` is another repository's id where the model's own
    has none."""

    info: ModelInfo
    tokenizer: str | None = None

    def kind(self, order: int) -> ModelKind:
        """This repository as a row of the list."""
        other = self.tokenizer
        return ModelKind(
            self.info,
            folder=lambda: fetched(self.info.hub_id, self.info.name),
            missing=self.missing,
            local=lambda: found(self.info.hub_id, self.info.name),
            order=order,
            tokenizer=(lambda: fetched(other, self.info.name, weights=False)) if other else None,
            fetch=self.fetch,
        )

    def missing(self, probe: bool) -> str | None:
        """Why it cannot be used here and now, and what to do; None when it can."""
        hindrances = [too_large(self.info), *self._not_here(probe)]
        return sentence("; ".join(h for h in hindrances if h))

    def _not_here(self, probe: bool) -> list[str]:
        wanted = [self.info.hub_id] if found(self.info.hub_id, self.info.name) is None else []
        if self.tokenizer and found(self.tokenizer, self.info.name, weights=False) is None:
            wanted.append(self.tokenizer)
        if not wanted:
            return []
        told, names = [], " and ".join(wanted)
        gated = [n for n in wanted if n == self.tokenizer or self.info.gated]
        if gated and not has_token():
            told.append(f"{gated[0]} is gated: accept its licence at {endpoint()}/{gated[0]}, then run `hf auth login`")
        by_hand = f"put the files of {names} (JSON and safetensors) into {typed(home() / 'models' / self.info.name)}"
        if switch := offline_switch(MODEL_SWITCHES):
            told.append(f"{switch} is set and no copy is on this machine: unset it, or {by_hand}")
        elif probe and not reachable():
            told.append(f"{endpoint()} does not answer and no copy is on this machine: connect, or {by_hand}")
        return told

    def fetch(self, tell: Callable[[str], None]) -> Path:
        """Put it into the Hub's cache. Raises SSTIError with what to do."""
        tell(f"fetching {self.info.hub_id} …")
        folder = fetched(self.info.hub_id, self.info.name)
        if self.tokenizer:
            fetched(self.tokenizer, self.info.name, weights=False)
        return folder


def too_large(info: ModelInfo) -> str | None:
    """Says that its weights alone do not fit into this machine's memory, in the smallest form that trains here."""
    have = room()
    per_weight, form = SMALLEST[have.where]
    need = info.parameters * per_weight
    if need <= have.total:
        return None
    small = f"a GPU reads it in 4 bits, in {info.parameters * SMALLEST['cuda'][0] / GB:.0f} GB"
    more = small if have.where == "cpu" else "take a smaller model, or a larger GPU"
    return f"its weights take {need / GB:.0f} GB {form}, and {have.title} has {have.total / GB:.0f} GB: {more}"


def sentence(told: str | None) -> str | None:
    """With a capital and a full stop; an address or an id keeps its small letter."""
    if not told:
        return None
    capital = told[0].upper() if told.split()[0].isalpha() else told[0]
    return f"{capital}{told[1:]}."


def has_token() -> bool:
    """Whether somebody logged in to the Hub here."""
    if os.environ.get("HF_TOKEN"):
        return True
    return Path(os.environ.get("HF_TOKEN_PATH") or cache_home() / "token").is_file()


def found(hub_id: str, name: str, weights: bool = True) -> Path | None:
    """The folder of a whole copy on this machine, or None."""
    snapshots = hub_cache() / f"models--{hub_id.replace('/', '--')}" / "snapshots"
    newest = sorted(snapshots.glob("*"), key=lambda place: place.stat().st_mtime, reverse=True)
    whole = complete if weights else has_tokenizer
    return next((place for place in (home() / "models" / name, *newest) if whole(place)), None)


def complete(folder: Path) -> bool:
    """Whether a folder has a configuration and every safetensors file that its index names."""
    if not (folder / "config.json").is_file():
        return False
    index = folder / "model.safetensors.index.json"
    if index.is_file():
        try:
            parts = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        return all((folder / str(part)).is_file() for part in parts)
    return (folder / "model.safetensors").is_file()


def has_tokenizer(folder: Path) -> bool:
    """Whether a folder has a tokenizer's files."""
    return any((folder / file).is_file() for file in ("tokenizer.json", "tokenizer.model", "vocab.txt", "vocab.json"))


def fetched(hub_id: str, name: str, weights: bool = True) -> Path:
    """The folder of a repository's files, fetched if they are not here. Raises SSTIError with what to do."""
    here = found(hub_id, name, weights)
    if here is not None:
        return here
    from huggingface_hub import snapshot_download

    patterns = [p for p in PATTERNS if weights or p != "*.safetensors"]
    try:
        folder = Path(snapshot_download(hub_id, allow_patterns=patterns))
    except (OSError, ValueError, RuntimeError) as problem:
        raise explained(hub_id, problem) from problem
    if weights and not complete(folder):
        raise no_safetensors(hub_id)
    return folder


def no_safetensors(name: str) -> SSTIError:
    """Weights that may be pickles are never loaded."""
    return ModelError(
        f"{name} has no safetensors: its weights may be pickles, which can run code and are never loaded.",
        "Where you trust it, load it elsewhere and write `model.save_pretrained(FOLDER)`; then name that folder.",
    )


def explained(hub_id: str, problem: Exception) -> SSTIError:
    """A failure of the Hub's library, as what was wrong and what to do."""
    where, name = f"{endpoint()}/{hub_id}", type(problem).__name__
    text = str(problem).strip().split("\n")[0][:200]
    if "Gated" in name:
        return ModelError(f"{hub_id} is gated.", f"Accept its licence at {where}, then run `hf auth login`.")
    if "NotFound" in name and "Local" not in name:
        return ModelError(f"The Hub has no model {hub_id!r} that can be read: {text}", f"See {where}.")
    if (
        "LocalEntry" in name
        or "Offline" in name
        or "Connect" in name
        or isinstance(problem, ConnectionError | TimeoutError)
    ):
        switch = offline_switch(MODEL_SWITCHES)
        step = f"Unset {switch}, or" if switch else "Connect to the network, or"
        return SSTIError(
            f"{hub_id} could not be reached, and no copy is on this machine.",
            f"{step} download it elsewhere and name its folder.",
            kind="offline",
        )
    return ModelError(f"{hub_id} could not be read: {name}: {text}", f"See {where}.")
