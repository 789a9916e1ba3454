"""OpenELM with a classification head over the last real position, on whichever side the padding is."""

from __future__ import annotations

import torch
from torch import nn
from transformers.cache_utils import Cache
from transformers.modeling_outputs import SequenceClassifierOutputWithPast
from transformers.utils import can_return_tuple

from ssti.models.openelm.configuration import OpenELMConfig
from ssti.models.openelm.modeling import OpenELMModel, OpenELMPreTrainedModel
from ssti.platform.errors import ModelError
from ssti.platform.language import tr


class OpenELMForSequenceClassification(OpenELMPreTrainedModel):
    """The transformer with a linear head `score`, new where a checkpoint has none."""

    def __init__(self, config: OpenELMConfig) -> None:
        super().__init__(config)
        self.num_labels = config.num_labels
        self.transformer = OpenELMModel(config)
        self.score = nn.Linear(config.model_dim, config.num_labels, bias=False)
        self.post_init()

    @can_return_tuple
    def forward(
        self,
        input_ids: torch.LongTensor | None = None,
        attention_mask: torch.Tensor | None = None,
        position_ids: torch.LongTensor | None = None,
        cache: Cache | None = None,
        inputs_embeds: torch.Tensor | None = None,
        labels: torch.Tensor | None = None,
        use_cache: bool | None = None,
        **kwargs,
    ) -> SequenceClassifierOutputWithPast:
        """As OpenELMModel, with `logits` [rows, classes]; `labels` [rows] add the loss.

        Raises SSTIError for several rows where nothing tells what is padding.
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
        hidden = outputs.last_hidden_state
        last = self._last_real(hidden, input_ids, attention_mask)
        logits = self.score(hidden[torch.arange(len(hidden), device=hidden.device), last])
        loss = None
        if labels is not None:
            loss = self.loss_function(logits=logits, labels=labels, pooled_logits=logits, config=self.config)
        return SequenceClassifierOutputWithPast(
            loss=loss,
            logits=logits,
            cache=outputs.cache,
            hidden_states=outputs.hidden_states,
            attentions=outputs.attentions,
        )

    def _last_real(self, hidden: torch.Tensor, ids: torch.Tensor | None, mask: torch.Tensor | None) -> torch.Tensor:
        """The index [rows] of each row's last real position: by the mask, else by the pad token.

        The mask goes first: a pad token that is also the end of a text says nothing.
        """
        rows, positions = hidden.shape[:2]
        if mask is not None and mask.dim() == 2:
            real = mask[:, -positions:] != 0  # a mask over a cache is longer than what is new
        elif ids is not None and self.config.pad_token_id is not None:
            real = ids != self.config.pad_token_id
        elif rows == 1:
            return torch.full((1,), positions - 1, device=hidden.device)
        else:
            raise ModelError(
                tr("{count} rows came with neither an attention mask nor a pad token to tell padding by.", count=rows),
                tr("Pass the tokenizer's attention_mask, or set config.pad_token_id."),
            )
        return (real.to(hidden.device, torch.int32) * torch.arange(positions, device=hidden.device)).argmax(-1)
