"""A base model that a person brings: a Hub id or a local folder, checked before anything of it is loaded.

It needs an architecture that transformers (or this package) has, weights as safetensors, and no code of its own.
"""

from __future__ import annotations

import json
import re
import struct
from functools import lru_cache
from math import prod
from pathlib import Path
from typing import Any

from ssti.models.hub import complete, explained, fetched, found, no_safetensors, sentence, too_large
from ssti.models.kind import ModelInfo, ModelKind
from ssti.platform.errors import ModelError, SSTIError, shown
from ssti.platform.network import MODEL_SWITCHES, offline_switch, reachable
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


def own(name: str) -> ModelKind:
    """The base model of a folder or a Hub id. Raises SSTIError with what is wrong with it and what to do."""
    there = _is_folder(name)
    folder = Path(name).expanduser() if there else Path(name)
    if there and shared_server():
        raise ModelError(
            "A folder of this server cannot be named here: others use it.",
            next="Choose a model of the list, or a Hub id (owner/name).",
        )
    if there:
        stamp = _stamp(folder)
        info, code = _local(name, str(folder), stamp)
        return ModelKind(
            info, lambda: folder, lambda probe: sentence(too_large(info)), lambda: folder, remote_code=code
        )
    if folder.is_absolute() or name.startswith((".", "~")) or not HUB_ID.fullmatch(name):
        raise ModelError(
            f"There is no folder {shown(name)}.",
            next="Name a base model of `python -m ssti models`, a Hub id (owner/name), or a folder with config.json.",
        )
    info, code = _of_hub(name)
    return ModelKind(
        info,
        folder=lambda: fetched(name, _slug(name)),
        missing=lambda probe: sentence(too_large(info)),
        local=lambda: found(name, _slug(name)),
        remote_code=code,
    )


def _slug(hub_id: str) -> str:
    return hub_id.replace("/", "--")


def _stamp(folder: Path) -> tuple:
    return tuple(sorted((f.name, f.stat().st_mtime_ns, f.stat().st_size) for f in folder.glob("*.*")))


@lru_cache(maxsize=32)
def _local(name: str, folder: str, stamp: tuple) -> tuple[ModelInfo, bool]:
    place = Path(folder)
    config, code = _configuration(name, place)
    if not complete(place):
        pickles = [f.name for f in place.iterdir() if f.suffix in (".bin", ".pt", ".pth", ".ckpt")]
        if pickles:
            raise no_safetensors(name)
        raise ModelError(f"{name} has no whole set of safetensors.", next="Copy all of the model's files there.")
    sizes = [shape for file in place.glob("*.safetensors") for shape in shapes(file).items()]
    base = {key: prod(shape) for key, shape in sizes if not key.startswith(HEADS)}
    embedded = sum(count for key, count in base.items() if EMBEDDINGS.search(key))
    total = sum(base.values())
    return _info(name, place.name, _public(config, place), config, total, total - embedded), code


@lru_cache(maxsize=32)
def _of_hub(hub_id: str) -> tuple[ModelInfo, bool]:
    here = found(hub_id, _slug(hub_id))
    if here is not None:
        info, code = _local(hub_id, str(here), _stamp(here))
        return info, code
    if offline_switch(MODEL_SWITCHES) is None and not reachable():
        raise explained(hub_id, ConnectionError("the Hub does not answer"))
    from huggingface_hub import HfApi, hf_hub_download

    try:
        file = hf_hub_download(hub_id, "config.json")
        about = HfApi().model_info(hub_id, timeout=10)
    except (OSError, ValueError, RuntimeError) as problem:
        raise explained(hub_id, problem) from problem
    config, code = _configuration(hub_id, Path(file).parent)
    if about.safetensors is None and not any(s.rfilename.endswith(".safetensors") for s in about.siblings or []):
        raise no_safetensors(hub_id)
    total = int(about.safetensors.total) if about.safetensors else 0
    embedded = (getattr(config, "vocab_size", 0) or 0) * (getattr(config, "hidden_size", 0) or 0)
    return _info(hub_id, hub_id.rpartition("/")[2], hub_id, config, total, max(0, total - embedded)), code


def shapes(file: Path) -> dict[str, list[int]]:
    """The shape of every tensor of a safetensors file, from its header alone. Raises SSTIError for a damaged one."""
    try:
        with file.open("rb") as opened:
            (length,) = struct.unpack("<Q", opened.read(8))
            if length > file.stat().st_size:
                raise ValueError("its header is longer than the file")
            header = json.loads(opened.read(length))
        return {key: value["shape"] for key, value in header.items() if key != "__metadata__"}
    except (OSError, ValueError, KeyError, TypeError, struct.error) as problem:
        raise ModelError(f"{file} is no whole safetensors file: {problem}.", next="Copy it again.") from problem


def _configuration(name: str, folder: Path) -> tuple[Any, bool]:
    """The model's configuration, and whether its own code may run. Raises SSTIError."""
    try:
        written = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        model_type = str(written.get("model_type") or "")
    except (OSError, ValueError, AttributeError) as problem:
        raise ModelError(
            f"{name} has no readable config.json: {problem}.",
            next="Name the folder that `save_pretrained` wrote, with config.json in it.",
        ) from problem
    from ssti.models.architecture import can_classify, known

    if not known(model_type):
        if "auto_map" not in written:
            raise ModelError(
                f"{name} has the architecture {model_type!r}, which this version of transformers does not have.",
                next="Choose another model, or install a version of transformers that has it.",
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
        raise ModelError(f"{name} has a config.json that cannot be read: {str(problem)[:200]}") from problem
    if not code and not can_classify(config):
        raise ModelError(
            f"{name} is a {model_type!r}, which has neither a sequence classifier nor a causal model in transformers.",
            next="Choose an encoder such as BERT, or a decoder such as Llama.",
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
