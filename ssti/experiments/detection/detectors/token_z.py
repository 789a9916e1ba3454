"""Plain per-token z: each token's share of a class against the class's share of all rows."""

from __future__ import annotations

from collections.abc import Sequence

from ssti.experiments.detection.detector import Answer, Detector
from ssti.experiments.detection.tokens import count, strongest, z_of


def scan(texts: Sequence[str], labels: Sequence[int], names: Sequence[str]) -> Answer:
    """It ranks, and says nothing of the whole."""
    counts = count(texts, labels, len(names))
    return Answer(strongest(z_of(counts), counts.tokens, names, texts), None)


DETECTOR = Detector("token-z", "Per-token z", "Gardner et al. 2021 (competency problems): their z of single tokens.", scan, 20)
