"""What the address carries of that which tabs share: the tab, the run, the adapter, the text with its triggers, the recipe.

Knows how each is written there and read back. A tab keeps its own by `shared.keep`.
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import gradio as gr

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import PRESETS, Recipe, parse_recipe, preset
from ssti.runs.store import ID
from ssti.ui.access.visitor import admit
from ssti.ui.kit import adapters
from ssti.ui.kit.address import Kept
from ssti.ui.kit.marks import Mark, Marks, triggers_text
from ssti.ui.kit.recipe_text import as_part
from ssti.ui.kit.shared import Shared


def keeps(shared: Shared) -> list[Kept]:
    """Those parts, in the order in which they are set."""

    def read_tab(said: dict[str, str], dropped: list[str]) -> dict[Any, Any]:
        name = said.get("tab", shared.first_tab)
        if name not in shared.tab_names:
            raise SSTIError(
                tr("There is no tab {name!r:.60}.", name=name),
                tr("There are: {names}.", names=", ".join(shared.tab_names)),
            )
        return {shared.tabs: gr.Tabs(selected=name), shared.tab: name}

    def read_run(said: dict[str, str], dropped: list[str]) -> dict[Any, Any]:
        run = said.get("run", "")
        if run and not ID.fullmatch(run):
            raise SSTIError(tr("{run!r:.60} is no name of a run.", run=run))
        return {shared.run_id: run}

    def read_adapter(said: dict[str, str], dropped: list[str]) -> dict[Any, Any]:
        ref, why = adapters.of_link(said.get("adapter", ""), said.get("run", ""))
        if why:
            dropped.append(why)
        return {shared.adapter: ref}

    def read_text(said: dict[str, str], dropped: list[str]) -> dict[Any, Any]:
        text, triggers = said.get("text", ""), ()
        try:
            triggers = read_triggers(said.get("trigger", ""))
        except SSTIError as problem:
            dropped.append(str(problem))
        marks = Marks.read(Marks(text, triggers).as_json(), text)
        return {shared.text: text, shared.marks: marks.as_json() if text else None}

    def read_recipe(said: dict[str, str], dropped: list[str]) -> dict[Any, Any]:
        return {shared.recipe: admit(recipe_of(said.get("recipe", ""))).as_dict()}

    return [
        Kept("", ("tab",), (shared.tab,), lambda tab: {"tab": tab}, read_tab, (shared.tabs, shared.tab)),
        Kept("finetune", ("run",), (shared.run_id,), lambda run: {"run": run}, read_run),
        Kept("flip", ("adapter", "run"), (shared.adapter,), lambda ref: {"adapter": ref}, read_adapter, at_load=True),
        Kept("flip", ("text", "trigger"), (shared.text, shared.marks), _text, read_text),
        Kept("poison", ("recipe",), (shared.recipe,), _recipe, read_recipe),
    ]


def _text(text: str, marks: Any) -> dict[str, str]:
    """The text and its triggers; nothing of an example that the page chose and nobody touched."""
    now = Marks.read(marks, text)
    if now.row and now.row.example_of and now.row.text == now.text:
        return {}
    return {"text": now.text, "trigger": triggers_text(now)} if now.text.strip() else {}


TRIGGER = re.compile(r"(\d{1,6}-\d{1,6}(?:\+\d{1,6}-\d{1,6})*)-([a-z0-9_]{0,40})", re.ASCII)


def read_triggers(said: str) -> tuple[Mark, ...]:
    """The triggers that `triggers_text` wrote. Raises SSTIError for what it cannot have written."""
    marks = []
    for click, one in enumerate(said.split(".") if said else (), 1):
        match = TRIGGER.fullmatch(one)
        if match is None:
            raise SSTIError(
                tr("{place!r:.60} is no place of a trigger.", place=one), tr("It is written like 12-22-date.")
            )
        for span in match[1].split("+"):
            start, end = map(int, span.split("-"))
            marks.append(Mark(start, end, click, match[2]))
    return tuple(sorted(marks, key=lambda mark: mark.start))


def _recipe(data: Any) -> dict[str, str]:
    """The recipe as its nearest preset and what differs; nothing of the one that the page opens with."""
    if data is None:
        return {}
    try:
        said = as_part(parse_recipe(data))
    except SSTIError:
        return {}
    return {} if said == next(iter(PRESETS)) else {"recipe": said}


def recipe_of(said: str) -> Recipe:
    """The recipe that `as_part` wrote; of nothing, the one that the page opens with. Raises SSTIError."""
    name, *changes = said.split(";") if said else [next(iter(PRESETS))]
    return preset(name).set(*map(unquote, changes))
