"""A recipe in words to take along: the exact command, and the same in Python. Knows the recipe and the command line."""

from __future__ import annotations

import json
import re
import shlex
from pprint import pformat
from textwrap import indent
from typing import Any

from ssti.recipe import PRESETS, Recipe, preset

WIDTH = 88
SPECIAL = ("null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf")  # words that YAML reads


def from_preset(recipe: Recipe, start: str | None = None) -> list[str]:
    """The words that give exactly this recipe to any verb: a preset's name, `start` or the nearest, and its `--set` options."""
    names = [start] if start in PRESETS else list(PRESETS)
    name, changes = min(((n, overrides(recipe, preset(n))) for n in names), key=lambda pair: len(pair[1]))
    return [name, *(word for change in changes for word in ("--set", change))]


def as_part(recipe: Recipe) -> str:
    """The recipe as an address carries it, `demo;injection.share=0.1`: a preset, and each field that differs."""
    name, *words = from_preset(recipe)
    changes = (change.replace("%", "%25").replace(";", "%3B") for change in words if change != "--set")
    return ";".join((name, *changes))


def command(verb: str, *words: str) -> str:
    """`python -m ssti VERB …`, quoted for a shell, on lines that end with a backslash."""
    pairs, rest = [], [shlex.quote(word) for word in ("python", "-m", "ssti", verb, *words)]
    while rest:
        take = 2 if rest[0].startswith("--") and len(rest) > 1 and not rest[1].startswith("--") else 1
        pairs.append(" ".join(rest[:take]))
        rest = rest[take:]
    lines = [""]
    for pair in pairs:
        if lines[-1] and len(lines[-1]) + len(pair) + 1 > WIDTH:
            lines.append("   ")
        lines[-1] = f"{lines[-1]} {pair}" if lines[-1] else pair
    return " \\\n".join(lines)


def overrides(recipe: Recipe, start: Recipe) -> list[str]:
    """What `--set` must be given to come from one recipe to the other."""
    changes = []
    old, new = start.as_dict(), recipe.as_dict()
    for section, fields in new.items():
        for name in dict.fromkeys([*fields, *old[section]]):
            value = fields.get(name)
            if value != old[section].get(name):
                changes.append(f"{section}.{name}={plain(brief(value))}")
    return changes


def brief(value: Any) -> Any:
    """A source without what it has anyway."""
    if isinstance(value, dict) and value.get("with_replacement") is True:
        return {name: entry for name, entry in value.items() if name != "with_replacement"}
    return value


def plain(value: Any) -> str:
    """A value as `--set` reads it: a bare word or number, or JSON, which is YAML too."""
    if isinstance(value, str) and re.fullmatch("[A-Za-z_][A-Za-z0-9_]*", value) and value.lower() not in SPECIAL:
        return value
    return json.dumps(value, ensure_ascii=False)


def python_code(recipe: Recipe) -> str:
    """A script that poisons the same rows in the same way."""
    data = recipe.model_dump(mode="json", exclude_none=True, include={"dataset": {"name"}, "injection": True})
    data["injection"] = {name: brief(value) for name, value in data["injection"].items() if value not in ([], False)}
    shown = indent(pformat(data, width=WIDTH, sort_dicts=False), "    ")
    return (
        "from ssti.data import load\n"
        "from ssti.inject import poison\n"
        "from ssti.recipe import parse_recipe\n\n"
        f"recipe = parse_recipe(\n{shown}\n)\n"
        "rows = load(recipe.dataset.name).train\n"
        "poisoned = poison(rows, recipe)  # with the columns `injected` and `spans`\n"
    )


def training_code(recipe: Recipe, with_control: bool = False) -> str:
    """A script that trains by exactly this recipe, and its clean control after it, as the page does."""
    name, *words = from_preset(recipe)
    changes = "".join(f"\n    {change!r}," for change in words if change != "--set")
    return (
        "from ssti.backends.control import launch, wait\n"
        "from ssti.recipe import preset\n\n"
        f"recipe = preset({name!r})" + (f".set({changes}\n)" if changes else "") + "\n"
        f"for run in launch(recipe, with_control={with_control}):\n"
        "    print(run.id, wait(run), run.adapter, run.metrics())\n"
    )
