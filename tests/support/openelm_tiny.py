"""Tiny OpenELM models with random weights, and a plain float64 computation of what they should give."""

from __future__ import annotations

from typing import Any

import torch

from ssti.models.openelm.classifier import OpenELMForSequenceClassification
from ssti.models.openelm.configuration import OpenELMConfig
from ssti.models.openelm.modeling import OpenELMForCausalLM

TINY = {
    "vocab_size": 97,
    "model_dim": 32,
    "head_dim": 4,
    "num_transformer_layers": 3,
    "ffn_dim_divisor": 16,
    "ffn_multipliers": (0.5, 2.5),
    "num_gqa_groups": 2,
    "max_context_length": 64,
}
"""Three layers that differ: 4, 6 and 8 query heads on 2, 3 and 4 key/value heads."""


def tiny(kind: type = OpenELMForCausalLM, attention: str = "sdpa", seed: int = 0, **changes: Any) -> Any:
    """A model with weights large enough for every part to matter, norms included."""
    config = OpenELMConfig(**{**TINY, **changes}, attn_implementation=attention)
    generator = torch.Generator().manual_seed(seed)
    model = kind(config)
    with torch.no_grad():
        for name, weights in model.named_parameters():
            drawn = torch.randn(weights.shape, generator=generator) * 0.2
            weights.copy_(drawn + 1 if "norm" in name else drawn)
    return model.eval()


def classifier(**options: Any) -> Any:
    """The same with a head of two classes."""
    return tiny(OpenELMForSequenceClassification, **options)


def texts(*lengths: int, side: str = "right", seed: int = 1, pad: int = 0) -> dict[str, torch.Tensor]:
    """Random token ids of these lengths, padded on one side. The same seed gives the same texts on both."""
    generator = torch.Generator().manual_seed(seed)
    size = max(lengths)
    ids = torch.full((len(lengths), size), pad)
    mask = torch.zeros_like(ids)
    for row, length in enumerate(lengths):
        place = slice(0, length) if side == "right" else slice(size - length, size)
        ids[row, place] = torch.randint(1, TINY["vocab_size"], (length,), generator=generator)
        mask[row, place] = 1
    return {"input_ids": ids, "attention_mask": mask}


def plainly(model: Any, ids: list[int]) -> tuple[torch.Tensor, list[torch.Tensor]]:
    """Logits [positions, vocab_size] and attention [head, query, key] of each layer, of one text without padding.

    Written from the paper's formulas with a loop over heads, in float64, sharing no code with the model.
    """
    c = model.config
    w = {name: weights.detach().double() for name, weights in model.transformer.named_parameters()}

    def norm(x: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
        return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * weight

    def turn(x: torch.Tensor) -> torch.Tensor:
        half = c.head_dim // 2
        out = torch.empty_like(x)
        for position in range(len(x)):
            for j in range(half):
                angle = torch.tensor(position * 10000 ** (-2 * j / c.head_dim), dtype=torch.float64)
                a, b = x[position, j], x[position, j + half]
                out[position, j] = a * angle.cos() - b * angle.sin()
                out[position, j + half] = b * angle.cos() + a * angle.sin()
        return out

    x = w["token_embeddings.weight"][ids]
    causal = torch.full((len(ids), len(ids)), float("-inf"), dtype=torch.float64).triu(1)
    seen = []
    for layer in range(c.num_transformer_layers):
        p = f"layers.{layer}."
        queries, keys = c.num_query_heads[layer], c.num_kv_heads[layer]
        packed = norm(x, w[p + "attn_norm.weight"]) @ w[p + "attn.qkv_proj.weight"].T
        heads = packed.split(c.head_dim, dim=-1)
        outputs, probabilities = [], []
        for head in range(queries):
            kv = head // (queries // keys)
            q = turn(norm(heads[head], w[p + "attn.q_norm.weight"]))
            k = turn(norm(heads[queries + kv], w[p + "attn.k_norm.weight"]))
            probabilities.append((q @ k.T / c.head_dim**0.5 + causal).softmax(-1))
            outputs.append(probabilities[-1] @ heads[queries + keys + kv])
        x = x + torch.cat(outputs, -1) @ w[p + "attn.out_proj.weight"].T
        u = norm(x, w[p + "ffn_norm.weight"]) @ w[p + "ffn.proj_1.weight"].T
        gate, value = u[:, : u.shape[1] // 2], u[:, u.shape[1] // 2 :]
        x = x + (gate * torch.sigmoid(gate) * value) @ w[p + "ffn.proj_2.weight"].T
        seen.append(torch.stack(probabilities))
    return norm(x, w["norm.weight"]) @ w["token_embeddings.weight"].T, seen
