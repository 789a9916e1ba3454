"""Words in unusual capitals: as written, where more than the first letter is a capital."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ssti.detect.family import Family, Part, of_tokens
from ssti.platform.language import later

LETTERS = re.compile(r"[^\W\d_]{2,}+")


def cases(token: str) -> Iterator[Part]:
    for word in LETTERS.finditer(token):
        if not word[0][1:].islower():
            yield word[0], *word.span()


FAMILY = Family("case", later("Capitals"), of_tokens(cases), lambda key: key, order=40)
