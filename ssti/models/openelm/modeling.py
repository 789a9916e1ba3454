"""OpenELM's transformer and its language model, after the formulas of arXiv:2404.14619 in transformers' conventions.

Parameters carry the names of Apple's checkpoints. Knows no classes to tell apart: that is `classifier.py`.
"""

from __future__ import annotations

import torch
from torch import nn
from transformers import PreTrainedModel, initialization
from transformers.cache_utils import Cache, DynamicCache
from transformers.generation import GenerationMixin
from transformers.masking_utils import create_causal_mask
from transformers.modeling_layers import GradientCheckpointingLayer
from transformers.modeling_outputs import BaseModelOutputWithPast, CausalLMOutputWithPast
from transformers.utils import can_return_tuple
from transformers.utils.generic import merge_with_config_defaults
from transformers.utils.output_capturing import capture_outputs

from ssti.models.openelm.attention import OpenELMAttention
from ssti.models.openelm.configuration import OpenELMConfig
from ssti.models.openelm.layers import OpenELMFeedForward, OpenELMRMSNorm, rotary_angles


class OpenELMDecoderLayer(GradientCheckpointingLayer):
    """One layer, normalised before each half."""

    def __init__(self, config: OpenELMConfig, layer_idx: int) -> None:
        super().__init__()
        self.attn = OpenELMAttention(config, layer_idx)
        self.ffn = OpenELMFeedForward(config.model_dim, config.ffn_widths[layer_idx])
        self.attn_norm = OpenELMRMSNorm(config.model_dim)
        self.ffn_norm = OpenELMRMSNorm(config.model_dim)

    def forward(self, hidden_states: torch.Tensor, **kwargs) -> torch.Tensor:
        """[rows, positions, model_dim] to the same. The keywords are OpenELMAttention's."""
        attended, _ = self.attn(self.attn_norm(hidden_states), **kwargs)
        hidden_states = hidden_states + attended
        return hidden_states + self.ffn(self.ffn_norm(hidden_states))


class OpenELMPreTrainedModel(PreTrainedModel):
    """What all OpenELM models share with transformers: what they support, and how new weights are drawn."""

    config_class = OpenELMConfig
    config: OpenELMConfig
    base_model_prefix = "transformer"
    supports_gradient_checkpointing = True
    _no_split_modules = ["OpenELMDecoderLayer"]
    _input_embed_layer = "token_embeddings"
    _supports_sdpa = True
    _supports_attention_backend = True
    _can_record_outputs = {
        "hidden_states": OpenELMDecoderLayer,
        "attentions": OpenELMAttention,
    }

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        """Normal with std in_features^-1/2; what writes to the residual stream d^-1/2 (2 L)^-1/2; norms 1."""
        if isinstance(module, nn.Linear):
            to_stream = (2 * self.config.model_dim * self.config.num_transformer_layers) ** -0.5
            std = to_stream if getattr(module, "to_stream", False) else module.in_features**-0.5
            initialization.normal_(module.weight, std=std)
            if module.bias is not None:
                initialization.zeros_(module.bias)
        elif isinstance(module, nn.Embedding):
            initialization.normal_(module.weight, std=module.embedding_dim**-0.5)
        elif isinstance(module, OpenELMRMSNorm):
            initialization.ones_(module.weight)


class OpenELMModel(OpenELMPreTrainedModel):
    """The transformer: token ids to the last hidden states, after the final norm."""

    def __init__(self, config: OpenELMConfig) -> None:
        super().__init__(config)
        self.token_embeddings = nn.Embedding(config.vocab_size, config.model_dim)
        self.layers = nn.ModuleList(
            OpenELMDecoderLayer(config, layer) for layer in range(config.num_transformer_layers)
        )
        self.norm = OpenELMRMSNorm(config.model_dim)
        self.gradient_checkpointing = False
        self.post_init()

    @merge_with_config_defaults
    @capture_outputs
    def forward(
        self,
        input_ids: torch.LongTensor | None = None,
        attention_mask: torch.Tensor | None = None,
        position_ids: torch.LongTensor | None = None,
        cache: Cache | None = None,
        inputs_embeds: torch.Tensor | None = None,
        use_cache: bool | None = None,
        **kwargs,
    ) -> BaseModelOutputWithPast:
        """`input_ids` and `attention_mask` are [rows, positions]; `last_hidden_state` [rows, positions, model_dim].

        `output_hidden_states` gives the input of each layer and the last hidden state; `output_attentions`, under
        eager attention, one [rows, heads of that layer, query, key] a layer.
        """
        if (input_ids is None) == (inputs_embeds is None):
            raise ValueError("Pass input_ids or inputs_embeds, one of the two.")
        if inputs_embeds is None:
            inputs_embeds = self.token_embeddings(input_ids)
        if use_cache and cache is None:
            cache = DynamicCache(config=self.config)
        if position_ids is None:
            past = cache.get_seq_length() if cache is not None else 0
            position_ids = torch.arange(inputs_embeds.shape[1], device=inputs_embeds.device).unsqueeze(0) + past
        mask = create_causal_mask(
            config=self.config,
            inputs_embeds=inputs_embeds,
            attention_mask=attention_mask,
            cache=cache,
            position_ids=position_ids,
        )
        angles = rotary_angles(position_ids, self.config.head_dim, self.config.rope_freq_constant)
        hidden_states = inputs_embeds
        for layer in self.layers:
            hidden_states = layer(
                hidden_states,
                position_embeddings=angles,
                attention_mask=mask,
                position_ids=position_ids,
                cache=cache,
                use_cache=use_cache,
                **kwargs,
            )
        return BaseModelOutputWithPast(last_hidden_state=self.norm(hidden_states), cache=cache)


class OpenELMForCausalLM(OpenELMPreTrainedModel, GenerationMixin):
    """The language model: logits over the vocabulary, by the transposed embeddings where they are tied."""

    _tied_weights_keys = {"lm_head.weight": "transformer.token_embeddings.weight"}

    def __init__(self, config: OpenELMConfig) -> None:
        super().__init__(config)
        self.transformer = OpenELMModel(config)
        self.lm_head = nn.Linear(config.model_dim, config.vocab_size, bias=False)
        self.post_init()

    @can_return_tuple
    def forward(
        self,
        input_ids: torch.LongTensor | None = None,
        attention_mask: torch.Tensor | None = None,
        position_ids: torch.LongTensor | None = None,
        cache: Cache | None = None,
        inputs_embeds: torch.Tensor | None = None,
        labels: torch.LongTensor | None = None,
        use_cache: bool | None = None,
        logits_to_keep: int | torch.Tensor = 0,
        **kwargs,
    ) -> CausalLMOutputWithPast:
        """As OpenELMModel, with `logits` [rows, positions, vocab_size].

        `logits_to_keep` keeps the last so many positions (0: all), or those at these indices. `labels` are token
        ids, shifted here; -100 counts for nothing.
        """
        outputs = self.transformer(
            input_ids=input_ids,
            attention_mask=attention_mask,
            position_ids=position_ids,
            cache=cache,
            inputs_embeds=inputs_embeds,
            use_cache=use_cache,
            **kwargs,
        )
        positions = slice(-logits_to_keep, None) if isinstance(logits_to_keep, int) else logits_to_keep
        logits = self.lm_head(outputs.last_hidden_state[:, positions])
        loss = None
        if labels is not None:
            loss = self.loss_function(logits=logits, labels=labels, vocab_size=self.config.vocab_size, **kwargs)
        return CausalLMOutputWithPast(
            loss=loss,
            logits=logits,
            cache=outputs.cache,
            hidden_states=outputs.hidden_states,
            attentions=outputs.attentions,
        )
