"""A base model that a person brings: a Hub id or a local folder, checked before anything of it is loaded.

It needs an architecture that transformers (or this package) has, weights as safetensors, and no code of its own.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import lru_cache
from math import prod
from pathlib import Path
from typing import Any

from ssti.models.base import Base, ModelInfo
from ssti.models.hub import HubModel, complete, no_safetensors, sentence, too_large
from ssti.platform.errors import ModelError, SSTIError, shown
from ssti.platform.home import home
from ssti.platform.hub import explained, must_answer, snapshots
from ssti.platform.language import tr
from ssti.platform.server import may_run_code_of, needs_code, shared_server

HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
HEADS = ("lm_head.", "embed_out.", "score.", "classifier.", "cls.")  # not loaded, or made anew
EMBEDDINGS = re.compile(r"(embed|(^|\.)w[tp]e\.)")


def _is_folder(name: str) -> bool:
    try:
        return Path(name).expanduser().is_dir()
    except (OSError, ValueError, RuntimeError):  # too long, a zero byte, nobody's home folder
        return False


def looks_own(name: str) -> bool:
    """Is this a folder or a Hub id, rather than the name of a row of the list?"""
    return "/" in name or "\\" in name or _is_folder(name)


@dataclass(frozen=True)
class OwnFolder(Base):
    """A folder as `save_pretrained` writes it."""

    path: Path

    def missing(self, probe: bool) -> str | None:
        return sentence([too_large(self.info)])

    def local(self) -> Path:
        return self.path

    def folder(self) -> Path:
        return self.path


def own(name: str) -> Base:
    """The base model of a folder or a Hub id. Raises SSTIError with what is wrong with it and what to do."""
    if _is_folder(name):
        if shared_server():
            raise ModelError(
                tr("A folder of this server cannot be named here: others use it."),
                tr("Choose a model of the list, or a Hub id (owner/name)."),
            )
        folder = Path(name).expanduser()
        info, code = _local(name, folder, _stamp(folder))
        return OwnFolder(info, folder, remote_code=code)
    if Path(name).is_absolute() or name.startswith((".", "~")) or not HUB_ID.fullmatch(name):
        raise ModelError(
            tr("There is no folder {name}.", name=shown(name)),
            tr("Name a base model of `python -m ssti models`, a Hub id (owner/name), or a folder with config.json."),
        )
    info, code = _of_hub(name)
    return HubModel(info, remote_code=code)


def _stamp(folder: Path) -> tuple:
    return tuple(sorted((f.name, f.stat().st_mtime_ns, f.stat().st_size) for f in folder.glob("*.*")))


@lru_cache(maxsize=32)
def _local(name: str, folder: Path, stamp: tuple) -> tuple[ModelInfo, bool]:
    config, code = _configuration(name, folder)
    if not complete(folder):
        if any(f.suffix in (".bin", ".pt", ".pth", ".ckpt") for f in folder.iterdir()):
            raise no_safetensors(name)
        raise ModelError(
            tr("{model} has no whole set of safetensors.", model=name), tr("Copy all of the model's files there.")
        )
    sizes = [shape for file in folder.glob("*.safetensors") for shape in shapes(file).items()]
    base = {key: prod(shape) for key, shape in sizes if not key.startswith(HEADS)}
    embedded = sum(count for key, count in base.items() if EMBEDDINGS.search(key))
    total = sum(base.values())
    return _info(name, folder.name, _public(config, folder), config, total, total - embedded), code


@lru_cache(maxsize=32)
def _of_hub(hub_id: str) -> tuple[ModelInfo, bool]:
    places = (home() / "models" / hub_id.replace("/", "--"), *snapshots(hub_id, "model"))
    if here := next(filter(complete, places), None):
        return _local(hub_id, here, _stamp(here))
    must_answer(hub_id)
    from huggingface_hub import HfApi, hf_hub_download

    try:
        file = hf_hub_download(hub_id, "config.json")
        about = HfApi().model_info(hub_id, timeout=10)
    except (OSError, ValueError, RuntimeError) as problem:
        raise explained(hub_id, "model", problem) from problem
    config, code = _configuration(hub_id, Path(file).parent)
    if about.safetensors is None and not any(s.rfilename.endswith(".safetensors") for s in about.siblings or []):
        raise no_safetensors(hub_id)
    total = int(about.safetensors.total) if about.safetensors else 0
    embedded = (getattr(config, "vocab_size", 0) or 0) * (getattr(config, "hidden_size", 0) or 0)
    return _info(hub_id, hub_id.rpartition("/")[2], hub_id, config, total, max(0, total - embedded)), code


def shapes(file: Path) -> dict[str, list[int]]:
    """The shape of every tensor of a safetensors file, from its header alone. Raises SSTIError for a damaged one."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(file, "numpy") as tensors:
            return {key: tensors.get_slice(key).get_shape() for key in tensors.keys()}  # noqa: SIM118
    except (OSError, SafetensorError) as problem:
        raise ModelError(
            tr("{file} is not a complete safetensors file: {reason}.", file=file, reason=problem), tr("Copy it again.")
        ) from problem


def _configuration(name: str, folder: Path) -> tuple[Any, bool]:
    """The model's configuration, and whether its own code may run. Raises SSTIError."""
    try:
        written = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        model_type = str(written.get("model_type") or "")
    except (OSError, ValueError, AttributeError) as problem:
        raise ModelError(
            tr("{model} has no readable config.json: {reason}.", model=name, reason=problem),
            next=tr("Name the folder that `save_pretrained` wrote, with config.json in it."),
        ) from problem
    from ssti.models.architecture import can_classify, known

    if not known(model_type):
        if "auto_map" not in written:
            raise ModelError(
                tr(
                    "{model} has the architecture {architecture!r}, which this version of transformers does not have.",
                    model=name,
                    architecture=model_type,
                ),
                next=tr("Choose another model, or install a version of transformers that has it."),
            )
        if not may_run_code_of(name):
            raise needs_code(name, model_type)
    from transformers import AutoConfig

    code = not known(model_type)
    try:
        config = AutoConfig.from_pretrained(str(folder), trust_remote_code=code)
    except SSTIError:
        raise
    except (OSError, ValueError, TypeError, KeyError) as problem:
        raise ModelError(
            tr("{model} has a config.json that cannot be read: {reason:.200}", model=name, reason=str(problem))
        ) from problem
    if not code and not can_classify(config):
        raise ModelError(
            tr(
                "{model} is a {architecture!r}, which has neither a sequence classifier nor a causal model in transformers.",
                model=name,
                architecture=model_type,
            ),
            next=tr("Choose an encoder such as BERT, or a decoder such as Llama."),
        )
    return config, code


def _public(config: Any, folder: Path) -> str:
    """The name that an adapter may carry: the Hub id that the folder names, else the folder's own name."""
    origin = str(getattr(config, "_name_or_path", "") or "")
    return origin if HUB_ID.fullmatch(origin) and not Path(origin).exists() else folder.resolve().name


def _info(name: str, title: str, hub_id: str, config: Any, parameters: int, blocks: int) -> ModelInfo:
    from ssti.models.architecture import is_causal

    text = config.get_text_config()

    def number(*names: str) -> int:
        for one in names:
            value = getattr(text, one, None)
            if isinstance(value, list | tuple) and value:
                value = max(value)
            if isinstance(value, int) and value > 0:
                return value
        return 0

    heads, hidden = number("num_attention_heads"), number("hidden_size")
    return ModelInfo(
        name=name,
        title=title,
        hub_id=hub_id,
        parameters=parameters,
        block_parameters=blocks,
        layers=number("num_hidden_layers"),
        heads=heads,
        hidden=hidden,
        architecture=type(config).__name__.removesuffix("Config"),
        licence="not known: see its page",
        max_length=number("max_position_embeddings", "max_seq_len", "max_sequence_length") or 1_000_000,
        kv_heads=number("num_key_value_heads") or heads,
        intermediate=number("intermediate_size", "ffn_dim", "n_inner", "d_ff")
        or max([0, *getattr(text, "ffn_widths", [])])
        or 4 * hidden,
        vocabulary=number("vocab_size"),
        causal=is_causal(config),
    )
