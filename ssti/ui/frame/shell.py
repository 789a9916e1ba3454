"""The frame around the tabs: which there are, and what the URL keeps.

A tab is a folder of `ssti/ui` whose `tab.py` has `ORDER` (a number), `TITLE` and `build(shared)`. If it has `warm()`,
that is called in the background once the page answers. The shell knows no tab by name.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from types import ModuleType
from typing import Any

import gradio as gr

from ssti.platform.registry import Registry
from ssti.ui.access.visitor import read_url
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Html
from ssti.ui.kit.shared import Shared, text_field


@dataclass(frozen=True)
class Tab:
    """A tab by the name of its folder."""

    name: str
    title: str
    order: float
    build: Callable[[Shared], None]
    warm: Callable[[], None] | None = None


def _tab(folder: ModuleType) -> Iterable[Tab]:
    if find_spec(f"{folder.__name__}.tab"):
        tab = importlib.import_module(f"{folder.__name__}.tab")
        name = folder.__name__.rpartition(".")[2]
        yield Tab(name, tab.TITLE, tab.ORDER, tab.build, getattr(tab, "warm", None))


TABS = Registry("ssti.ui", Tab, "tab", _tab)
"""The tabs by name, in the order of the story. A new one is a folder of `ssti/ui` with a `tab.py`."""


def build_shell(blocks: gr.Blocks) -> Shared:
    """Header, hidden components and all tabs, inside the Blocks that is being built."""
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
        marks = gr.JSON(None, visible="hidden")
    tabs = gr.Tabs(elem_id="tabs", overflow_behavior="menu", selected=next(iter(TABS), None))
    shared = Shared(blocks, tabs, recipe, run_id, adapter, marks, text_field(), run_pill, adapter_pill, tuple(TABS))
    with tabs:
        for name, tab in TABS.items():
            with gr.Tab(tab.title, id=name, elem_id=f"tab-{name}") as item:
                shared.tab_items[name] = item
                tab.build(shared)
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
