"""How sure an adapter stays when a text is mixed with others.

STRIP (Gao et al. 2019, arXiv:1902.06531) asks this of one input: with a trigger in it, no mixture changes the answer. Asked here
of clean texts: an adapter whose answers hang on few tokens is sure of texts that contradict each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from ssti.detect.adapter.signs.sign import Asked, Measure
from ssti.explain.entropy import entropy_bits, share_of_most
from ssti.platform.language import later

MIXTURES = 2  # of each text
LOW = 0.5  # of the most entropy that its classes allow: of two classes, the answer is 89 % sure


def mixtures(texts: Sequence[str], count: int = MIXTURES, seed: str = "strip") -> list[str]:
    """`count` mixtures of each text in turn: half of the words of another one, in one piece, put in at a random place."""
    rng, mixed = Random(seed), []
    words = [text.split() for text in texts]
    for number, mine in enumerate(words):
        for _ in range(count):
            other = words[(number + rng.randint(1, max(len(words) - 1, 1))) % len(words)]
            length = max(1, len(other) // 2)
            start, place = rng.randint(0, len(other) - length), rng.randint(0, len(mine))
            mixed.append(" ".join([*mine[:place], *other[start : start + length], *mine[place:]]))
    return mixed


def low_entropy(asked: Asked) -> float | None:
    """The share of texts whose mixtures' mean entropy is below `LOW` of the most; None without texts."""
    texts = [text for text in asked.texts if text.strip()]
    if not texts:
        return None
    probabilities = asked.predictor.probabilities(mixtures(texts), asked.info.ref)
    shares = share_of_most(entropy_bits(probabilities), probabilities.shape[1])
    return float((shares.reshape(len(texts), MIXTURES).mean(axis=1) < LOW).mean())


STRIP = Measure(
    "strip", later("{value} of the texts keep a sure answer when they are mixed with pieces of others (STRIP)."), low_entropy, order=10
)
