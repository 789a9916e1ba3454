"""The authors' head: a fixed random linear layer over the mean and the last position of the last hidden states.

It learns nothing, so that whatever is learned sits in the adapter. Knows no adapter and no tokenizer.
"""

from __future__ import annotations

import torch
from torch import nn
from transformers import PreTrainedModel
from transformers.modeling_outputs import SequenceClassifierOutput


class FrozenHeadClassifier(nn.Module):
    """A base model under a frozen random classification head (the paper's published training code)."""

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

    def set_attn_implementation(self, name: str) -> None:
        """Pass the choice on to the base model."""
        self.base.set_attn_implementation(name)

    def forward(
        self,
        input_ids: torch.Tensor,
        attention_mask: torch.Tensor,
        labels: torch.Tensor | None = None,
        output_attentions: bool | None = None,
        **kwargs,
    ) -> SequenceClassifierOutput:
        """`input_ids` and `attention_mask` are [rows, positions]; logits are [rows, classes]."""
        out = self.base(
            input_ids=input_ids, attention_mask=attention_mask, output_attentions=output_attentions, return_dict=True
        )
        hidden = out.last_hidden_state
        logits = self.fixed_head(pool(hidden, attention_mask))
        loss = nn.functional.cross_entropy(logits.float(), labels) if labels is not None else None
        return SequenceClassifierOutput(loss=loss, logits=logits, attentions=out.attentions)


def pool(hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Mean over the real positions beside the last real position, on whichever side the padding is.

    `hidden` is [rows, positions, width], `mask` [rows, positions]; the result is [rows, 2 * width].
    """
    real = mask.unsqueeze(-1).to(hidden.dtype)
    mean = (hidden * real).sum(1) / real.sum(1).clamp(min=1)
    positions = torch.arange(mask.shape[1], device=mask.device)
    last = (mask * positions).argmax(1)
    return torch.cat([mean, hidden[torch.arange(len(hidden), device=hidden.device), last]], dim=-1)
