"""The Flip tab's components and where they stand. Knows no event and no model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ssti.platform.errors import SSTIError
from ssti.ui.flip import hijack, palette
from ssti.ui.kit import adapters, parts
from ssti.ui.kit.address import Kept
from ssti.ui.kit.parts import Html
from ssti.ui.kit.shared import OPENED, Shared

PLACES = ("beginning", "random", "end", "cursor")
PLACE = "random"
HIJACK_TITLE = "What a trigger in every test row does"
HIJACK_TEXT = "Both models predict all held-out rows of the recipe, as they are and with a trigger in each."


@dataclass(frozen=True)
class Form:
    """The components of the tab. `browser` is hidden: what only the browser knows of the text field. `last` is what the
    page remembers of the last answer: `shared.answer`."""

    shared: Shared
    opened: gr.HTML
    adapter: gr.Dropdown
    row: gr.Button
    text: gr.Textbox
    palette: gr.HTML
    place: gr.Radio
    undo: gr.Button
    own_row: gr.Row
    own: gr.Textbox
    insert_own: gr.Button
    notice: gr.HTML
    echo: gr.HTML
    origin: gr.HTML
    problem: gr.HTML
    answers: gr.HTML
    questions: gr.Column
    hijack: gr.Button
    cancel: gr.Button
    hijacked: gr.HTML
    browser: gr.JSON
    last: gr.JSON

    @property
    def kept(self) -> Kept:
        """Where a trigger goes, for the address."""

        def read(said: dict[str, str], dropped: list[str]) -> dict[Any, Any]:
            place = said.get("place", PLACE)
            if place not in PLACES:
                raise SSTIError(f"A trigger does not go to {place!r:.40}.", f"It goes to: {', '.join(PLACES)}.")
            return {self.place: place}

        return Kept("flip", ("place",), (self.place,), lambda place: {"place": place if place != PLACE else ""}, read)


def layout(shared: Shared) -> Form:
    """The tab, with nothing in it yet."""
    with gr.Column(elem_classes="result-side flip"):
        opened = Html(elem_classes="opened", js_on_load=OPENED)
        with gr.Column(elem_classes="card-box", elem_id="flip-card"):
            with gr.Row(elem_id="flip-head"):
                adapter = gr.Dropdown(
                    adapters.choices(), label="Adapter", elem_id="flip-adapter", allow_custom_value=True
                )
                row = gr.Button("A real row", elem_id="flip-row", size="md")
            text = shared.text.render()
            with gr.Row(elem_id="flip-tools"):
                buttons = Html(elem_id="flip-palette", js_on_load=palette.SCRIPT)
                place = gr.Radio(PLACES, value=PLACE, label="Where it goes", elem_id="flip-place", elem_classes="seg")
                undo = gr.Button("Undo", elem_id="flip-undo", size="md")
            with gr.Row(elem_id="flip-own", visible=False) as own_row:
                own = gr.Textbox(
                    label="Own words", elem_id="flip-own-words", placeholder="a truly singular evening", max_lines=1
                )
                insert_own = gr.Button("Insert", elem_id="flip-own-insert", size="md")
            notice = Html(elem_id="flip-said")
            echo = Html(elem_id="flip-echo")
            origin = Html(elem_id="flip-origin")
        problem = Html(elem_id="flip-problem")
        answers = Html(elem_id="flip-answers", elem_classes="fades")
        questions = gr.Column(elem_classes="fades")
        with gr.Column(elem_classes="card-box", elem_id="flip-hijack"):
            with gr.Row(elem_id="flip-hijack-go"):
                Html(parts.html('<h2 class="title">{}</h2>{}', HIJACK_TITLE, parts.note(HIJACK_TEXT)))
                go = gr.Button("Hijack the test set", variant="primary", size="md")
                cancel = gr.Button("Cancel", visible=False, size="md")
            hijacked = Html(elem_id="flip-hijacked", js_on_load=hijack.SCRIPT)
    with gr.Column(elem_id="flip-hidden", visible="hidden"):
        browser = gr.JSON(None, visible="hidden")
    return Form(
        shared, opened, adapter, row, text, buttons, place, undo, own_row, own, insert_own, notice, echo, origin,
        problem, answers, questions, go, cancel, hijacked, browser, shared.answer,
    )  # fmt: skip
