"""What tabs say to each other through the page, and how they listen without keeping each other going. Knows no tab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

import gradio as gr

from ssti.platform.language import tr
from ssti.ui.kit import parts
from ssti.ui.kit.address import Kept

# Tells that the tab is on the screen now. `select` of the tab itself comes again with each answer, without an end.
OPENED = """
new IntersectionObserver((entries) => {
  if (entries[entries.length - 1].isIntersecting) trigger('select');
}, {rootMargin: '99999px'}).observe(element);
"""

# A text that an answer brings goes in if what it is to replace still stands there: on a busy server it comes late, and
# what was typed meanwhile, or brought by a link, is newer. `ref`: the adapter that it is for, if it is for one.
ACCEPT = """(offer, ref, text) => {
  if (!offer) return [];
  const same = (!offer.ref || offer.ref === ref) && offer.instead_of === (text || '');
  return same ? [offer.text, offer.marks, null] : [undefined, undefined, null];
}"""


@dataclass
class Shared:
    """What tabs say to each other.

    `recipe` (a plain dict, or None), `run_id`, `adapter` (a ref, or "") and `marks` (the text that a person tries, and
    where its triggers are: `ssti.ui.kit.marks`) are hidden components: inputs and outputs of events, with `.change`.
    They live in the visitor's page, so a restart of the server does not empty them. `text` is the field in which that
    text is typed; the Flip tab gives it its place. `tabs` takes `gr.Tabs(selected=name)`. `run_pill` and `adapter_pill`
    stand in the header. `blocks` is the page, for `blocks.load(…)`.

    `tab` is the name of the tab that is open. `answer` is what the Flip tab last answered (or None), `guess` what the
    visitor guessed before they saw it, `pinned` the refs of adapters that stand beside the chosen one. `coach` stands
    above all tabs, for a lesson's step. `restored` changes once the page has taken in what its address says, when it
    opens and after each move. What the address carries is told by `keep`.
    """

    blocks: gr.Blocks
    tabs: gr.Tabs
    recipe: gr.JSON
    run_id: gr.Textbox
    adapter: gr.Textbox
    marks: gr.JSON
    text: gr.Textbox
    run_pill: gr.HTML
    adapter_pill: gr.HTML
    tab: gr.Textbox
    answer: gr.JSON
    guess: gr.JSON
    pinned: gr.JSON
    coach: gr.HTML
    restored: gr.Number
    tab_names: tuple[str, ...]
    first_tab: str
    tab_items: dict[str, gr.Tab] = field(default_factory=dict)
    keeps: list[Kept] = field(default_factory=list)

    def has(self, tab: str) -> bool:
        """Whether there is a tab of this name (its file's name)."""
        return tab in self.tab_names

    def keep(self, kept: Kept) -> None:
        """Let the address carry something of a tab's own."""
        self.keeps.append(kept)


def text_field() -> gr.Textbox:
    """The field of the text that a person tries, not yet on the page."""
    return gr.Textbox(
        label=tr("Type a text, then click a trigger into it"), placeholder=tr("Type a text, or pick a real row."),
        lines=2, max_lines=8, elem_id="flip-text", render=False,
    )  # fmt: skip


def offering(shared: Shared, offer: gr.JSON, handler: Callable[..., dict[Any, Any]]) -> Callable[..., dict[Any, Any]]:
    """The handler, whose first input is the text, with the text that it answers as an `offer` (`ACCEPT`) in place of that."""

    @wraps(handler)
    def offered(text: str, *inputs: Any) -> dict[Any, Any]:
        changes = handler(text, *inputs)
        if shared.text not in changes:
            return changes
        made = {"instead_of": text or "", "text": changes.pop(shared.text), "marks": changes.pop(shared.marks)}
        return changes | {offer: made}

    return offered


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
