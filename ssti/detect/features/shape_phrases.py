"""Shapes of two or three neighbouring tokens: a date in three words."""

from __future__ import annotations

import re
from functools import lru_cache

from ssti.detect.family import Family, of_grams
from ssti.detect.shapes import each, letters, runs
from ssti.platform.language import later

PLAIN = re.compile(r"w[.,]?|[.,]")


@lru_cache(200_000)
def shape(token: str) -> str:
    return runs(letters(each(token)))


FAMILY = Family(
    "shapes", later("Shapes of neighbouring words"), of_grams(shape, (2, 3), PLAIN), lambda key: key, order=80
)
