"""The frame around the tabs: which there are, and what they share.

A tab is a folder of `ssti/ui` whose `tab.py` has `ORDER` (a number), `TITLE` and `build(shared)`. If it has `warm()`,
that is called in the background once the page answers; `ROUTES` are pages of its own beside this one. With `FIRST = True` the page opens on it. The shell knows no tab
by name.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.util import find_spec
from types import ModuleType

import gradio as gr
from starlette.routing import Route

from ssti.platform.language import tr
from ssti.platform.registry import Registry
from ssti.ui.frame.follow import follow, header_tools
from ssti.ui.frame.kept import keeps as kept_here
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
    first: bool = False
    routes: tuple[Route, ...] = ()


def _tab(folder: ModuleType) -> Iterable[Tab]:
    if find_spec(f"{folder.__name__}.tab"):
        tab = importlib.import_module(f"{folder.__name__}.tab")
        name = folder.__name__.rpartition(".")[2]
        optional = (getattr(tab, key, default) for key, default in (("warm", None), ("FIRST", False), ("ROUTES", ())))
        yield Tab(name, tab.TITLE, tab.ORDER, tab.build, *optional)


TABS = Registry("ssti.ui", Tab, tr("tab"), _tab)
"""The tabs by name, in the order of the story. A new one is a folder of `ssti/ui` with a `tab.py`."""


def build_shell(blocks: gr.Blocks) -> Shared:
    """Header, hidden components and all tabs, inside the Blocks that is being built."""
    first = next((name for name, tab in TABS.items() if tab.first), next(iter(TABS)))
    notice = Html(elem_id="page-notice")
    coach = Html(elem_id="coach")
    with gr.Row(elem_id="header"):
        Html(
            parts.html('<h1 class="brand">SSTI Lab {}</h1>', parts.trigger("2014-09-25")),
            elem_id="brand",
        )
        with gr.Row(elem_id="pills"):
            run_pill = Html(elem_id="run-pill")
            adapter_pill = Html(elem_id="adapter-pill")
            tools = Html(elem_id="page-tools")
    with gr.Column(elem_id="hidden", visible="hidden"):
        recipe = gr.JSON(None, visible="hidden", elem_id="shared-recipe")
        run_id = gr.Textbox("", visible="hidden", elem_id="shared-run")
        adapter = gr.Textbox("", visible="hidden", elem_id="shared-adapter")
        tab_name = gr.Textbox(first, visible="hidden", elem_id="shared-tab")
        marks, answer, guess, pinned = (gr.JSON(None, visible="hidden") for _ in range(4))
        restored = gr.Number(0, visible="hidden")
    tabs = gr.Tabs(elem_id="tabs", overflow_behavior="menu", selected=first)
    shared = Shared(
        blocks, tabs, recipe, run_id, adapter, marks, text_field(), run_pill, adapter_pill, tab_name, answer, guess,
        pinned, coach, restored, tuple(TABS), first,
    )  # fmt: skip
    for kept in kept_here(shared):
        shared.keep(kept)
    with tabs:
        for name, tab in TABS.items():
            with gr.Tab(tab.title, id=name, elem_id=f"tab-{name}") as item:
                shared.tab_items[name] = item
                tab.build(shared)
    tools.value = str(header_tools(shared.keeps))
    follow(shared, notice)
    return shared
