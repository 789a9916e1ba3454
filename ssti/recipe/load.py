"""A recipe by name: a preset, a YAML file, or YAML text, with overrides."""

from __future__ import annotations

from pathlib import Path

from ssti.platform.errors import SSTIError, nearest, shown
from ssti.platform.language import tr
from ssti.recipe.presets import PRESETS
from ssti.recipe.schema import Recipe, parse_recipe
from ssti.recipe.text import LONGEST, read_yaml


def preset(name: str) -> Recipe:
    """A named recipe. Raises SSTIError for a name that is none."""
    if name not in PRESETS:
        raise SSTIError(
            tr("no preset is called {name}{nearest}", name=shown(name), nearest=nearest(name, list(PRESETS))),
            next=tr("use one of: {presets}", presets=", ".join(PRESETS)),
        )
    return parse_recipe(PRESETS[name])


def load_recipe(source: str | Path, overrides: list[str] | tuple[str, ...] = ()) -> Recipe:
    """A recipe from a preset's name, a YAML file, or YAML text, with overrides such as `lora.rank=64`.

    Raises SSTIError: no such preset or file, not YAML, unknown key, value out of range.
    """
    text = str(source)
    if text in PRESETS:
        return preset(text).set(*overrides)
    if "\n" not in text and not text.lstrip().startswith("{"):
        text = _file_text(text)
    return parse_recipe(read_yaml(text, Recipe)).set(*overrides)


def _file_text(name: str) -> str:
    data = None
    try:
        if Path(name).is_file():
            with open(name, "rb") as file:
                data = file.read(4 * LONGEST + 1)  # a character has four bytes at most
    except PermissionError as error:
        raise SSTIError(
            tr("{name} cannot be read: {reason}", name=shown(name), reason=error.strerror),
            next=tr("a recipe is a YAML file"),
        ) from error
    except (OSError, ValueError):  # no name of a file: too long, or with a zero byte
        pass
    if data is None:
        raise SSTIError(
            tr(
                "no preset and no file is called {name}{nearest}",
                name=shown(name),
                nearest=nearest(name, list(PRESETS)),
            ),
            next=tr("use a YAML file or one of: {presets}", presets=", ".join(PRESETS)),
        )
    if len(data) > 4 * LONGEST:
        raise SSTIError(
            tr("{name} is too large for a recipe", name=shown(name)),
            next=tr("at most {most:,} characters are read", most=LONGEST),
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SSTIError(
            tr("{name} is not a text file: {reason}", name=shown(name), reason=error.reason),
            next=tr("a recipe is YAML in UTF-8"),
        ) from error
