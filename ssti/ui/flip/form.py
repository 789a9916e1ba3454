"""The Flip tab's components and where they stand. Knows no event and no model."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.ui.flip import compare, hijack, opening, palette
from ssti.ui.kit import adapters, parts
from ssti.ui.kit.address import Kept
from ssti.ui.kit.parts import Html
from ssti.ui.kit.shared import OPENED, Shared, offering

PLACES = ("beginning", "random", "end", "cursor")
PLACE = "random"
HEARD = "element.setAttribute('role', 'status')"  # the place stays, so that a screen reader tells what changes in it
HIJACK_TITLE = tr("What a trigger in every test row does")
HIJACK_TEXT = tr("Both models predict all held-out rows of the recipe, as they are and with a trigger in each.")


@dataclass(frozen=True)
class Form:
    """The components of the tab. `browser` is hidden: what only the browser knows of the text field. `offer`
    is a text that the page would put in. `last` is what the
    page remembers of the last answer: `shared.answer`."""

    shared: Shared
    opened: gr.HTML
    adapter: gr.Dropdown
    pin: gr.Button
    row: gr.Button
    text: gr.Textbox
    palette: gr.HTML
    place: gr.Radio
    undo: gr.Button
    own_row: gr.Row
    own: gr.Textbox
    insert_own: gr.Button
    notice: gr.HTML
    origin: gr.HTML
    verdict: gr.HTML
    heard: gr.HTML
    echo: gr.HTML
    stage: gr.HTML
    problem: gr.HTML
    answers: gr.HTML
    taken: gr.HTML
    compared: gr.HTML
    questions: gr.Column
    hijack: gr.Button
    cancel: gr.Button
    hijacked: gr.HTML
    take: gr.Column
    browser: gr.JSON
    offer: gr.JSON
    last: gr.JSON
    opening: gr.JSON

    def offering(self, handler: Callable[..., dict[Any, Any]]) -> Callable[..., dict[Any, Any]]:
        """The handler with the text that it answers as an offer."""
        return offering(self.shared, self.offer, handler)

    @property
    def kept(self) -> tuple[Kept, Kept]:
        """What the address carries: where a trigger goes, and which adapters are pinned."""

        def read(said: dict[str, str], dropped: list[str]) -> dict[Any, Any]:
            place = said.get("place", PLACE)
            if place not in PLACES:
                raise SSTIError(
                    tr("A trigger does not go to {place!r:.40}.", place=place),
                    tr("It goes to: {places}.", places=", ".join(PLACES)),
                )
            return {self.place: place}

        def read_pinned(said: dict[str, str], dropped: list[str]) -> dict[Any, Any]:
            pinned: list[str] = []
            for ref in filter(None, said.get("pinned", "").split(",")):
                try:
                    pinned = compare.pin(pinned, ref)
                except SSTIError as problem:
                    dropped.append(problem.message)
            return {self.shared.pinned: pinned}

        def write_pinned(pinned: Any) -> dict[str, str]:
            return {"pinned": ",".join(compare.read(pinned))}

        return (
            Kept("flip", ("place",), (self.place,), lambda place: {"place": place if place != PLACE else ""}, read),
            Kept("flip", ("pinned",), (self.shared.pinned,), write_pinned, read_pinned),
        )


def layout(shared: Shared) -> Form:
    """The tab, with nothing in it yet."""
    with gr.Column(elem_classes="result-side flip"):
        opened = Html(elem_classes="opened", js_on_load=OPENED)
        verdict = Html(elem_id="flip-verdict", elem_classes="fades")
        heard = Html(elem_id="flip-heard", js_on_load=HEARD)
        echo = Html(elem_id="flip-echo", elem_classes="fades")
        stage = Html(parts.busy(tr("Loading two models …")), elem_id="flip-stage", js_on_load=opening.SCRIPT)
        problem = Html(elem_id="flip-problem")
        with gr.Row(elem_id="flip-sides"):
            with gr.Column(elem_classes="card-box", elem_id="flip-card"):
                with gr.Row(elem_id="flip-head"):
                    adapter = gr.Dropdown(
                        adapters.choices(), label=tr("Adapter"), elem_id="flip-adapter", allow_custom_value=True
                    )
                    pin = gr.Button(tr("Pin to compare"), elem_id="flip-pin", size="md")
                text = shared.text.render()
                buttons = Html(elem_id="flip-palette", js_on_load=palette.SCRIPT)
                with gr.Row(elem_id="flip-own", visible=False) as own_row:
                    own = gr.Textbox(
                        label=tr("Own words"),
                        elem_id="flip-own-words",
                        placeholder=tr("a truly singular evening"),
                        max_lines=1,
                    )
                    insert_own = gr.Button(tr("Insert"), elem_id="flip-own-insert", size="md")
                with gr.Row(elem_id="flip-tools"):
                    place = gr.Radio(
                        [(tr(one), one) for one in PLACES],
                        value=PLACE,
                        label=tr("Where it goes"),
                        elem_id="flip-place",
                        elem_classes="seg",
                    )
                    undo = gr.Button(tr("Undo"), elem_id="flip-undo", size="md")
                notice = Html(elem_id="flip-said")
                with gr.Row(elem_id="flip-from"):
                    row = gr.Button(tr("A real row"), elem_id="flip-row", size="md")
                    origin = Html(elem_id="flip-origin")
            with gr.Column(elem_id="flip-right"):
                answers = Html(elem_id="flip-answers", elem_classes="fades")
                taken = Html(elem_id="flip-taken")
        compared = Html(elem_id="flip-compare", elem_classes="fades", js_on_load=compare.SCRIPT)
        questions = gr.Column(elem_classes="fades")
        with gr.Column(elem_classes="card-box", elem_id="flip-hijack"):
            with gr.Row(elem_id="flip-hijack-go"):
                Html(parts.html('<h2 class="title">{}</h2>{}', HIJACK_TITLE, parts.note(HIJACK_TEXT)))
                go = gr.Button(tr("Hijack the test set"), variant="primary", size="md")
                cancel = gr.Button(tr("Cancel"), visible=False, size="md")
            hijacked = Html(elem_id="flip-hijacked", js_on_load=hijack.SCRIPT)
        take = gr.Column()
    with gr.Column(elem_id="flip-hidden", visible="hidden"):
        browser = gr.JSON(None, visible="hidden")
        offer = gr.JSON(None, visible="hidden")
        stands = gr.JSON(None, visible="hidden")
    return Form(
        shared, opened, adapter, pin, row, text, buttons, place, undo, own_row, own, insert_own, notice, origin,
        verdict, heard, echo, stage, problem, answers, taken, compared, questions, go, cancel, hijacked, take, browser, offer,
        shared.answer, stands,
    )  # fmt: skip
