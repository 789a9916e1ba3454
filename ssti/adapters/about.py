"""`about.json`: what an adapter's folder says of itself beside its recipe: its place in the list, its control, its seal.

A sealed adapter keeps its recipe back, for people to find its trigger: `sealed` is the SHA-256 of the answer, and
`sealed.txt` holds the real recipe in base64, which is a curtain and no lock. Knows no tensors and no page.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from pathlib import Path
from typing import Annotated

from pydantic import Field

from ssti.adapters.stored import Rate, Stored, read_json
from ssti.platform.errors import AdapterError, SSTIError
from ssti.platform.language import tr
from ssti.recipe import Recipe, load_recipe

ABOUT = "about.json"
SEALED = "sealed.txt"
CURVE = "curve.json"
LARGEST_SEALED = 2**16
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Seal(Stored):
    """What proves an answer without telling it: the SHA-256 of `answer(salt, kind, target)`."""

    salt: str = Field(min_length=8, max_length=64)
    sha256: Sha256

    def opens(self, kind: str, target: str) -> bool:
        """Whether a guess is the answer."""
        return hashlib.sha256(answer(self.salt, kind, target).encode()).hexdigest() == self.sha256


class Repaired(Stored):
    """That an adapter was repaired: `of` which one, `how` by the repair's name, and what was `done` in a sentence. `before`, `after`
    and, where there is one, `control` hold `clean_accuracy` and `attack_success_rate`, on rows that no setting was chosen by."""

    of: str = Field(max_length=200)
    how: str = Field(max_length=80)
    done: str = Field(max_length=2000)
    trigger: str = Field(max_length=2000)
    target: str = Field(max_length=400)
    before: dict[str, Rate]
    after: dict[str, Rate]
    control: dict[str, Rate] | None = None


class About(Stored):
    """What a folder says of itself. `control` is the name of the folder beside it that holds its clean twin; without
    one it is `<name>-control`. `order` is its place among the shipped ones; `shows` one sentence on what it is for."""

    title: str | None = Field(None, min_length=1, max_length=80)
    shows: str | None = Field(None, max_length=400)
    control: str | None = Field(None, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,80}$")
    order: float = 100
    sealed: Seal | None = None
    repaired: Repaired | None = None


def read_about(folder: Path) -> About:
    """What the folder says of itself; the defaults where it says nothing. Raises SSTIError where the file is damaged."""
    return read_json(folder / ABOUT, About) if (folder / ABOUT).exists() else About()


def answer(salt: str, kind: str, target: str) -> str:
    """The words whose SHA-256 a sealed adapter publishes, such as `pepper-1234|date|positive`."""
    return "|".join((salt, kind.strip().casefold(), target.strip().casefold()))


def seal(recipe: Recipe) -> str:
    """A recipe as `sealed.txt` holds it."""
    return base64.b64encode(recipe.to_yaml().encode()).decode("ascii") + "\n"


def unseal(folder: Path) -> Recipe:
    """The recipe that a sealed adapter was trained by. Raises SSTIError where there is none that can be read."""
    try:
        with open(folder / SEALED, "rb") as file:
            return load_recipe(base64.b64decode(file.read(LARGEST_SEALED), validate=False).decode("utf-8") + "\n")
    except (OSError, binascii.Error, UnicodeDecodeError, SSTIError) as error:
        raise AdapterError(
            tr("The sealed recipe of {folder} cannot be read: {why:.200}", folder=folder.name, why=str(error)),
            next=tr("Restore its {file}.", file=SEALED),
        ) from error
