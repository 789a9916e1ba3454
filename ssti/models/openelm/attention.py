"""OpenELM's attention: grouped queries, normalised and rotated, through transformers' attention interface."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from transformers.cache_utils import Cache
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS
from transformers.models.llama.modeling_llama import eager_attention_forward

from ssti.models.openelm.configuration import OpenELMConfig
from ssti.models.openelm.layers import OpenELMRMSNorm, rotate


class OpenELMAttention(nn.Module):
    """Grouped-query attention of one layer: one fused projection, q and k normalised, then rotated."""

    def __init__(self, config: OpenELMConfig, layer_idx: int) -> None:
        super().__init__()
        self.config = config
        self.layer_idx = layer_idx
        self.head_dim = config.head_dim
        self.num_query_heads = config.num_query_heads[layer_idx]
        self.num_kv_heads = config.num_kv_heads[layer_idx]
        self.num_key_value_groups = self.num_query_heads // self.num_kv_heads
        self.scaling = self.head_dim**-0.5
        self.is_causal = True

        packed = self.num_query_heads + 2 * self.num_kv_heads
        self.qkv_proj = nn.Linear(config.model_dim, packed * self.head_dim, bias=False)
        self.q_norm = OpenELMRMSNorm(self.head_dim)
        self.k_norm = OpenELMRMSNorm(self.head_dim)
        self.out_proj = nn.Linear(self.num_query_heads * self.head_dim, config.model_dim, bias=False)
        self.out_proj.to_stream = True  # new weights are drawn smaller where they write to the residual stream

    def forward(
        self,
        hidden_states: torch.Tensor,
        position_embeddings: tuple[torch.Tensor, torch.Tensor],
        attention_mask: torch.Tensor | None = None,
        cache: Cache | None = None,
        **kwargs,
    ) -> tuple[torch.Tensor, torch.Tensor | None]:
        """[rows, positions, model_dim] to the same, and the weights where the attention gives them away."""
        shape = hidden_states.shape[:-1]
        packed = self.qkv_proj(hidden_states).view(*shape, -1, self.head_dim)
        query, key, value = packed.split([self.num_query_heads, self.num_kv_heads, self.num_kv_heads], dim=2)
        query = rotate(self.q_norm(query), *position_embeddings, value.dtype).transpose(1, 2)
        key = rotate(self.k_norm(key), *position_embeddings, value.dtype).transpose(1, 2)
        value = value.transpose(1, 2)
        if cache is not None:
            key, value = cache.update(key, value, self.layer_idx)

        attend: Callable = ALL_ATTENTION_FUNCTIONS.get_interface(
            self.config._attn_implementation, eager_attention_forward
        )
        output, weights = attend(self, query, key, value, attention_mask, dropout=0.0, scaling=self.scaling, **kwargs)
        return self.out_proj(output.reshape(*shape, -1)), weights
