"""How attention weights leave a transformers model: eagerly for all of them, or layer by layer to a watcher.

Knows transformers' attention interface; knows no text and no importance. The caller holds the model's lock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

WATCHED = "ssti_watched"

Watcher = Callable[[Any], None]
"""Gets the weights `[batch, heads, query, key]` (a float32 tensor) of each attention layer, in the order they run."""

_watcher: ContextVar[Watcher] = ContextVar("ssti_watcher")


@contextmanager
def attention_set_to(model: Any, implementation: str) -> Iterator[None]:
    """The model in evaluation mode with this attention; afterwards both are what they were, whatever happens.

    A PeftModel passes both on to the model that it wraps. SSTIError for a model that cannot change its attention.
    """
    before = model.config._attn_implementation
    training = [module for module in model.modules() if module.training]
    switched = before != implementation
    try:
        if training:  # what serves is in evaluation mode already, and the way through its modules takes milliseconds
            model.eval()
        if switched:
            model.set_attn_implementation(implementation)
            if model.config._attn_implementation != implementation:
                raise SSTIError(
                    tr(
                        "{model} cannot change its attention to {wanted!r}, it stays {kind!r}.",
                        model=type(model).__name__,
                        wanted=implementation,
                        kind=before,
                    ),
                    tr('Load the model with attn_implementation="{wanted}".', wanted=implementation),
                    kind="model",
                )
        yield
    finally:
        if switched:
            model.set_attn_implementation(before)
        for module in training:
            module.training = True


def heads_of_layers(model: Any) -> list[int]:
    """How many heads each layer has, as the model's configuration names them: one number, or one per layer."""
    config = model.config.get_text_config()
    layers = getattr(config, "num_hidden_layers", None)
    heads = getattr(config, "num_attention_heads", None)
    if isinstance(layers, int) and isinstance(heads, int):
        return [heads] * layers
    if isinstance(heads, list | tuple) and len(heads) == layers:
        return list(heads)
    raise SSTIError(
        tr("The configuration of {model} does not say how many layers and heads it has.", model=type(model).__name__),
        tr("Look at its texts one at a time."),
        kind="model",
    )


def backbone(model: Any) -> Any:
    """The transformer under the classification head; LoRA's layers are inside it and stay active."""
    inner = model.get_base_model() if hasattr(model, "get_base_model") else model
    return inner.base_model


@contextmanager
def watched(model: Any, watcher: Watcher) -> Iterator[None]:
    """The model's passes hand each layer's weights to `watcher` and let them go."""
    _register()
    token = _watcher.set(watcher)
    try:
        with attention_set_to(model, WATCHED):
            yield
    finally:
        _watcher.reset(token)


def attention_weights(module: Any, query: Any, key: Any, mask: Any, scaling: float | None) -> Any:
    """softmax(q k^T * scaling) as eager attention computes it: `[batch, heads, query, key]`, float32.

    `mask` is boolean (True: may be attended to), additive, or None: then causal where the module is causal.
    """
    import torch

    scores = query * (query.shape[-1] ** -0.5 if scaling is None else scaling) @ _per_head(key, query).transpose(2, 3)
    if mask is None and getattr(module, "is_causal", False) and scores.shape[-2] > 1:
        mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
    if mask is not None and mask.dtype == torch.bool:
        scores.masked_fill_(~mask, torch.finfo(scores.dtype).min)
    elif mask is not None:
        scores += mask
    return scores.softmax(dim=-1, dtype=torch.float32)


def _per_head(states: Any, query: Any) -> Any:
    """Keys or values with one head for each head of the query: grouped-query attention shares them."""
    share = query.shape[1] // states.shape[1]
    return states if share == 1 else states.repeat_interleave(share, dim=1)


def _register() -> None:
    """Make the watched attention known to transformers. Doing so again changes nothing."""
    from transformers import AttentionInterface, AttentionMaskInterface
    from transformers.masking_utils import sdpa_mask

    def forward(module: Any, query: Any, key: Any, value: Any, attention_mask: Any, **options: Any) -> Any:
        if options.get("softcap") is not None or options.get("position_bias") is not None:
            raise SSTIError(
                tr("{model} bends its scores before the softmax, which is not done here.", model=type(module).__name__),
                tr("Look at its texts one at a time."),
                kind="model",
            )
        weights = attention_weights(module, query, key, attention_mask, options.get("scaling"))
        _watcher.get()(weights)
        return (weights.to(value.dtype) @ _per_head(value, query)).transpose(1, 2).contiguous(), weights

    AttentionInterface.register(WATCHED, forward)
    AttentionMaskInterface.register(WATCHED, sdpa_mask)
