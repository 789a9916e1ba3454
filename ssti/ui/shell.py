"""The frame around the tabs: how they are found, what they say to each other, and what the URL keeps.

A tab is a file of this folder with `ORDER` (a number), `TITLE` and `build(shared)`. If they are there, `wire(shared)`
is called once all tabs are built, and `warm()` in the background once the page answers. The shell knows no tab by name.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

import gradio as gr

import ssti.ui
from ssti.ui import parts
from ssti.ui.parts import Html

RUN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,80}")


@dataclass
class Shared:
    """What tabs say to each other.

    `recipe` (a plain dict, or None), `run_id` and `adapter` (a ref, or "") are hidden components: inputs and outputs
    of events, with `.change`. They live in the visitor's page, so a restart of the server does not empty them.
    `tabs` takes `gr.Tabs(selected=name)`. `run_pill` and `adapter_pill` stand in the header. `blocks` is the page, for
    `blocks.load(…)`. `parts_of` is for what a tab offers to the `wire` of another: `shared.parts_of["flip"]`.
    """

    blocks: gr.Blocks
    tabs: gr.Tabs
    recipe: gr.JSON
    run_id: gr.Textbox
    adapter: gr.Textbox
    run_pill: gr.HTML
    adapter_pill: gr.HTML
    tab_names: tuple[str, ...]
    tab_items: dict[str, gr.Tab] = field(default_factory=dict)
    parts_of: dict[str, dict[str, Any]] = field(default_factory=dict)

    def has(self, tab: str) -> bool:
        """Whether there is a tab of this name (its file's name)."""
        return tab in self.tab_names


@contextmanager
def outside_of_tabs(shared: Shared) -> Iterator[None]:
    """The page's hidden column, always there: a tab, with its timers, is drawn only once it is opened."""
    column = shared.recipe.parent
    above = column.parent
    with column:
        yield
    column.parent = above  # entering it a second time had put it under this tab


def listen(shared: Shared, triggers: list[Any], fn: Any, inputs: Any, outputs: Any, js: str | None = None) -> Any:
    """`fn` after any of the triggers, the newest state last, through a pulse of its own. Returns the event.

    Gradio dispatches a deferred `always_last` event again to *all* listeners of what set it off: two of them on one
    event, both slow, keep each other going for ever. The pulse has one listener.
    """
    with outside_of_tabs(shared):
        pulse = gr.Number(0, visible="hidden")
    beat = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    gr.on(triggers, None, None, pulse, js="() => Math.random()", **beat)
    return pulse.change(fn, inputs, outputs, js=js, **parts.QUIET)


def tab_modules() -> dict[str, ModuleType]:
    """The tabs by their file's name, in the order of the story."""
    found = []
    for info in pkgutil.iter_modules(ssti.ui.__path__):
        module = importlib.import_module(f"ssti.ui.{info.name}")
        if hasattr(module, "ORDER") and hasattr(module, "build"):
            found.append((module.ORDER, info.name, module))
    return {name: module for _, name, module in sorted(found, key=lambda entry: entry[:2])}


def build_shell(blocks: gr.Blocks) -> Shared:
    """Header, hidden components and all tabs, inside the Blocks that is being built."""
    modules = tab_modules()
    with gr.Row(elem_id="header"):
        Html(
            parts.html('<h1 class="brand">SSTI Lab {}</h1>', parts.trigger("2014-09-25")),
            elem_id="brand",
        )
        with gr.Row(elem_id="pills"):
            run_pill = Html(elem_id="run-pill")
            adapter_pill = Html(elem_id="adapter-pill")
    with gr.Column(elem_id="hidden", visible="hidden"):
        recipe = gr.JSON(None, visible="hidden", elem_id="shared-recipe")
        run_id = gr.Textbox("", visible="hidden", elem_id="shared-run")
        adapter = gr.Textbox("", visible="hidden", elem_id="shared-adapter")
    tabs = gr.Tabs(elem_id="tabs", overflow_behavior="menu", selected=next(iter(modules), None))
    shared = Shared(blocks, tabs, recipe, run_id, adapter, run_pill, adapter_pill, tuple(modules))
    with tabs:
        for name, module in modules.items():
            with gr.Tab(module.TITLE, id=name, elem_id=f"tab-{name}") as item:
                shared.tab_items[name] = item
                module.build(shared)
    for module in modules.values():
        if hasattr(module, "wire"):
            module.wire(shared)
    _keep_url(shared)
    return shared


def _keep_url(shared: Shared) -> None:
    """The URL says which tab and which run one sees, and is read back when the page loads."""
    settings: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}

    def read(request: gr.Request) -> tuple[Any, str]:
        tab, run = read_url(request.query_params, shared.tab_names)
        return gr.Tabs(selected=tab) if tab else gr.skip(), run

    shared.blocks.load(read, None, [shared.tabs, shared.run_id], **settings)
    for name, item in shared.tab_items.items():
        item.select(None, None, None, js=f"() => window.ssti.url('tab', '{name}')", **settings)
    shared.run_id.change(None, [shared.run_id], None, js="(run) => window.ssti.url('run', run)", **settings)


def read_url(query: Mapping[str, str], tab_names: tuple[str, ...]) -> tuple[str | None, str]:
    """The tab and the run that a URL asks for; None and "" for what does not exist or cannot be a name."""
    tab, run = query.get("tab", ""), query.get("run", "")
    return (tab if tab in tab_names else None), (run if RUN_ID.fullmatch(run) else "")
