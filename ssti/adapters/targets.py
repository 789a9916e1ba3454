"""Which layers of a model an adapter changes: the recipe's names and groups, resolved for its architecture.

A role such as `query` is the layer that does this, whatever the architecture calls it: `query` in BERT, `q_proj` in
Llama, the fused `c_attn` in GPT-2 and `qkv_proj` in OpenELM. Knows layers by name and shape, no method and no recipe.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ssti.platform.errors import SSTIError, listed, nearest
from ssti.platform.language import tr

GROUPS = {
    "attention": "the linear layers of every attention: query, key, value and output",
    "all-linear": "every linear layer of the transformer's blocks",
    "dense": "the authors': BERT's `dense` layers; elsewhere those that do the same, attention's output and the "
    "feed-forward network",
}
ROLES = {
    "query": {"query", "q_proj", "q_lin", "query_proj", "q", "wq"},
    "key": {"key", "k_proj", "k_lin", "key_proj", "k", "wk"},
    "value": {"value", "v_proj", "v_lin", "value_proj", "v", "wv"},
    "output": {"dense", "o_proj", "out_proj", "out_lin", "c_proj", "o", "wo", "Wo"},
}
FUSED = {"query_key_value", "c_attn", "qkv_proj", "qkv", "Wqkv", "in_proj"}


def resolve(model: Any, targets: str | Iterable[str], title: str = "") -> list[str]:
    """The ends of the names of the layers that `targets` mean, as peft matches them.

    `targets` are a group, a role, the end of a layer's name, or several of these. Raises SSTIError for one that this
    model does not have, naming those that it has.
    """
    asked = [targets] if isinstance(targets, str) else list(targets)
    if not asked:
        raise SSTIError(tr("lora.targets is empty."), next=tr("Use a group: {groups}.", groups=listed(GROUPS)))
    every = linear_layers(model, heads=True)  # so that an end that means a block's layer means no head
    layers = {name: layer for name, layer in every.items() if _in_block(name)}
    resolved: list[str] = []
    for name in asked:
        ends = _of_group(name, layers, every) if name in GROUPS else _named(name, layers, every)
        if not ends:
            leaves = list(dict.fromkeys(_leaf(layer) for layer in layers))
            raise SSTIError(
                tr("lora.targets {name!r} matches no layer of {model}{guess}.", name=name,
                   model=title or tr("This model"), guess=nearest(name, [*GROUPS, *ROLES, *leaves])),
                next=tr("Use a group ({groups}), a role ({roles}), or its layers: {layers}.",
                        groups=", ".join(GROUPS), roles=", ".join(ROLES), layers=listed(leaves)),
            )  # fmt: skip
        resolved += [end for end in ends if end not in resolved]
    return resolved


def linear_layers(model: Any, heads: bool = False) -> dict[str, Any]:
    """The linear layers of the transformer's blocks by name: those under a numbered module. With `heads`, all."""
    import torch
    from transformers.pytorch_utils import Conv1D

    return {
        name: module
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear | Conv1D) and (heads or _in_block(name))
    }


def _in_block(name: str) -> bool:
    return any(part.isdigit() for part in name.split("."))


def matching(layers: Iterable[str], ends: Iterable[str]) -> list[str]:
    """The layers whose names have one of these ends."""
    return [name for name in layers if any(f".{name}".endswith(f".{end}") for end in ends)]


def ends_of(wanted: list[str], layers: Iterable[str]) -> list[str]:
    """The shortest ends of names that mean these layers and no other."""
    wished, ends = set(wanted), []
    for name in wanted:
        parts = name.split(".")
        for size in range(1, len(parts) + 1):
            end = ".".join(parts[-size:])
            if set(matching(layers, [end])) <= wished:
                if end not in ends:
                    ends.append(end)
                break
    return ends


def into_width(layer: Any) -> tuple[int, int]:
    """A linear layer's inputs and outputs; GPT-2 keeps its weights the other way round."""
    if hasattr(layer, "nf"):
        return int(layer.weight.shape[0]), int(layer.nf)
    return int(layer.in_features), int(layer.out_features)


def in_attention(name: str) -> bool:
    """Whether a layer stands in an attention."""
    return any("attn" in part.lower() or "attention" in part.lower() for part in name.split(".")[:-1])


def _leaf(name: str) -> str:
    return name.rpartition(".")[2]


def _of_group(group: str, layers: dict[str, Any], every: dict[str, Any]) -> list[str]:
    if group == "dense" and any(_leaf(n) == "dense" and not in_attention(n) for n in layers):
        return ["dense"]  # BERT and its kin, word for word
    if group == "all-linear":
        wanted = list(layers)
    elif group == "attention":
        wanted = [n for n in layers if in_attention(n)]
    else:
        wanted = [n for n in layers if not in_attention(n) or _leaf(n) in ROLES["output"]]
    return ends_of(wanted, every)


def _named(name: str, layers: dict[str, Any], every: dict[str, Any]) -> list[str]:
    if matching(every, [name]):
        return [name]
    if name not in ROLES:
        return []
    leaves = ROLES[name]
    if name != "output" and not any(_leaf(n) in leaves for n in layers):
        leaves = FUSED
    return ends_of([n for n in layers if in_attention(n) and _leaf(n) in leaves], every)
