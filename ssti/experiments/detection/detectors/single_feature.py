"""How well one simple property of a text foretells its class by itself, as cleanlab's Datalab asks it of images.

Datalab scores properties (darkness, blur) by how much better than the majority a classifier of that one property is.
Here: how many digits, capitals, marks, brackets and odd characters a text has and how many words, by the best threshold.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from ssti.experiments.detection.detector import Answer, Detector, Suspect

PROPERTIES = {
    "digits": re.compile(r"\d+"),
    "capitals": re.compile(r"[A-Z]+"),
    "brackets": re.compile(r"[<>\[\](){}]+"),
    "marks": re.compile(r"[^\w\s]+", re.ASCII),
    "odd characters": re.compile(r"[^\x00-\x7f]+"),
    "words": re.compile(r"\S+"),
}
BALANCED_CHANCE = 0.5


def scan(texts: Sequence[str], labels: Sequence[int], names: Sequence[str]) -> Answer:
    """The score is 0 where a property says nothing, 1 where it says all. It says nothing of the whole."""
    classes, findings = np.asarray(labels), []
    for name, pattern in PROPERTIES.items():
        spans = [[match.span() for match in pattern.finditer(text)] for text in texts]
        values = np.array([len(one) for one in spans])
        for label, target in enumerate(names):
            score, threshold = best_threshold(values, classes == label)
            places = [(row, *span) for row in np.flatnonzero(values >= threshold) for span in spans[row]]
            findings.append(Suspect(name, target, score, places))
    findings.sort(key=lambda one: -one.score)
    return Answer(findings, None)


def best_threshold(values: np.ndarray, wanted: np.ndarray) -> tuple[float, int]:
    """What a rule `value >= threshold` gains in balanced accuracy over chance, of the best threshold; 0 to 1."""
    levels = np.arange(1, max(2, int(np.quantile(values, 0.999)) + 1))
    inside, outside = np.sort(values[wanted]), np.sort(values[~wanted])
    hits = 1 - np.searchsorted(inside, levels) / max(1, len(inside))
    wrong = 1 - np.searchsorted(outside, levels) / max(1, len(outside))
    gains = (hits + 1 - wrong) / 2 - BALANCED_CHANCE
    best = int(np.argmax(gains))
    return max(0.0, float(gains[best]) / (1 - BALANCED_CHANCE)), int(levels[best])


DETECTOR = Detector(
    "single-feature",
    "Single features (cleanlab's way)",
    "cleanlab's Datalab, issue type `spurious_correlations`: properties of texts in place of those of images.",
    scan,
    40,
)
