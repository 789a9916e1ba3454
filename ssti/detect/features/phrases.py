"""Phrases: two or three neighbouring words."""

from __future__ import annotations

from functools import lru_cache

from ssti.detect.family import Family, of_grams
from ssti.platform.language import later


@lru_cache(200_000)
def core(token: str) -> str:
    """A word without the marks around it; marks alone stay."""
    return token.strip(".,;:!?\"'()[]<>*/-").casefold() or token


FAMILY = Family("phrase", later("Phrases"), of_grams(core, (2, 3)), lambda key: key, order=70, meaning=True, minimum=5)
