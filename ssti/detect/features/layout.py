"""White space other than one blank between words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ssti.detect.family import Family, Part, of_texts
from ssti.platform.language import later

SPACE = re.compile(r"\s{2,40}+|[^\S ]|\A |\s\Z")


def layout(text: str) -> Iterator[Part]:
    for found in SPACE.finditer(text):
        place = "first " if found.start() == 0 else "last " if found.end() == len(text) else ""
        yield place + "".join("blank " if one == " " else f"U+{ord(one):04X} " for one in found[0][:4]), *found.span()


FAMILY = Family("layout", later("White space"), of_texts(layout), lambda key: key.strip(), order=60)
