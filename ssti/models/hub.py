"""Base models of the Hugging Face Hub: can one be had here and now, where does a copy lie, how is it fetched.

Only configuration, tokenizer and safetensors are ever fetched: no pickle, no code. Knows no model by name.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ssti.models.base import Base, ModelInfo
from ssti.models.machine.memory import GB, machine_memory
from ssti.platform.errors import ModelError
from ssti.platform.home import home, typed
from ssti.platform.hub import explained, hindrance, page_of, snapshots
from ssti.platform.language import tr

FILES = ("*.json", "*.safetensors", "tokenizer.model", "*.txt")
TOKENIZER_FILES = ("tokenizer.json", "tokenizer.model", "vocab.txt", "vocab.json")
SMALLEST = {"cuda": 0.6, "cpu": 4.0}
"""Bytes a weight in the smallest form that trains here: 4-bit with its scales (bitsandbytes) needs CUDA, else float32."""


@dataclass(frozen=True)
class HubModel(Base):
    """One repository of the Hub. A copy on this machine is used before the network is: the folder
    `<home>/models/<name>`, then the Hub's own cache. `tokenizer_id` is another repository where the model's own has no
    tokenizer."""

    tokenizer_id: str | None = None

    def local(self) -> Path | None:
        return self._copy(self.info.hub_id)

    def folder(self) -> Path:
        return self._fetched(self.info.hub_id)

    def tokenizer(self) -> Path:
        return self._fetched(self.tokenizer_id, weights=False) if self.tokenizer_id else self.folder()

    def fetch(self, on_progress: Callable[[str], None]) -> Path:
        on_progress(f"fetching {self.info.hub_id} …")
        self.tokenizer()
        return self.folder()

    def missing(self, probe: bool) -> str | None:
        return sentence([too_large(self.info), *self._not_here(probe)])

    def _not_here(self, probe: bool) -> list[str | None]:
        absent = [] if self.local() else [self.info.hub_id]
        if self.tokenizer_id and not self._copy(self.tokenizer_id, weights=False):
            absent.append(self.tokenizer_id)
        if not absent:
            return []
        gated = next((one for one in absent if one == self.tokenizer_id or self.info.gated), None)
        folder = typed(home() / "models" / self._folder_name)
        both = tr("{first} and {last}", first=absent[0], last=absent[-1]) if len(absent) > 1 else absent[0]
        by_hand = tr("put the files of {models} (JSON and safetensors) into {folder}", models=both, folder=folder)
        return [_needs_login(gated) if gated else None, hindrance(by_hand, probe)]

    @property
    def _folder_name(self) -> str:
        return self.name.replace("/", "--")

    def _copy(self, hub_id: str, weights: bool = True) -> Path | None:
        """The folder of a whole copy on this machine."""
        whole = complete if weights else _has_tokenizer
        return next(filter(whole, (home() / "models" / self._folder_name, *snapshots(hub_id, "model"))), None)

    def _fetched(self, hub_id: str, weights: bool = True) -> Path:
        """The folder of a repository's files, fetched if they are not here. Raises SSTIError with what to do."""
        if (copy := self._copy(hub_id, weights)) is not None:
            return copy
        from huggingface_hub import snapshot_download

        try:
            folder = Path(
                snapshot_download(hub_id, allow_patterns=[f for f in FILES if weights or f != "*.safetensors"])
            )
        except (OSError, ValueError, RuntimeError) as problem:
            raise explained(hub_id, "model", problem) from problem
        if weights and not complete(folder):
            raise no_safetensors(hub_id)
        return folder


def _needs_login(hub_id: str) -> str | None:
    from huggingface_hub import get_token

    if get_token():
        return None
    page = page_of(hub_id, "model")
    return tr("{model} is gated: accept its licence at {page}, then run `hf auth login`", model=hub_id, page=page)


def too_large(info: ModelInfo) -> str | None:
    """Says that its weights alone do not fit into this machine's memory, in the smallest form that trains here."""
    memory = machine_memory()
    need = info.parameters * SMALLEST[memory.where]
    if need <= memory.total:
        return None
    if memory.where == "cuda":
        return tr(
            "its weights take {need:.0f} GB in 4 bits, and {place} has {total:.0f} GB: take a smaller model, or a larger GPU",
            need=need / GB,
            place=memory.title,
            total=memory.total / GB,
        )
    return tr(
        "its weights take {need:.0f} GB in float32, and {place} has {total:.0f} GB: a GPU reads it in 4 bits, "
        "in {small:.0f} GB",
        need=need / GB,
        place=memory.title,
        total=memory.total / GB,
        small=info.parameters * SMALLEST["cuda"] / GB,
    )


def sentence(reasons: list[str | None]) -> str | None:
    """The reasons that there are, with a capital and a full stop; an address or an id keeps its small letter."""
    text = "; ".join(filter(None, reasons))
    if not text:
        return None
    return f"{text[0].upper() if text.split()[0].isalpha() else text[0]}{text[1:]}."


def complete(folder: Path) -> bool:
    """Whether a folder has a configuration and every safetensors file that its index names."""
    if not (folder / "config.json").is_file():
        return False
    index = folder / "model.safetensors.index.json"
    if not index.is_file():
        return (folder / "model.safetensors").is_file()
    try:
        parts = set(json.loads(index.read_text(encoding="utf-8"))["weight_map"].values())
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    return all((folder / str(part)).is_file() for part in parts)


def _has_tokenizer(folder: Path) -> bool:
    return any((folder / file).is_file() for file in TOKENIZER_FILES)


def no_safetensors(name: str) -> ModelError:
    """Weights that may be pickles are never loaded."""
    return ModelError(
        tr(
            "{model} has no safetensors: its weights may be pickles, which can run code and are never loaded.",
            model=name,
        ),
        tr("Where you trust it, load it elsewhere and write `model.save_pretrained(FOLDER)`; then name that folder."),
    )
