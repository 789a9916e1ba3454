"""The entropy of every layer and head for many texts at once. Knows the model; keeps no attention weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ssti.explain.attention import inputs, longest
from ssti.explain.capture import backbone, heads_of_layers, watched
from ssti.explain.entropy import share_of_most
from ssti.explain.pieces import Pieces, Span, check_spans, read_pairs, read_pieces, trigger_pieces
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

BATCH_TOKENS = 1536  # more leave the processor's caches: 8,000 took 1.6 times as long


@dataclass(frozen=True)
class EntropyRows:
    """Entropy of the attention received, for each text in the order passed.

    `bits` is float64 `[row, layer, head]`, `n` int `[row]` the tokens that count, `share` = bits / log2(n).
    Where layers differ in their heads, a head that a layer does not have is NaN.
    `trigger_share` is `[row, layer, head]`: attention to the row's spans over their fair share, NaN for a row
    without a span; None when no spans were passed. `truncated` bool `[row]`: the text did not fit the window.
    """

    bits: np.ndarray
    n: np.ndarray
    share: np.ndarray
    trigger_share: np.ndarray | None
    truncated: np.ndarray


def entropy_rows(
    model: Any,
    tokenizer: Any,
    texts: Sequence[str],
    batch_tokens: int = BATCH_TOKENS,
    max_length: int = 256,
    spans: Sequence[Sequence[Span]] | None = None,
    specials: bool = True,
    on_batch: Callable[[int], None] | None = None,
    twins: Sequence[tuple[str, Sequence[Span]]] | None = None,
) -> EntropyRows:
    """What `entropy_grid` (and `trigger_share_grid`) say of each text, in padded batches of texts of like length.

    A batch has about `batch_tokens` tokens, or one text; padding takes no part. Each layer's weights are reduced
    to importance as soon as they exist. `spans`, one list per text, also centre the window of a text that is too long;
    `twins`, each text with a trigger and its spans, put the window where the twin is read, so that both compare.
    `on_batch(rows done)` may raise, to stop. The caller holds the model's lock. SSTIError for a model whose attention
    does not pass through transformers' attention interface.
    """
    import torch

    if not isinstance(batch_tokens, int) or isinstance(batch_tokens, bool) or batch_tokens < 1:
        raise SSTIError(f"batch_tokens is {batch_tokens!r}.", "It is a whole number, at least 1.")
    if spans is not None and len(spans) != len(texts):
        raise SSTIError(f"There are {len(texts)} texts but spans for {len(spans)}.", "Pass one list of spans per text.")
    heads = heads_of_layers(model)
    focus = None if spans is None else [check_spans(row, text) for row, text in zip(spans, texts, strict=True)]
    limit = longest(model, tokenizer, max_length)
    if twins is None:
        rows = read_pieces(tokenizer, texts, limit, focus)
    else:
        rows = [one for one, _ in read_pairs(tokenizer, texts, *zip(*twins, strict=True), limit)] if twins else []
    counting = [np.ones(len(row), bool) if specials else ~row.special for row in rows]
    bits = np.empty((len(rows), len(heads), max(heads)))
    shares = None if focus is None else np.full_like(bits, np.nan)
    done = 0
    with torch.no_grad():
        for chosen in of_like_size([len(row) for row in rows], batch_tokens):
            batch = [rows[index] for index in chosen]
            keep = _padded([counting[index] for index in chosen])
            importance = _received(model, heads, batch, keep, tokenizer.pad_token_id or 0).double()
            importance /= importance.sum(dim=-1, keepdim=True)
            bits[chosen] = torch.special.entr(importance).sum(dim=-1).cpu().numpy() / np.log(2.0)
            if focus is not None and shares is not None:
                trigger = _padded([trigger_pieces(rows[i].offsets, focus[i]) for i in chosen]) & keep
                shares[chosen] = _over_fair_share(importance.cpu().numpy(), keep, trigger)
            done += len(chosen)
            if on_batch:
                on_batch(done)
    n = np.array([flags.sum() for flags in counting], dtype=np.int64)
    truncated = np.array([row.truncated is not None for row in rows], dtype=bool)
    return EntropyRows(bits, n, share_of_most(bits, n[:, None, None]), shares, truncated)


def of_like_size(sizes: Sequence[int], most: int) -> list[list[int]]:
    """Indices of `sizes`, the smallest first, in parts that are about the same in sum, and about `most` or less."""
    order = np.argsort(sizes, kind="stable")
    ends = np.cumsum(np.asarray(sizes, dtype=np.int64)[order])
    count = -(-int(ends[-1]) // most) if len(ends) else 0
    cuts = np.searchsorted(ends, ends[-1] * np.arange(1, count) / count) if count > 1 else []
    return [part.tolist() for part in np.split(order, cuts) if part.size]


def _received(model: Any, heads: list[int], batch: Sequence[Pieces], keep: np.ndarray, pad: int) -> Any:
    """The attention that tokens that count get from each other, not yet normalised: a tensor [row, layer, head, token].

    A layer with fewer heads than others gets NaN for those it does not have.
    """
    import torch

    network = backbone(model)
    mask = torch.from_numpy(keep).to(device=next(model.parameters()).device, dtype=torch.float32)
    layers: list[Any] = []

    def reduce(weights: Any) -> None:
        received = (mask[:, None, None, :] @ weights).squeeze(2) * mask[:, None, :]
        lacking = (0, 0, 0, max(heads) - received.shape[1])
        layers.append(torch.nn.functional.pad(received, lacking, value=torch.nan))

    with watched(model, reduce):
        network(**inputs(network, batch, pad), use_cache=False)
    if len(layers) != len(heads):
        raise SSTIError(
            tr(
                "{model} names {count} layers, and {shown} showed their attention.",
                model=type(model).__name__,
                count=len(heads),
                shown=len(layers),
            ),
            tr("Look at its texts one at a time."),
            kind="model",
        )
    return torch.stack(layers, dim=1)


def _padded(flags: Sequence[np.ndarray]) -> np.ndarray:
    """Flags of rows of unlike length as one bool array `[row, token]`, False where a row is padded."""
    mask = np.zeros((len(flags), max(map(len, flags))), dtype=bool)
    for row, flag in zip(mask, flags, strict=True):
        row[: len(flag)] = flag
    return mask


def _over_fair_share(importance: np.ndarray, keep: np.ndarray, trigger: np.ndarray) -> np.ndarray:
    """Importance `[row, layer, head, token]` of the trigger's tokens over their part of all that count."""
    got = np.einsum("rlht,rt->rlh", importance, trigger.astype(np.float64))
    hit = trigger.sum(axis=1)
    fair = np.where(hit > 0, hit / keep.sum(axis=1), np.nan)
    return got / fair[:, None, None]
