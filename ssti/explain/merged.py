"""LoRA's matrices added to the weights that they change, while many passes run. Knows peft's layers; no text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def merged(model: Any) -> Iterator[None]:
    """The active LoRA adapters inside the weights; after the block the old weights are back, to the bit.

    Saves two small products a layer and costs a second copy of these weights, which pays on a CPU: elsewhere nothing
    happens, nor to a layer that is off, merged already, or more than a plain linear one with plain LoRA. The caller
    holds the model's lock.
    """
    from peft.tuners.lora import Linear

    before = []
    try:
        for layer in model.modules():
            if type(layer) is Linear and not layer.disable_adapters and not layer.merged and _is_plain(layer):
                weight = layer.get_base_layer().weight
                before.append((layer, weight, weight.data))
                for name in layer.active_adapters:
                    if name in layer.lora_A:
                        weight.data = weight.data + layer.get_delta_weight(name).to(weight.dtype)
                        layer.merged_adapters.append(name)
        yield
    finally:
        for layer, weight, data in reversed(before):  # two layers may share one weight
            weight.data = data
            layer.merged_adapters.clear()


def _is_plain(layer: Any) -> bool:
    return (
        layer.weight.is_cpu
        and layer.weight.is_floating_point()
        and not (layer.lora_variant or any(layer.lora_bias.values()))
    )
