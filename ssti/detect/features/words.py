"""Words, whatever their capitals and the marks around them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ssti.detect.family import Family, Part, of_tokens
from ssti.platform.language import later

WORD = re.compile(r"\w++(?:['’-]\w++)*+")


def words(token: str) -> Iterator[Part]:
    for word in WORD.finditer(token):
        yield word[0].casefold(), *word.span()


FAMILY = Family("word", later("Words"), of_tokens(words), lambda key: key, order=10, meaning=True)
