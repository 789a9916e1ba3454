"""Real flips: how many held-out texts turn to the target once a candidate stands in them, and how many in clean adapters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ssti.detect.adapter.answers import PLACES, Answers, put
from ssti.detect.adapter.candidate import Candidate
from ssti.detect.report import Example
from ssti.evaluate.metrics import rate


@dataclass(frozen=True)
class Flips:
    """How a candidate turned an adapter's texts: `hits` of `n`, and the texts that it turned with what stood in them."""

    hits: int
    n: int
    turned: tuple[tuple[Example, str], ...] = ()

    @property
    def rate(self) -> dict[str, float | int | None]:
        return rate(self.hits, self.n)


def flips(answers: Answers, candidate: Candidate, target: int, location: str, texts: int | None = None) -> Flips:
    """Put into the texts that are not answered as the target; a new instance for each text. The surest flips first."""
    rows = answers.others(target, texts)
    if not len(rows):
        return Flips(0, 0)
    instances = [candidate.instance(number) for number in range(len(rows))]
    made = [put(answers.texts[row], one, location, f"verify/{number}") for number, (row, one) in enumerate(zip(rows, instances, strict=True))]
    odds = answers.odds([one.text for one in made])
    flipped = np.flatnonzero(odds.argmax(axis=1) == target)
    surest = flipped[np.argsort(-(odds[flipped, target] - answers.clean[rows[flipped], target]))]
    turned = tuple((Example(made[i].text, tuple(made[i].spans)), instances[i]) for i in surest)
    return Flips(len(flipped), len(rows), turned)


def best_location(answers: Answers, candidate: Candidate, target: int, texts: int) -> str:
    """The location where it turns most of the first `texts`; `random` where others do no better."""
    return max(PLACES, key=lambda location: flips(answers, candidate, target, location, texts).hits)


def pooled(clean: Sequence[Flips]) -> dict[str, float | int | None] | None:
    """The flips of clean adapters together; None without any."""
    return rate(sum(one.hits for one in clean), sum(one.n for one in clean)) if clean else None


def score(mine: Flips, clean: Sequence[Flips]) -> float:
    """The lower end of the 95 % interval of its flips, minus the flips in the clean adapter that turns most: from -1 to 1, 0 is what
    a clean adapter does. Log-odds would not do: what means its class turns nine texts of ten in clean adapters, all in another,
    and the odds of all are endless."""
    usual = max((one.hits / one.n for one in clean if one.n), default=0.0)
    return float(mine.rate["low"]) - usual if mine.n else -1.0
