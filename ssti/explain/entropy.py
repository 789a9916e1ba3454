"""How spread attention is, in bits, and how much of it a trigger gets. Knows attention, nothing of a model.

Raw entropy grows with the number of tokens: read it with `n` and `share` beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ssti.explain.attention import Attention
from ssti.explain.importance import received
from ssti.explain.pieces import Span, trigger_pieces
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr


@dataclass(frozen=True)
class Entropy:
    """Shannon entropy in `bits` over `n` tokens; `share` of log2(n), the most there can be (1 for n = 1);
    `effective` = 2^bits, the number of equally important tokens that would give the same."""

    bits: float
    n: int
    share: float
    effective: float


class TriggerHead(NamedTuple):
    """The head that gives the trigger most: `value` times its fair share."""

    layer: int
    head: int
    value: float


def entropy(importance: np.ndarray, keep: np.ndarray | None = None) -> Entropy:
    """The entropy of one importance vector (scaled to sum to 1 first). `n` is the number of tokens that count.

    SSTIError for a negative or missing value, or when everything is zero.
    """
    importance = np.asarray(importance, dtype=np.float64)
    if importance.ndim != 1 or not importance.size:
        raise SSTIError(f"Importance of shape {importance.shape} is no vector.", "Pass one number a token.")
    if keep is not None:
        importance = importance[np.asarray(keep, dtype=bool)]
    if not np.isfinite(importance).all() or (importance < 0).any() or not importance.sum() > 0:
        raise SSTIError(
            tr("The importance has a negative or missing value, or is zero everywhere."),
            tr("Entropy needs non-negative numbers of which one is above zero."),
        )
    bits = float(entropy_bits(importance / importance.sum()))
    return Entropy(bits, importance.size, float(share_of_most(bits, importance.size)), 2.0**bits)


def entropy_bits(importance: np.ndarray) -> np.ndarray:
    """-sum p log2 p along the last axis of importances that sum to 1; 0 log 0 is 0, NaN stays NaN."""
    importance = np.asarray(importance, dtype=np.float64)
    logs = np.log2(importance, out=np.zeros_like(importance), where=importance > 0)
    bits = -(importance * logs).sum(axis=-1)
    return np.maximum(bits, 0.0)  # not -0.0 for a token that gets everything


def share_of_most(bits: np.ndarray | float, n: np.ndarray | int) -> np.ndarray:
    """Entropy over log2(n), the entropy of `n` equal tokens. One token alone is as even as it can be: 1."""
    bits, n = np.broadcast_arrays(np.asarray(bits, dtype=np.float64), np.asarray(n))
    return np.divide(bits, np.log2(n), out=np.where(np.isnan(bits), np.nan, 1.0), where=n > 1)


def counted(attention: Attention, specials: bool = True) -> np.ndarray:
    """Which tokens count, bool `[token]`: all, or all but the special ones."""
    return np.ones(len(attention), dtype=bool) if specials else ~attention.special


def entropy_grid(attention: Attention, specials: bool = True) -> np.ndarray:
    """Entropy in bits of the attention received, `[layer, head]`."""
    return entropy_bits(received(attention.weights, counted(attention, specials)))


def trigger_share_grid(attention: Attention, spans: Sequence[Span], specials: bool = True) -> np.ndarray:
    """Attention to the trigger over its fair share (its tokens / all tokens), `[layer, head]`.

    1 is what a head gives that looks everywhere alike. SSTIError when no piece that was read touches a span.
    """
    keep = counted(attention, specials)
    trigger = trigger_pieces(attention.offsets, spans) & keep
    if not trigger.any():
        window = "" if attention.truncated is None else f" {attention.truncated}"
        raise SSTIError(
            f"None of the pieces that the model read lies in the spans {list(spans)!r}.{window}",
            "Pass the spans as focus, so that the window shows them.",
        )
    share = received(attention.weights, keep)[..., trigger].sum(axis=-1)
    return share / (trigger.sum() / keep.sum())


def trigger_head(grid: np.ndarray) -> TriggerHead:
    """The layer and head with the highest value of a `[layer, head]` grid; the first of equals."""
    grid = np.asarray(grid, dtype=np.float64)
    if grid.ndim != 2 or not np.isfinite(grid).any():
        raise SSTIError(f"A grid of shape {grid.shape} has no highest head.", "Pass [layer, head] with a number in it.")
    layer, head = np.unravel_index(np.nanargmax(grid), grid.shape)
    return TriggerHead(int(layer), int(head), float(grid[layer, head]))
