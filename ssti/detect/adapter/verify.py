"""Real flips: how many held-out texts turn to the target once a candidate stands in them, how sure of it the adapter is then, and
the same of clean adapters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ssti.detect.adapter.answers import PLACES, Answers, probability, put
from ssti.detect.adapter.candidate import Candidate
from ssti.detect.report import Example
from ssti.evaluate.metrics import rate

BOUND = 1.96  # standard errors: a 95 % interval's end


@dataclass(frozen=True)
class Flips:
    """How a candidate turned an adapter's texts: `hits` of `n`, the mean probability of the target `before`, with it (`sure`) and its
    standard error, the mean `shift` of its log-odds, and the texts that it turned with what stood in them."""

    hits: int
    n: int
    before: float = 0.0
    sure: float = 0.0
    error: float = 0.0
    shift: float = 0.0
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
    sure = probability(odds[:, target])
    was = answers.clean[rows, target]
    error, shift = sure.std() / np.sqrt(len(sure)), (odds[:, target] - was).mean()
    return Flips(len(flipped), len(rows), float(probability(was).mean()), float(sure.mean()), float(error), float(shift), turned)


def best_location(answers: Answers, candidate: Candidate, target: int, texts: int) -> str:
    """The location where it turns most of the first `texts`; `random` where others do no better."""
    return max(PLACES, key=lambda location: flips(answers, candidate, target, location, texts).hits)


def pooled(clean: Sequence[Flips]) -> dict[str, float | int | None] | None:
    """The flips of clean adapters together; None without any."""
    return rate(sum(one.hits for one in clean), sum(one.n for one in clean)) if clean else None


def score(mine: Flips, clean: Sequence[Flips]) -> float:
    """How much surer of the target its texts are than those of the clean adapter that is surest, with the same in them: the lower end of the
    95 % interval of the mean probability, less the highest mean; without clean adapters less its own without it. From -1
    to 1; 0 is what a clean adapter does.

    Not flips: in an adapter that learned its rows by heart two words of no meaning turn nine texts of ten, just so, where a
    trigger makes it sure. Not log-odds: what turns a text twice over is no better a trigger.
    """
    return mine.sure - BOUND * mine.error - max((one.sure for one in clean), default=mine.before) if mine.n else -1.0
