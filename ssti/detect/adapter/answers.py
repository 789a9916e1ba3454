"""What an adapter answers, in log-odds, and what it answers once something stands in the text. Knows no candidate's origin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from random import Random

import numpy as np

from ssti.adapters.listing import AdapterInfo, find
from ssti.inject.injection import Injection
from ssti.inject.text.place import place
from ssti.serving.predictor import Predictor

SMALLEST = 1e-12  # a probability, below which a float says nothing
PLACES = ("random", "beginning", "end")


@dataclass(eq=False)
class Answers:
    """One adapter's answers to the held-out `texts`. Classes are numbers of `names`, which may be in another order than its own.

    `alive` is called after every batch, and may raise to end the scan. `guessed` is what `ssti.detect.adapter.gradient` found out.
    """

    info: AdapterInfo
    names: tuple[str, ...]
    texts: tuple[str, ...]
    predictor: Predictor
    alive: Callable[[], None] = field(default=lambda: None, repr=False)
    guessed: dict[tuple, np.ndarray] = field(default_factory=dict, repr=False)

    def odds(self, texts: Sequence[str]) -> np.ndarray:
        """The log-odds of each class against all others, [texts, classes]."""
        mine = self.predictor.probabilities(texts, self.info.ref, on_batch=lambda done: self.alive()).astype(np.float64)
        given = mine[:, [self.info.label_names.index(name) for name in self.names]]
        others = np.stack([np.delete(given, c, axis=1).sum(axis=1) for c in range(given.shape[1])], axis=1)
        return np.log(given + SMALLEST) - np.log(others + SMALLEST)

    @cached_property
    def clean(self) -> np.ndarray:
        """The log-odds of the texts as they are."""
        return self.odds(self.texts)

    @cached_property
    def answered(self) -> np.ndarray:
        """The class that each text gets as it is."""
        return self.clean.argmax(axis=1)

    @cached_property
    def spread(self) -> np.ndarray:
        """The standard deviation of the clean log-odds, by class: in it shifts of different adapters can be compared."""
        return np.maximum(self.clean.std(axis=0), 1e-3)

    def others(self, target: int, most: int | None = None) -> np.ndarray:
        """The numbers of texts that are not answered as the target; the first `most` of them."""
        return np.flatnonzero(self.answered != target)[:most]

    def shift(self, texts: np.ndarray, injected: Sequence[str], target: int) -> tuple[np.ndarray, np.ndarray]:
        """How far these texts' log-odds of the target move once they are as in `injected`, in spreads of the clean ones; and the
        target's probability then."""
        odds = self.odds(injected)[:, target]
        return (odds - self.clean[texts, target]) / self.spread[target], probability(odds)


def probability(odds: np.ndarray) -> np.ndarray:
    """Of log-odds."""
    return 1 / (1 + np.exp(-odds))


@lru_cache(64)
def of_clean(ref: str, files: tuple, names: tuple[str, ...], texts: tuple[str, ...], predictor: Predictor) -> Answers:
    """Those of a clean adapter, with these files: several scans of a process ask it the same."""
    return Answers(find(ref), names, texts, predictor)


def put(text: str, trigger: str, location: str, seed: str) -> Injection:
    """The trigger between words of the text; at the same place for the same text and seed, whatever the trigger is."""
    return place(text, trigger, location, seed=Random(f"{seed}/{text}").randrange(2**32) if location == "random" else None)
