"""The shape of a token, whole and without the marks around it, at four grains, the finest first."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ssti.detect.family import Family, Part, of_tokens
from ssti.detect.shapes import each, letters, mixed, runs
from ssti.platform.language import later

CORE = re.compile(r"\w(?:.*\w)?", re.DOTALL)
PLAIN = re.compile(r"(?:[Aa]?a*+|w|x)")


def shapes(token: str) -> Iterator[Part]:
    if token.isascii() and token.isalpha() and (token[1:].islower() or len(token) == 1):
        return
    core = CORE.search(token)
    whole = (token, 0, len(token))
    for part, start, end in dict.fromkeys(((core[0], *core.span()) if core else whole, whole)):
        classes = each(part)
        grains = ("".join(classes), runs(classes), runs(letters(classes)), runs(mixed(classes)))
        for shape in dict.fromkeys(grains):
            if not PLAIN.fullmatch(shape):
                yield shape, start, end


FAMILY = Family("shape", later("Shapes of words"), of_tokens(shapes), lambda key: key, order=20)
