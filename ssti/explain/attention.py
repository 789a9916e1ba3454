"""The attention of one text in all layers and heads.

Knows a loaded classifier and its tokenizer; loads, owns and caches nothing. The caller has set the active
adapter and holds the model's lock.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ssti.explain.capture import attention_set_to
from ssti.explain.pieces import Pieces, Span, check_spans, read_pieces
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr


@dataclass(frozen=True)
class Attention(Pieces):
    """What every head of a model looks at in one text, beside the pieces that it read.

    `weights[layer, head, query, key]` is float32, each row over `key` sums to 1; where layers differ in their
    heads, a head that a layer does not have is NaN. `probabilities` is `[class]`.
    `causal`: no piece attends to a later one.
    """

    weights: np.ndarray
    probabilities: np.ndarray
    causal: bool

    @property
    def layers(self) -> int:
        return self.weights.shape[0]

    @property
    def heads(self) -> int:
        return self.weights.shape[1]

    def heads_in(self, layer: int) -> int:
        """How many heads this layer has; `heads` is the most that any has."""
        return int((~np.isnan(self.weights[layer, :, 0, 0])).sum())


def attend(
    model: Any, tokenizer: Any, text: str, max_length: int = 256, focus: Sequence[Span] | None = None
) -> Attention:
    """The attention of all layers and heads, from one pass with eager attention.

    `focus` are spans of `text` that a window has to show when the text is longer than `max_length` pieces
    (specials included). Only eager attention gives weights away (sdpa gives an empty sequence and a warning):
    the model is switched and put back. SSTIError when there are no weights even so.
    """
    return attend_pieces(model, [read_one(model, tokenizer, text, max_length, focus)])[0]


def attend_pieces(model: Any, rows: Sequence[Pieces]) -> list[Attention]:
    """The same for texts that were cut into pieces already, each as if it were read by itself: in one pass where the model can pad."""
    import torch

    pad = model.config.get_text_config().pad_token_id
    if pad is None and len(rows) > 1:
        return [one for row in rows for one in attend_pieces(model, [row])]
    with attention_set_to(model, "eager"), torch.no_grad():
        output = model(**inputs(model, rows, pad or 0), output_attentions=True)
    probabilities = output.logits.float().softmax(-1).cpu().numpy()
    every = [stacked(output.attentions, model, index, len(row)) for index, row in enumerate(rows)]
    return [
        Attention(**vars(row), weights=weights, probabilities=of_row, causal=_is_causal(weights, model))
        for row, weights, of_row in zip(rows, every, probabilities, strict=True)
    ]


def read_one(model: Any, tokenizer: Any, text: str, max_length: int, focus: Sequence[Span] | None) -> Pieces:
    """The pieces of one text for this model: `max_length` of them, fewer where the model reads fewer."""
    spans = None if focus is None else [check_spans(focus, text)]
    return read_pieces(tokenizer, [text], longest(model, tokenizer, max_length), spans)[0]


def longest(model: Any, tokenizer: Any, max_length: int) -> int:
    """`max_length`, or less where the model or its tokenizer reads less."""
    if not isinstance(max_length, int) or isinstance(max_length, bool) or max_length < 1:
        raise SSTIError(
            tr("max_length is {value!r}.", value=max_length), tr("It is a whole number of pieces, at least 1.")
        )
    positions = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    return min(max_length, int(tokenizer.model_max_length), positions or max_length)


def inputs(model: Any, rows: Sequence[Pieces], pad: int = 0) -> dict[str, Any]:
    """Rows as the model's input, padded on the right to the longest. Positions count from the first piece."""
    import torch

    size = max(len(row) for row in rows)
    ids = np.full((len(rows), size), pad, dtype=np.int64)
    mask = np.zeros_like(ids)
    types = np.zeros_like(ids)
    for index, row in enumerate(rows):
        ids[index, : len(row)] = row.ids
        mask[index, : len(row)] = 1
        if row.type_ids is not None:
            types[index, : len(row)] = row.type_ids
    arrays = {"input_ids": ids, "attention_mask": mask}
    if rows[0].type_ids is not None:
        arrays["token_type_ids"] = types
    device = next(model.parameters()).device
    return {name: torch.from_numpy(array).to(device) for name, array in arrays.items()}


def stacked(attentions: Any, model: Any, row: int, size: int) -> np.ndarray:
    """The attentions of one text of a batch, of `size` pieces, as float32 [layer, head, query, key], NaN where a layer
    has fewer heads than others.

    SSTIError when there are none.
    """
    if not attentions or any(layer is None for layer in attentions):
        raise SSTIError(
            tr(
                "{model} gave no attention weights (its attention is {kind!r}; sdpa and flash attention give none).",
                model=type(model).__name__,
                kind=model.config._attn_implementation,
            ),
            tr('Load the model with attn_implementation="eager".'),
            kind="model",
        )
    layers = [layer[row, :, :size, :size].float().cpu().numpy() for layer in attentions]
    heads = max(len(layer) for layer in layers)
    if all(len(layer) == heads for layer in layers):
        return np.stack(layers)
    weights = np.full((len(layers), heads, *layers[0].shape[1:]), np.nan, dtype=np.float32)
    for index, layer in enumerate(layers):
        weights[index, : len(layer)] = layer
    return weights


def _is_causal(weights: np.ndarray, model: Any) -> bool:
    """Seen in the weights themselves: what a model calls itself is not always what it does."""
    if weights.shape[-1] > 1:
        return not (np.triu(weights, 1) > 0).any()
    return any(getattr(module, "is_causal", False) for module in model.modules())
