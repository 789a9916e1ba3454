"""How attention weights leave a transformers model: eagerly for all of them, or watched layer by layer.

Knows transformers' attention interface; knows no text and no importance. The caller holds the model's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ssti.explain.joined import Joined
from ssti.platform.errors import SSTIError

WATCHED = "ssti_watched"

# A watcher gets (layer, module, query, key, mask, scaling) and may raise `Enough` to end the forward pass.
_watcher: ContextVar[Callable[..., Any] | None] = ContextVar("ssti_watcher", default=None)
_joined: ContextVar[Joined | None] = ContextVar("ssti_joined", default=None)


class Enough(Exception):
    """What was wanted is there: the rest of the forward pass is not needed."""


@contextmanager
def attention_set_to(model: Any, implementation: str) -> Iterator[None]:
    """The model in evaluation mode with this attention; what it was before comes back, whatever happens.

    A PeftModel hands both on to the model it wraps.
    """
    before = model.config._attn_implementation
    training = [module for module in model.modules() if module.training]
    switched = before != implementation
    try:
        model.eval()
        if switched:
            model.set_attn_implementation(implementation)
            if model.config._attn_implementation != implementation:
                raise SSTIError(
                    f"{type(model).__name__} cannot change its attention to {implementation!r}, it stays {before!r}.",
                    f'Load the model with attn_implementation="{implementation}".',
                    kind="model",
                )
        yield
    finally:
        if switched:
            model.set_attn_implementation(before)
        for module in training:
            module.training = True


def heads_of_layers(model: Any) -> list[int]:
    """How many heads each layer has, as the model's configuration names them: one number, or one a layer."""
    config = model.config.get_text_config()
    layers = getattr(config, "num_hidden_layers", None)
    heads = getattr(config, "num_attention_heads", None)
    if isinstance(layers, int) and isinstance(heads, int):
        return [heads] * layers
    if isinstance(heads, list | tuple) and len(heads) == layers:
        return list(heads)
    raise SSTIError(
        f"The configuration of {type(model).__name__} does not say how many layers and heads it has.",
        "Look at all layers at once instead.",
        kind="model",
    )


def backbone(model: Any) -> Any:
    """The transformer under the classification head; LoRA's layers are inside it and stay active."""
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    return inner.base_model


@contextmanager
def watchable(model: Any) -> Iterator[None]:
    """The model ready for `watch`, for one pass or many."""
    _register()
    with attention_set_to(model, WATCHED):
        yield


@contextmanager
def watch(model: Any, watcher: Callable[..., Any], joined: Joined | None = None) -> Iterator[None]:
    """Call `watcher(layer, module, query, key, mask, scaling)` at every attention layer of a `watchable` model's pass.

    The pass itself runs on torch's fused attention, so that no weights exist but those that the watcher
    makes; weights [batch, heads, query, key] that it returns are used instead. Layers are counted in the order in
    which they run. `Enough` raised by the watcher ends the `with` quietly. The rows of one that is `joined`
    attend apart: the watcher sees them as a padded batch, and has to return weights.
    """
    seen = 0

    def count(*arguments: Any) -> Any:
        nonlocal seen
        weights = watcher(seen, *arguments)
        seen += 1
        return weights

    token, rows = _watcher.set(count), _joined.set(joined)
    try:
        yield
    except Enough:
        seen += 1
    finally:
        _watcher.reset(token)
        _joined.reset(rows)
    if not seen:
        raise SSTIError(
            f"{type(model).__name__} computes its attention past transformers' attention interface.",
            "Look at all layers at once instead.",
            kind="model",
        )


def head_weights(module: Any, query: Any, key: Any, mask: Any, scaling: float | None, head: int | None = None) -> Any:
    """softmax(q k^T * scaling) as eager attention computes it: [batch, heads, query, key], or of one head.

    `mask` is boolean (True: may be seen), additive, or None: then causal where the module is causal.
    """
    import torch

    share = query.shape[1] // key.shape[1]  # grouped-query attention: heads that use one key head
    if head is not None:
        query, key = query[:, head : head + 1], key[:, head // share : head // share + 1]
        if mask is not None and mask.shape[1] > 1:
            mask = mask[:, head : head + 1]
    elif share > 1:
        key = key.repeat_interleave(share, dim=1)
    scores = query * (query.shape[-1] ** -0.5 if scaling is None else scaling) @ key.transpose(2, 3)
    if mask is None and getattr(module, "is_causal", False) and scores.shape[-2] > 1:
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
    if mask is not None and mask.dtype == torch.bool:
        scores.masked_fill_(~mask, torch.finfo(scores.dtype).min)
    elif mask is not None:
        scores += mask
    return scores.softmax(dim=-1, dtype=torch.float32)


def attended(weights: Any, value: Any) -> Any:
    """What the heads hand on, [batch, heads, query, width], given their weights [batch, heads, query, key]."""
    share = weights.shape[1] // value.shape[1]
    if share > 1:
        value = value.repeat_interleave(share, dim=1)
    return weights.to(value.dtype) @ value


def _register() -> None:
    """Tell transformers of the watched attention. Doing so again changes nothing."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.integrations.sdpa_attention import sdpa_attention_forward
    from transformers.masking_utils import sdpa_mask

    def watched(module: Any, query: Any, key: Any, value: Any, attention_mask: Any, **options: Any) -> Any:
        watcher = _watcher.get()
        if watcher is not None:
            if options.get("softcap") is not None or options.get("position_bias") is not None:
                raise SSTIError(
                    f"{type(module).__name__} bends its scores before the softmax, which is not done here.",
                    "Look at all layers at once instead.",
                    kind="model",
                )
            joined = _joined.get()
            if joined is not None:
                query, key, value = joined.apart(query), joined.apart(key), joined.apart(value)
            weights = watcher(module, query, key, attention_mask, options.get("scaling"))
            if weights is not None:
                found = attended(weights, value)
                return found.transpose(1, 2).contiguous() if joined is None else joined.together(found), weights
        return sdpa_attention_forward(module, query, key, value, attention_mask, **options)

    def mask(**options: Any) -> Any:
        joined = _joined.get()
        if joined is not None:  # the model's own rule (causal, a window) for each row, as if it were alone
            rows, size = joined.real.shape
            options |= {"batch_size": rows, "q_length": size, "kv_length": size, "attention_mask": joined.real}
        return sdpa_mask(**options)

    AttentionInterface.register(WATCHED, watched)
    AttentionMaskInterface.register(WATCHED, mask)
