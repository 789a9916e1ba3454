"""Is a head's attention the poison's doing? It is compared with the same head of the control and before finetuning.

Arithmetic on arrays; knows no model and no text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

FACTOR = 1.5  # so many times as much attention to the trigger as any of the others, and more than its fair share
DROP = 0.05  # of log2 n: so much further down than in any of the others
ALPHA = 0.05  # over all heads together, where there are rows
RULE = tr(
    "A head is named where it gives the trigger {factor:g} times what it gives it in the control and before finetuning, "
    "or where its entropy falls {drop:g} of log2 n further than there; over rows, where a paired test says so as well.",
    factor=FACTOR, drop=DROP,
)  # fmt: skip


@dataclass(frozen=True)
class Standout:
    """One head (numbers from 0), its `value` in the poisoned model and in the `others`, by name; means over `n` rows.

    `named`: the poisoned model differs in it from all others, by the criterion of RULE. Else it is only the head with
    the most of what a trigger does, which says nothing of the poison.
    """

    layer: int
    head: int
    value: float
    others: dict[str, float]
    named: bool
    n: int


def standout(mine: np.ndarray, others: Mapping[str, np.ndarray], falls: bool = False) -> Standout:
    """The head in which a poisoned model differs most from `others`, of which `control` has to be one to name any.

    Arrays are `[layer, head]` of one text or `[row, layer, head]`, NaN for a head that is not there: attention to the
    trigger over its fair share, or (`falls`) the change of entropy in shares of log2 n. Over rows a one-sided paired t
    test against each of the others has to reject at 0.05 over the number of heads; that both must reject needs no
    further correction (Berger 1982, doi:10.1080/00401706.1982.10487790).
    """
    mine = np.asarray(mine, dtype=np.float64)
    theirs = {name: np.asarray(one, dtype=np.float64) for name, one in others.items()}
    if mine.ndim not in (2, 3) or any(one.shape != mine.shape for one in theirs.values()):
        raise SSTIError(
            f"Arrays of shape {mine.shape} and {[one.shape for one in theirs.values()]} are not the same heads.",
            "Pass [layer, head] or [row, layer, head], all alike.",
        )
    rows = mine[None] if mine.ndim == 2 else mine
    whole = ~np.isnan(rows).all(axis=(1, 2))
    rows = rows[whole]
    theirs = {name: (one[None] if mine.ndim == 2 else one)[whole] for name, one in theirs.items()}
    if not len(rows):
        raise SSTIError(tr("No row has its trigger within what the model reads."), tr("Choose shorter texts."))
    value, means = rows.mean(axis=0), {name: one.mean(axis=0) for name, one in theirs.items()}
    lead, passes = _lead(value, list(means.values()), falls)
    passes &= "control" in means
    if len(rows) > 1:
        passes &= _tested(rows, list(theirs.values()), falls)
    named = bool(passes.any())
    rank = np.where(passes, lead, -np.inf) if named else np.where(np.isnan(value), -np.inf, -value if falls else value)
    layer, head = (int(place) for place in np.unravel_index(rank.argmax(), value.shape))
    compared = {name: float(one[layer, head]) for name, one in means.items()}
    return Standout(layer, head, float(value[layer, head]), compared, named, len(rows))


def _lead(value: np.ndarray, others: list[np.ndarray], falls: bool) -> tuple[np.ndarray, np.ndarray]:
    """How far the poisoned model leads in each head, and whether that is enough."""
    if not others:
        return np.zeros_like(value), np.zeros(value.shape, dtype=bool)
    if falls:
        lead = np.min(others, axis=0) - value
        return lead, (lead >= DROP) & (value < 0)
    most = np.max(others, axis=0)
    return value - most, (value >= FACTOR * most) & (value > 1)


def _tested(rows: np.ndarray, others: list[np.ndarray], falls: bool) -> np.ndarray:
    from scipy import stats

    heads = int((~np.isnan(rows[0])).sum())
    sign = -1 if falls else 1
    passes = np.ones(rows.shape[1:], dtype=bool)
    for one in others:
        difference = sign * (rows - one)
        spread = difference.std(axis=0) > 0
        with np.errstate(invalid="ignore", divide="ignore"):
            p = stats.ttest_1samp(difference, 0.0, alternative="greater").pvalue
        passes &= np.where(spread, p < ALPHA / heads, difference.mean(axis=0) > 0)
    return passes
