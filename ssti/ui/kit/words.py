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
from ssti.platform.language import localised, tr
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

FILE = Path(__file__).resolve().parents[3] / "assets" / "words.md"
ENTRY = re.compile(
    r"^## (?P<name>.+)\n(?:English: (?P<english>.+)\n)?(?:Also: (?P<also>.+)\n)?(?P<text>(?:(?!## ).*\n?)+)", re.MULTILINE
)


@dataclass(frozen=True)
class Word:
    """A term, its other forms, and what it means in two or three sentences. `english` are the names by which the code
    asks for it, in a file of another language."""

    name: str
    also: tuple[str, ...]
    text: str
    english: tuple[str, ...] = ()

    @property
    def in_short(self) -> str:
        """The first sentence."""
        return re.split(r"(?<=\.) (?=[A-Z])", self.text, maxsplit=1)[0]


def read(text: str) -> list[Word]:
    """The terms of a file like `assets/words.md`, in its order."""
    return [
        Word(one["name"], _listed(one["also"]), " ".join(one["text"].split()), _listed(one["english"]))
        for one in ENTRY.finditer(text)
    ]


def _listed(said: str | None) -> tuple[str, ...]:
    return tuple(re.split(r",\s*", said)) if said else ()


@cache
def words() -> dict[str, Word]:
    """All terms of the page's language, by each of their forms in lower case and by their English names."""
    every = read(localised(FILE).read_text(encoding="utf-8"))
    return {form.casefold(): word for word in every for form in (*word.english, word.name, *word.also)}


def term(name: str, shown: str = "") -> Markup:
    """A term that explains itself, written as `shown` where that is given, else as it is called in the page's language.
    Raises SSTIError for one that is unknown."""
    known = words()
    word = known.get(name.casefold())
    if word is None:
        near = nearest(name.casefold(), known)
        raise SSTIError(
            tr("{name!r} is not explained in assets/words.md{near}.", name=name, near=near), tr("Add a heading for it.")
        )
    called = word.name if name in word.english else name
    return parts.html('<button type="button" class="term" data-term="{}">{}</button>', word.name, shown or called)


def script() -> str:
    """The terms for assets/words.js, to stand in the page's head before it."""
    every = {word.name: {"text": word.text, "also": word.also} for word in words().values()}
    return parts.data_script("ssti-words", every)


def glossary() -> str:
    """The terms in short, as the README's list of them, which is English."""
    return "\n".join(f"- **{word.name}**: {word.in_short}" for word in read(FILE.read_text(encoding="utf-8")))


if __name__ == "__main__":
    print(glossary())
