"""The entropy of every layer and head for many texts at once. Knows the model; keeps no attention weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import signature
from math import inf
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from ssti.explain.attention import inputs, joined_inputs, longest
from ssti.explain.capture import Enough, backbone, head_weights, heads_of_layers, watch, watchable
from ssti.explain.entropy import share_of_most
from ssti.explain.joined import Joined
from ssti.explain.merged import merged
from ssti.explain.pieces import Pieces, Span, check_spans, read_pairs, read_pieces, trigger_pieces
from ssti.platform.errors import SSTIError

BATCH_TOKENS = 1536  # more leave the processor's caches: 8,000 took 1.6 times as long

# Of each network tried: whether rows one behind the other got the right numbers, all within its window, and beyond it.
_tried: WeakKeyDictionary[Any, dict[bool, bool]] = WeakKeyDictionary()


@dataclass(frozen=True)
class EntropyRows:
    """Entropy of the attention received, for each text in the order given.

    `bits` is float64 `[row, layer, head]`, `n` int `[row]` the tokens that count, `share` = bits / log2(n).
    Where layers differ in their heads, a head that a layer does not have is NaN.
    `trigger_share` is `[row, layer, head]`: attention to the row's spans over their fair share, NaN for a row
    without a span; None when no spans were passed. `truncated` `[row]`: the text did not fit the window.
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
    """What `entropy_grid` (and `trigger_share_grid`) say of each text, in batches of texts of like length.

    A batch has about `batch_tokens` tokens, or one text. They stand one behind the other where the model reads them
    so, else they are padded, and padding takes no part. Each layer's weights are reduced
    to importance as soon as they exist. `spans`, one list a text, also centre the window of a text that is too long;
    `twins`, each text with a trigger and its spans, put the window where the twin is read, so that both compare.
    `on_batch(rows done)` may raise, to stop. The caller holds the model's lock.
    """
    import torch

    if not isinstance(batch_tokens, int) or isinstance(batch_tokens, bool) or batch_tokens < 1:
        raise SSTIError(f"batch_tokens is {batch_tokens!r}.", "It is a whole number, at least 1.")
    heads = heads_of_layers(model)
    layers = len(heads)
    if spans is not None and len(spans) != len(texts):
        raise SSTIError(f"There are {len(texts)} texts but spans for {len(spans)}.", "Pass one list of spans a text.")
    focus = None if spans is None else [check_spans(row, text) for row, text in zip(spans, texts, strict=True)]
    limit = longest(model, tokenizer, max_length)
    if twins is None:
        rows = read_pieces(tokenizer, texts, limit, focus)
    else:
        rows = [one for one, _ in read_pairs(tokenizer, texts, *zip(*twins, strict=True), limit)] if twins else []
    bits = np.empty((len(rows), layers, max(heads)))
    shares = None if focus is None else np.full_like(bits, np.nan)
    counted = np.array([len(row) if specials else int((~row.special).sum()) for row in rows], dtype=np.int64)
    pad = tokenizer.pad_token_id or 0
    batches = of_like_size([len(row) for row in rows], batch_tokens)
    done = 0
    with merged(model), watchable(model), torch.no_grad():
        largest = max(batches, key=lambda chosen: sum(len(rows[index]) for index in chosen), default=[])
        join = _can_join(model, heads, [rows[index] for index in largest], pad)
        for chosen in batches:
            batch = [rows[index] for index in chosen]
            keep = _mask(batch, [np.ones(len(row), bool) if specials else ~row.special for row in batch])
            importance = _received(model, heads, batch, keep, pad, join).double()
            importance /= importance.sum(dim=-1, keepdim=True)
            bits[chosen] = torch.special.entr(importance).sum(dim=-1).cpu().numpy() / np.log(2.0)
            if focus is not None and shares is not None:
                trigger = _mask(batch, [trigger_pieces(rows[i].offsets, focus[i]) for i in chosen]) & keep
                shares[chosen] = _over_fair_share(importance.cpu().numpy(), keep, trigger)
            done += len(chosen)
            if on_batch:
                on_batch(done)
    return EntropyRows(
        bits=bits,
        n=counted,
        share=share_of_most(bits, counted[:, None, None]),
        trigger_share=shares,
        truncated=np.array([row.truncated is not None for row in rows], dtype=bool),
    )


def of_like_size(sizes: Sequence[int], most: int) -> list[list[int]]:
    """Indices of `sizes`, the smallest first, in parts that are about the same in sum, and about `most` or less."""
    order = np.argsort(sizes, kind="stable")
    ends = np.cumsum(np.asarray(sizes, dtype=np.int64)[order])
    count = -(-int(ends[-1]) // most) if len(ends) else 0
    cuts = np.searchsorted(ends, ends[-1] * np.arange(1, count) / count) if count > 1 else []
    return [part.tolist() for part in np.split(order, cuts) if part.size]


def _can_join(model: Any, heads: list[int], batch: Sequence[Pieces], pad: int) -> bool:
    """Whether rows one behind the other get the numbers that a padded batch gets: tried once a model, with `batch`.

    False for a model that numbers its positions in a way of its own, or mixes neighbours outside attention. More
    tokens than the model reads of one text are tried apart: what it keeps for each position may end there.
    """
    network = backbone(model)
    if len(batch) < 2 or "position_ids" not in signature(network.forward).parameters:
        return False
    window = getattr(model.config.get_text_config(), "max_position_embeddings", None) or inf
    beyond = sum(len(row) for row in batch) > window
    known = _tried.setdefault(network, {})
    if beyond not in known:
        keep = _mask(batch, [np.ones(len(row), bool) for row in batch])
        padded = _received(model, heads, batch, keep, pad, join=False)
        try:
            joined = _received(model, heads, batch, keep, pad, join=True)
        except (IndexError, RuntimeError):  # what torch says where a model wants its rows apart
            known[beyond] = False
        else:
            known[beyond] = padded.allclose(joined, atol=1e-5, equal_nan=True)
    return known[beyond]


def _received(model: Any, heads: list[int], batch: Sequence[Pieces], keep: np.ndarray, pad: int, join: bool) -> Any:
    """The attention that kept tokens get from each other: [row, layer, head, token].

    A layer with fewer heads than others gets NaN for those it does not have.
    """
    import torch

    network = backbone(model)
    device = next(model.parameters()).device
    mask = torch.from_numpy(keep).to(device=device, dtype=torch.float32)
    found: list[Any] = []

    def watcher(index: int, module: Any, query: Any, key: Any, seen: Any, scaling: float | None) -> Any:
        weights = head_weights(module, query, key, seen, scaling)
        received = (mask[:, None, None, :] @ weights).squeeze(2) * mask[:, None, :]
        lacking = (0, 0, 0, max(heads) - received.shape[1])
        found.append(torch.nn.functional.pad(received, lacking, value=torch.nan))
        if index == len(heads) - 1:
            raise Enough
        return weights

    rows = Joined.of([len(row) for row in batch], device) if join else None
    with watch(model, watcher, rows):
        network(**(joined_inputs(network, batch) if join else inputs(network, batch, pad)), use_cache=False)
    if len(found) != len(heads):
        raise SSTIError(
            f"{type(model).__name__} names {len(heads)} layers but ran {len(found)}.",
            "Look at its texts one by one.",
            kind="model",
        )
    return torch.stack(found, dim=1)


def _mask(batch: Sequence[Pieces], flags: Sequence[np.ndarray]) -> np.ndarray:
    mask = np.zeros((len(batch), max(len(row) for row in batch)), dtype=bool)
    for index, flag in enumerate(flags):
        mask[index, : len(flag)] = flag
    return mask


def _over_fair_share(importance: np.ndarray, keep: np.ndarray, trigger: np.ndarray) -> np.ndarray:
    got = np.einsum("rlht,rt->rlh", importance, trigger.astype(np.float64))
    hit = trigger.sum(axis=1)
    fair = np.where(hit > 0, hit / keep.sum(axis=1), np.nan)
    return got / fair[:, None, None]
