"""How important each token is, from attention weights. Arithmetic on arrays; knows no model and no text.

Weights are arrays `[..., query, key]`, importances `[..., token]` that sum to 1. `keep` (bool `[token]`)
leaves tokens out, such as specials: they get 0, and the rest sums to 1. Where no attention at all falls on the
tokens that count, the importance is NaN: there is nothing to normalise.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

CAUSAL_NOTE = tr(
    "In a causal model only later tokens can look at a token, so the mean over queries favours early tokens "
    "whatever they say. The last row, which the classification head reads, sees all tokens alike."
)


def received(weights: np.ndarray, keep: np.ndarray | None = None) -> np.ndarray:
    """The attention a token receives: the mean over the real query rows, normalised to sum to 1.

    Rows of tokens that are left out do not count either. Biased to early tokens in a causal model: CAUSAL_NOTE.
    """
    weights, keep = _checked(weights, keep)
    rows = weights if keep.all() else weights[..., keep, :]
    return normalised(rows.mean(axis=-2, dtype=np.float64), keep)


def from_query(weights: np.ndarray, query: int, keep: np.ndarray | None = None) -> np.ndarray:
    """What one token looks at: its row of the weights.

    An encoder's classification head reads token 0, that of a causal model token -1.
    """
    weights, keep = _checked(weights, keep)
    size = weights.shape[-1]
    if not -size <= query < size:
        raise SSTIError(
            tr("There is no token {number}.", number=query),
            tr("The text has {count}: 0 to {last}.", count=size, last=size - 1),
        )
    return normalised(weights[..., query, :], keep)


def mean_of_heads(weights: np.ndarray) -> np.ndarray:
    """The mean over heads: `[..., head, query, key]` to `[..., query, key]`. A head that is NaN is not there."""
    weights, _ = _checked(weights, None)
    if weights.ndim < 3:
        raise SSTIError(f"Weights of shape {weights.shape} have no heads.", "Pass [..., head, query, key].")
    return np.nanmean(weights, axis=-3, dtype=np.float64)


def rollout(weights: np.ndarray, layers: int | None = None) -> np.ndarray:
    """Attention rollout through the first `layers`, all when None: `[layer, head, q, k]` to `[q, k]`.

    Each layer is the mean of its heads and the identity, half each, for the residual connection; the layers
    are multiplied. Abnar & Zuidema 2020, section 3, doi:10.18653/v1/2020.acl-main.385. Row i says how much of
    each input token is in token i at the end; `received` and `from_query` read it as any weights.
    """
    weights, _ = _checked(weights, None)
    if weights.ndim != 4:
        raise SSTIError(f"Rollout needs all layers, not shape {weights.shape}.", "Pass [layer, head, query, key].")
    if layers is not None and not 1 <= layers <= len(weights):
        raise SSTIError(f"layers is {layers}.", f"The model has 1 to {len(weights)} of them to roll through.")
    identity = np.eye(weights.shape[-1])
    flow = identity
    for layer in mean_of_heads(weights)[:layers]:
        step = (layer + identity) / 2
        flow = step / step.sum(axis=-1, keepdims=True) @ flow
    return flow


def normalised(importance: np.ndarray, keep: np.ndarray | None = None) -> np.ndarray:
    """The importance of the tokens that count, scaled to sum to 1 along the last axis (float64)."""
    importance = np.asarray(importance, dtype=np.float64)
    if keep is not None:
        importance = np.where(keep, importance, 0.0)
    total = importance.sum(axis=-1, keepdims=True)
    return np.divide(importance, total, out=np.full_like(importance, np.nan), where=total > 0)


def _checked(weights: np.ndarray, keep: Sequence[bool] | np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    weights = np.asarray(weights)
    if weights.ndim < 2 or weights.shape[-1] != weights.shape[-2]:
        raise SSTIError(f"Weights of shape {weights.shape} are no attention.", "Pass [..., query, key] of equal size.")
    size = weights.shape[-1]
    keep = np.ones(size, dtype=bool) if keep is None else np.asarray(keep, dtype=bool)
    if keep.shape != (size,):
        raise SSTIError(f"keep has shape {keep.shape}.", f"It needs one entry for each of the {size} tokens.")
    if not keep.any():
        raise SSTIError("No token is left.", "Leave at least one in, or the special tokens.")
    return weights, keep
