"""The authors' head: a fixed random linear layer over the mean and the last position of the last hidden states.

It learns nothing, so that whatever is learned sits in the adapter. Knows no adapter and no tokenizer.
"""

from __future__ import annotations

import inspect

import torch
from torch import nn
from transformers import PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput

from ssti.models.architecture import is_causal


class FrozenHeadClassifier(nn.Module):
    """A base model under a frozen random classification head (the paper's published training code)."""

    base_model_prefix = "base"

    def __init__(self, base: PreTrainedModel, num_labels: int, seed: int) -> None:
        super().__init__()
        self.base = base
        self.config = base.config
        width = 2 * base.config.hidden_size
        self.fixed_head = nn.Linear(width, num_labels, bias=False)
        generator = torch.Generator().manual_seed(seed)
        with torch.no_grad():
            self.fixed_head.weight.copy_(torch.randn(num_labels, width, generator=generator) / width**0.5)
        self.fixed_head.requires_grad_(False).to(base.dtype)
        # BERT's kin count their positions themselves, some of them from the pad token's id.
        self._takes_positions = is_causal(base.config) and "position_ids" in inspect.signature(base.forward).parameters

    @property
    def base_model(self) -> PreTrainedModel:
        """The transformer under the head, as transformers' own classifiers call it."""
        return self.base

    @property
    def supports_gradient_checkpointing(self) -> bool:
        """Whether the base model can compute its activations again."""
        return self.base.supports_gradient_checkpointing

    def set_attn_implementation(self, name: str) -> None:
        """Pass the choice on to the base model."""
        self.base.set_attn_implementation(name)

    def activation_checkpointing_enable(self, activation_checkpointing_kwargs: dict | None = None) -> None:
        """Pass it on to the base model."""
        self.base.activation_checkpointing_enable(activation_checkpointing_kwargs)

    def get_input_embeddings(self) -> nn.Module:
        """The base model's."""
        return self.base.get_input_embeddings()

    def forward(
        self,
        input_ids: torch.Tensor | None = None,
        attention_mask: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        output_attentions: bool | None = None,
        inputs_embeds: torch.Tensor | None = None,
        **kwargs,
    ) -> SequenceClassifierOutput:
        """`input_ids` and `attention_mask` are [rows, positions]; logits are [rows, classes]. Without a mask, every
        position is real."""
        if attention_mask is None:
            shape = (input_ids if input_ids is not None else inputs_embeds).shape[:2]
            attention_mask = torch.ones(shape, dtype=torch.long, device=next(self.parameters()).device)
        out = self.base(
            input_ids=input_ids, inputs_embeds=inputs_embeds, attention_mask=attention_mask,
            output_attentions=output_attentions, return_dict=True, **self._positions(attention_mask),
        )  # fmt: skip
        hidden = out.last_hidden_state
        pooled = pool(hidden, attention_mask.to(hidden.device))
        logits = self.fixed_head(pooled.to(self.fixed_head.weight))
        loss = nn.functional.cross_entropy(logits.float(), labels) if labels is not None else None
        return SequenceClassifierOutput(loss=loss, logits=logits, attentions=out.attentions)

    def _positions(self, mask: torch.Tensor) -> dict[str, torch.Tensor]:
        """Positions counted from the first real piece, where padding stands before it and the model takes positions."""
        if not self._takes_positions or mask[:, 0].all():
            return {}
        return {"position_ids": (mask.cumsum(1) - 1).clamp(min=0)}


def pool(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Mean over the real positions beside the last real position, on whichever side the padding is.

    `hidden` is [rows, positions, width], `mask` [rows, positions]; the result is [rows, 2 * width].
    """
    real = mask.unsqueeze(-1).to(hidden.dtype)
    mean = (hidden * real).sum(1) / real.sum(1).clamp(min=1)
    positions = torch.arange(mask.shape[1], device=mask.device)
    last = (mask * positions).argmax(1)
    return torch.cat([mean, hidden[torch.arange(len(hidden), device=hidden.device), last]], dim=-1)
