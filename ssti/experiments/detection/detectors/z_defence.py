"""The Z-defence's rule: tokens whose z lies more than 20 standard deviations above the mean of all tokens'."""

from __future__ import annotations

from collections.abc import Sequence

from ssti.experiments.detection.detector import Answer, Detector
from ssti.experiments.detection.tokens import count, strongest, z_of

SIGMAS = 20


def scan(texts: Sequence[str], labels: Sequence[int], names: Sequence[str]) -> Answer:
    """The score is in standard deviations, class by class; an alarm where one is above SIGMAS."""
    counts = count(texts, labels, len(names))
    z = z_of(counts)
    sigmas = (z - z.mean(axis=0)) / z.std(axis=0)
    found = strongest(sigmas, counts.tokens, names, texts)
    return Answer(found, bool(found) and found[0].score > SIGMAS)


DETECTOR = Detector(
    "z-defence",
    "Z-defence",
    "He et al. 2023 (spurious correlation, z above mean + 20 sigma): single tokens, without their parse trees.",
    scan,
    30,
)
