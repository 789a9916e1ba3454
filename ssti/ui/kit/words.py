"""The terms of the field, each explained where it stands. `assets/words.md` is their one source; knows no tab.

A term is a word with a dotted underline; assets/words.js explains it on tap, hover or focus. In the labels of Gradio's
components, which take plain text, and in headings the script finds the terms by itself; in a sentence `term` makes one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ssti.platform.errors import SSTIError, nearest
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

FILE = Path(__file__).resolve().parents[3] / "assets" / "words.md"
ENTRY = re.compile(r"^## (?P<name>.+)\n(?:Also: (?P<also>.+)\n)?(?P<text>(?:(?!## ).*\n?)+)", re.MULTILINE)


@dataclass(frozen=True)
class Word:
    """A term, its other forms, and what it means in two or three sentences."""

    name: str
    also: tuple[str, ...]
    text: str

    @property
    def in_short(self) -> str:
        """The first sentence."""
        return re.split(r"(?<=\.) (?=[A-Z])", self.text, maxsplit=1)[0]


def read(text: str) -> list[Word]:
    """The terms of a file like `assets/words.md`, in its order."""
    return [
        Word(
            one["name"],
            tuple(re.split(r",\s*", one["also"] or "")) if one["also"] else (),
            " ".join(one["text"].split()),
        )
        for one in ENTRY.finditer(text)
    ]


@cache
def words() -> dict[str, Word]:
    """All terms, by each of their forms in lower case."""
    return {
        form.casefold(): word for word in read(FILE.read_text(encoding="utf-8")) for form in (word.name, *word.also)
    }


def term(name: str, shown: str = "") -> Markup:
    """A term that explains itself, written as `shown` where that is given. Raises SSTIError for one that is unknown."""
    known = words()
    if name.casefold() not in known:
        raise SSTIError(
            f"{name!r} is not explained in assets/words.md{nearest(name.casefold(), known)}.", "Add a heading for it."
        )
    return parts.html(
        '<button type="button" class="term" data-term="{}">{}</button>', known[name.casefold()].name, shown or name
    )


def script() -> str:
    """The terms for assets/words.js, to stand in the page's head before it."""
    every = {word.name: {"text": word.text, "also": word.also} for word in words().values()}
    return parts.data_script("ssti-words", every)


def glossary() -> str:
    """The terms in short, as the README's list of them."""
    unique = {word.name: word for word in words().values()}
    return "\n".join(f"- **{word.name}**: {word.in_short}" for word in unique.values())


if __name__ == "__main__":
    print(glossary())
