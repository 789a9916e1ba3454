"""The words of the page and of messages, in the language of this process: SSTI_LANGUAGE, English where that is not set.

English stands in the code, in `tr("There is no tab {name!r}.", name=name)` or as the template of `html`. Another
language is a folder of gettext's PO files, one for each room: `assets/languages/de/*.po`, by its name, or any folder by
its path. `bash tests/translate de` writes into them what is to be translated. Imports nothing else of ssti.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "assets" / "languages"
ENGLISH = "en"


def languages() -> list[str]:
    """The languages that come with the page, English first."""
    return [ENGLISH, *sorted(one.name for one in FOLDER.glob("*/") if any(one.glob("*.po")))]


def read_catalogue(folder: Path, room: str = "*") -> dict[str, str]:
    """The translations of a folder of PO files (or of one of them), by what stands in the code. What is marked `fuzzy`
    waits for a person."""
    from babel.messages.pofile import read_po

    found: dict[str, str] = {}
    for path in sorted(folder.glob(f"{room}.po")):
        with path.open("rb") as file:
            found |= {one.id: one.string for one in read_po(file) if one.id and one.string and not one.fuzzy}
    return found


def _folder(name: str) -> Path:
    """The folder of a language; SystemExit for one that is not there, since every word hangs on it."""
    for folder in (FOLDER / name, Path(name)):
        if any(folder.glob("*.po")):
            return folder
    sys.exit(f"SSTI_LANGUAGE={name}: there is no such language; there are {', '.join(languages())}. Set one of them.")


_chosen = os.environ.get("SSTI_LANGUAGE", "").strip() or ENGLISH
OF_LANGUAGE = None if _chosen == ENGLISH else _folder(_chosen)
"""Where the files of this language stand, its lessons and terms too; None for English."""
LANGUAGE = OF_LANGUAGE.name if OF_LANGUAGE else ENGLISH
CATALOGUE = read_catalogue(OF_LANGUAGE) if OF_LANGUAGE else {}
"""The translations, by what stands in the code; empty for English."""


def tr(text: str, /, **values: object) -> str:
    """A literal in the language of this process, its `{names}` filled with `values`. What is not translated is English."""
    said = CATALOGUE.get(text, text)
    return said.format(**values) if values else said


def english(text: str, /, **values: object) -> str:
    """The same as it stands in the code, in place of `tr` for files that go out into the world: cards, READMEs."""
    return text.format(**values) if values else text


def later(text: str) -> str:
    """A literal that `tr` is asked for elsewhere, by a name: this only tells that it is to be translated."""
    return text


def localised(path: Path) -> Path:
    """A file of `assets` in this language, where there is one: `assets/languages/de/lessons/low-rates.md`."""
    other = OF_LANGUAGE / path.relative_to(FOLDER.parent) if OF_LANGUAGE else path
    return other if other.exists() else path
