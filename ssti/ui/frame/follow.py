"""The page's address follows what is shown, and the page follows its address: the events of both ways.

What each part means stands with its `Kept`; the browser's side in assets/address.js.
"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from typing import Any

import gradio as gr
from pydantic import BaseModel

from ssti.ui.kit import parts
from ssti.ui.kit.address import Kept, fitting, restored
from ssti.ui.kit.browser import sent
from ssti.ui.kit.parts import EACH, QUIET, Html, Markup
from ssti.ui.kit.shared import Shared, outside_of_tabs

STEER = """
window.ssti.steer = (to) => trigger('select', to);
window.ssti.write = () => trigger('input');
"""
AT_LOAD = "() => ({href: window.location.search + window.location.hash, before: ''})"
NOTE = "() => { window.ssti.note(); }"
ARRIVED = "() => { window.ssti.arrived(); }"
# The tab that is open comes last, as the page shows it: `select` of a tab comes again with answers of that tab.
WRITE = """(...values) => {
  window.ssti.writing();
  const open = document.querySelector('#tabs > .tab-wrapper [role=tab][aria-selected=true]');
  values[values.length - 1] = open ? open.id.replace(/^tab-|-button$/g, '') : '';
  return values;
}"""


class Move(BaseModel, frozen=True):
    """From one address to another; `before` is empty where the page opens."""

    href: str = ""
    before: str = ""


def header_tools(keeps: Sequence[Kept]) -> Markup:
    """The buttons of the header: a link to what is shown, and the way back to the start."""
    own: dict[str, list[str]] = {"": []}
    for kept in keeps:
        for tab in dict.fromkeys((kept.tab, "")):
            own.setdefault(tab, []).extend(kept.keys)
    own = {tab: sorted(set(keys) - ({"tab"} if tab else set())) for tab, keys in own.items()}
    return parts.html(
        '<button type="button" data-copy-link>Copy link</button>'
        '<button type="button" popovertarget="start-over">Start over</button>'
        '<div id="start-over" popover role="group" aria-label="Start over">'
        "<p>Set back what you chose and typed. Runs and uploads stay; Back undoes it.</p>"
        '<button type="button" data-start-over="{}">This tab</button>'
        '<button type="button" data-start-over="{}">Everything</button></div>',
        json.dumps(own), json.dumps({"": own[""]}),
    )  # fmt: skip


def follow(shared: Shared, notice: gr.HTML) -> None:
    """Wire both ways, once all tabs have said what they keep."""
    keeps = shared.keeps
    keys = sorted({key for kept in keeps for key in kept.keys})
    components = [one for one in dict.fromkeys(one for kept in keeps for one in kept.components) if one != shared.tab]
    outputs = list(dict.fromkeys(one for kept in keeps for one in kept.outputs or kept.components))
    with outside_of_tabs(shared):
        steer = Html(elem_id="steer", elem_classes="opened", js_on_load=STEER)
        place, shown = gr.JSON(None, visible="hidden"), gr.JSON(None, visible="hidden")

    def move(to: Any) -> dict[Any, Any]:
        where = sent(Move, to) or Move()
        changes, dropped = restored(keeps, where.href, where.before)
        return changes | {notice: _dropped(dropped), shared.restored: random.random()}

    def moved(event: gr.EventData) -> dict[Any, Any]:
        return move(event)

    def write(*values: Any) -> dict[Any, Any]:
        held = dict(zip((*components, shared.tab), values, strict=True))
        said: dict[str, str] = {}
        for kept in keeps:
            said |= kept.write(*(held[one] for one in kept.components))
        address = fitting(said)
        return {shown: {"href": address.href, "keys": keys, "unfit": list(address.unfit)}, shared.tab: held[shared.tab]}

    opened = shared.blocks.load(move, place, [*outputs, notice, shared.restored], js=AT_LOAD, **parts.AT_LOAD)
    came = steer.select(moved, None, [*outputs, notice, shared.restored], **EACH)
    for event in (opened, came):
        for over in (event.success, event.failure):
            over(None, None, None, js=ARRIVED, **QUIET)
    selected = [item.select for item in shared.tab_items.values()]
    gr.on([*selected, *(one.change for one in components)], None, None, None, js=NOTE, **QUIET)
    written = steer.input(write, [*components, shared.tab], [shown, shared.tab], js=WRITE, **QUIET)
    written.then(None, shown, None, js="(address) => { window.ssti.show(address); }", **QUIET)


def _dropped(words: Sequence[str]) -> Markup | None:
    """What of a link could not be shown, and why."""
    if not words:
        return None
    lines = parts.join(parts.html("<p>{}</p>", parts.public(one)) for one in words)
    return parts.html(
        '<section class="card linked" role="status"><h2>Not all of this link is here</h2>{}</section>', lines
    )
