"""What a sign is, the list of them, and the range that clean adapters give. Each is a file of `ssti/detect/adapter/signs`.

A sign is a number of one adapter. Whether it is unusual is asked here, once for all: a clean adapter of the bank's kind lies
outside of the range in `OUTSIDE` of all cases, if such numbers are spread like a bell. Knows no trigger.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from ssti.adapters.listing import AdapterInfo, find
from ssti.detect.adapter.report import Sign
from ssti.platform.language import tr
from ssti.platform.registry import Registry
from ssti.serving.loaded import stamp
from ssti.serving.predictor import Predictor

OUTSIDE = 0.01  # of clean adapters
LEAST = 4  # clean adapters: fewer give no range
TEXTS = 40  # that a sign looks at, of those it is given
KEPT = 512  # numbers of clean adapters that a process remembers


@dataclass(frozen=True)
class Asked:
    """One adapter, who answers for it, held-out `texts`, and the refs of clean adapters of the same base model."""

    info: AdapterInfo
    predictor: Predictor
    texts: tuple[str, ...]
    bank: tuple[str, ...] = ()


@dataclass(frozen=True)
class Measure:
    """One sign: its name, its words with a `{value}` in them, how a value is written, and the measure itself.

    `measure` gives None for an adapter that has no such number, as the spectrum of IA³. `of_rank`: it depends on the
    adapter's rank so much that only clean adapters of the same rank are a comparison. No value lies below 0 or above `most`.
    """

    name: str
    words: str
    measure: Callable[[Asked], float | None]
    shown: str = "{:.0%}"
    of_rank: bool = False
    most: float = 1.0
    order: int = 100


SIGNS = Registry("ssti.detect.adapter.signs", Measure, "sign")
"""Every sign by its name. A new one is a file in `ssti/detect/adapter/signs`."""


def signs_of(asked: Asked, names: Iterable[str] | None = None) -> tuple[Sign, ...]:
    """All signs of an adapter, or those named, with the range of the clean ones. One that cannot be measured is left out."""
    asked = replace(asked, texts=asked.texts[:TEXTS])
    made = []
    for measure in [SIGNS[name] for name in names] if names else SIGNS.values():
        value = measure.measure(asked)
        if value is not None:
            made.append(told(measure, value, clean_range(bank_values(measure, asked))))
    return tuple(made)


def bank_values(measure: Measure, asked: Asked) -> list[float]:
    """The sign of each clean adapter that is a comparison, measured with the same texts; never of the adapter itself."""
    values = []
    for info in map(find, asked.bank):
        other_rank = measure.of_rank and info.recipe.lora.rank != asked.info.recipe.lora.rank
        if info.path != asked.info.path and not other_rank:
            values.append(_remembered(measure.name, info.ref, stamp(info), asked.predictor, asked.texts))
    return [value for value in values if value is not None]


@lru_cache(KEPT)
def _remembered(name: str, ref: str, files: tuple, predictor: Predictor, texts: tuple[str, ...]) -> float | None:
    """The sign of an adapter with these files, measured once in a process."""
    return SIGNS[name].measure(Asked(find(ref), predictor, texts))


def clean_range(values: Sequence[float]) -> tuple[float, float] | None:
    """Where the next clean adapter's value lies, but for `OUTSIDE` of them: mean ± t · s · sqrt(1 + 1/n). None for too few values."""
    from scipy.stats import t

    n = len(values)
    if n < LEAST:
        return None
    mean = sum(values) / n
    spread = math.sqrt(sum((value - mean) ** 2 for value in values) / (n - 1))
    reach = float(t.ppf(1 - OUTSIDE / 2, n - 1)) * spread * math.sqrt(1 + 1 / n)
    return mean - reach, mean + reach


def told(measure: Measure, value: float, clean: tuple[float, float] | None) -> Sign:
    """The sign as a report has it."""
    said = tr(measure.words, value=measure.shown.format(value))
    if clean is None:
        return Sign(measure.name, value, None, None, False, f"{said} {tr('No range of clean adapters is known.')}")
    low, high = max(clean[0], 0.0), min(clean[1], measure.most)
    unusual = not low <= value <= high
    words = {"low": measure.shown.format(low), "high": measure.shown.format(high)}
    ends = tr("That is outside of what clean adapters give: {low} to {high}.", **words)
    usual = tr("Clean adapters give {low} to {high}.", **words)
    return Sign(measure.name, value, low, high, unusual, f"{said} {ends if unusual else usual}")
