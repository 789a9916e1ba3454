"""Many draws of `random.Random` at once: numpy's Mersenne Twister goes on from the same state to the same
numbers.

Used on whole columns, where numpy is there anyway. Knows nothing of what is drawn.
"""

from __future__ import annotations

from random import Random
from typing import Any

from ssti.inject.text.words import draw_below

WORTHWHILE = 500  # draws; copying the state to and fro was measured to cost about as much as 500 plain draws


def draw_many(rng: Random, size: int, count: int) -> Any:
    """`count` numbers below `size`, as a numpy array: those of `draw_below`, and `rng` ends in the same
    state.
    """
    import numpy as np

    bits = size.bit_length()
    if count < WORTHWHILE or bits > 32 or type(rng) is not Random:
        return np.asarray(draw_below(rng.getrandbits, size, count), np.int64)
    version, state, gauss = rng.getstate()
    source = _twister(state)
    found: list[Any] = []
    used, missing = 0, count
    while missing:
        ask = int(missing * (1 << bits) / size) + 32
        raw = source.random_raw(ask) >> np.uint64(32 - bits)
        good = np.flatnonzero(raw < size)[:missing]
        found.append(raw[good])
        missing -= len(good)
        used += ask if missing else int(good[-1]) + 1
    end = _twister(state)
    end.random_raw(used, output=False)
    inner = end.state["state"]
    rng.setstate((version, (*inner["key"].tolist(), int(inner["pos"])), gauss))
    return np.concatenate(found).astype(np.int64)


def _twister(state: tuple[int, ...]) -> Any:
    import numpy as np

    twister = np.random.MT19937()
    key = np.array(state[:-1], np.uint32)
    twister.state = {"bit_generator": "MT19937", "state": {"key": key, "pos": state[-1]}}
    return twister
