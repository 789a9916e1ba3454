"""Leaves out what a BERT classifier computes and never reads: all but the first position after its last attention.

BERT's head reads the first position alone, so the last layer's output projection and feed-forward network need run
on that one only: same logits, same gradients, same attentions, a seventh of the work less. The last hidden states
then have one position.
"""

from __future__ import annotations

from typing import Any


def first_position_only(model: Any) -> None:
    """Change a `BertForSequenceClassification` in place; any other model stays as it is."""
    from transformers import BertForSequenceClassification

    if isinstance(model, BertForSequenceClassification):
        last = model.bert.encoder.layer[-1]
        last.attention.output.register_forward_pre_hook(lambda module, states: tuple(s[:, :1] for s in states))
