"""What is to be translated, taken from the code by Babel, and the PO files of a language beside it."""

from __future__ import annotations

import ast
import json
import re
import string
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ROOT / "assets" / "languages"
KEYWORDS = {"tr": None, "later": None, "html": None}
ROOMS = {"assets": "scripts", "adapters": "shipped"}
WITHOUT = ("cli",)  # the command line speaks English, as commands do
TAG = re.compile(r"<[^>]*>")
SPOKEN = re.compile(r"""(?:aria-label|aria-description|title|alt|placeholder|content)=["']([^"']*)["']""")
FIELD = re.compile(r"\{[^{}]*\}|&\w+;")
LETTERS = re.compile(r"[^\W\d_]{2,}")


def says(text: str) -> bool:
    """Whether there is a word in it: of HTML, between the tags or in what a tag says aloud."""
    words = [TAG.sub(" ", text), *SPOKEN.findall(text)]
    return any(LETTERS.search(FIELD.sub(" ", one)) for one in words)


def files() -> list[Path]:
    """The files that hold words of the page: code, and what shipped adapters say of themselves."""
    code = (path for path in (ROOT / "ssti").rglob("*.py") if path.relative_to(ROOT).parts[1] not in WITHOUT)
    return sorted([*code, *(ROOT / "assets").glob("*.js"), *(ROOT / "adapters").glob("*/about.json")])


def room(path: Path) -> str:
    """The name of the PO file that a file's words stand in: `data`, `ui-flip`, `scripts`."""
    parts = path.relative_to(ROOT).parts
    if parts[0] in ROOMS:
        return ROOMS[parts[0]]
    return "-".join(parts[1:3]) if parts[1] == "ui" and len(parts) > 3 else parts[1].removesuffix(".py")


def texts(path: Path) -> Iterator[str]:
    """What is to be translated of one file."""
    if path.suffix == ".json":
        said = json.loads(path.read_text(encoding="utf-8"))
        yield from (said[field] for field in ("title", "shows") if field in said)
    else:
        yield from filter(says, _of_script(path) if path.suffix == ".js" else _of_python(path))


def _of_script(path: Path) -> Iterator[str]:
    for _line, text, _comments, _context in extract_from_file("javascript", path, keywords=KEYWORDS):
        yield text[0] if isinstance(text, tuple) else text


def _of_python(path: Path) -> list[str]:
    """The literals with which the KEYWORDS are called. Babel's own reader passes over a call deep within another."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    firsts = [(one.lineno, one.args[0]) for one in calls if one.args and _name(one.func) in KEYWORDS]
    literals = [(line, one.value) for line, one in firsts if isinstance(one, ast.Constant) and isinstance(one.value, str)]
    return [text for _line, text in sorted(literals, key=lambda literal: literal[0])]


def _name(function: ast.expr) -> str:
    return getattr(function, "id", "") or getattr(function, "attr", "")


def wanted() -> dict[str, dict[str, list[str]]]:
    """What is to be translated: by room, by text, the files that say it."""
    found: dict[str, dict[str, list[str]]] = {}
    for path in files():
        for text in texts(path):
            places = found.setdefault(room(path), {}).setdefault(text, [])
            if (place := path.relative_to(ROOT).as_posix()) not in places:
                places.append(place)
    return found


def read(path: Path) -> dict[str, str]:
    """The translations of one PO file."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {one.id: one.string for one in read_po(file) if one.id}


def fields(text: str) -> Counter[str]:
    """The places that values go to, as they are written."""
    parts = string.Formatter().parse(text)
    return Counter(f"{name}!{how or ''}:{form}" for _, name, form, how in parts if name is not None)


def shape(text: str) -> Counter[str]:
    """The tags of a text, without what they say aloud."""
    return Counter(SPOKEN.sub("", tag) for tag in TAG.findall(text))


def update(language: str) -> int:
    """Bring the PO files of a language up to the code; how many texts are not translated."""
    folder, missing = LANGUAGES / language, 0
    folder.mkdir(parents=True, exist_ok=True)
    now = wanted()
    for old in folder.glob("*.po"):
        if old.stem not in now:
            old.unlink()
    for name, said in now.items():
        path = folder / f"{name}.po"
        before, catalogue = read(path), Catalog(fuzzy=False)
        for text, places in said.items():
            catalogue.add(text, before.get(text, ""), [(place, None) for place in places])
        missing += sum(1 for text in said if not before.get(text))
        with path.open("wb") as file:
            write_po(file, catalogue, omit_header=True, width=0)
    return missing


if __name__ == "__main__":
    for language in sys.argv[1:]:
        left = update(language)
        print(f"{language}: {left} to translate" if left else f"{language}: complete")
