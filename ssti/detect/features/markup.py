"""What stands in brackets, tags above all: as written, and its shape."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ssti.detect.family import Family, Part, of_texts
from ssti.detect.shapes import each, letters, runs
from ssti.platform.language import later

BRACKETS = re.compile(r"<[^<>]{1,60}+>|\[[^\[\]]{1,60}+\]|\{[^{}]{1,60}+\}|&#?\w{2,12}+;|\([^()]{1,30}+\)")


def markup(text: str) -> Iterator[Part]:
    for found in BRACKETS.finditer(text):
        if len(found[0]) <= 30:
            yield found[0].casefold(), *found.span()
        yield "shape " + runs(letters(each(found[0]))), *found.span()


FAMILY = Family("markup", later("Tags and brackets"), of_texts(markup), lambda key: key, order=50)
