"""The part of the Flip tab under the answers: three questions about the trigger, asked once the typing pauses.

Components, handlers and events; the work is in `probe`, the drawing in `figures`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr
from pydantic import BaseModel, NonNegativeInt

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.ui.flip import figures
from ssti.ui.flip.form import Form
from ssti.ui.flip.handlers import Changes
from ssti.ui.flip.probe import probe
from ssti.ui.kit import parts
from ssti.ui.kit.browser import TextField, field_js, sent
from ssti.ui.kit.charts import ON_CHOOSE
from ssti.ui.kit.job import Job
from ssti.ui.kit.marks import Marks
from ssti.ui.kit.parts import Html
from ssti.ui.kit.stoppable import presses

PAUSE = 350  # ms without an answer before the questions are asked

# Rung after each answer; it strikes once no other came for a while, so that a keystroke never waits behind it.
BELL = f"""
const ssti = (window.ssti = window.ssti || {{}});
let timer;
ssti.ask = () => {{
  document.querySelector('#flip-questions')?.classList.add('stale');
  clearTimeout(timer);
  timer = setTimeout(() => trigger('select'), {PAUSE});
}};
"""
# Without a trigger there is nothing to ask, and nothing to take back unless answers stand there.
RING = """(marks) => {
  const some = (marks && marks.marks.length) || document.querySelector('#flip-where ssti-chart');
  if (some && window.ssti.ask) window.ssti.ask();
}"""
FRESH = "() => document.querySelector('#flip-questions')?.classList.remove('stale')"


class ClickedPlace(BaseModel, frozen=True):
    """The place that was clicked: after `x` words."""

    x: NonNegativeInt


@dataclass(frozen=True)
class Questions:
    """The three cards, the bar above them, and the buttons of a long text. `press` names the work that goes on."""

    form: Form
    bell: gr.HTML
    bar: gr.HTML
    where: gr.HTML
    many: gr.HTML
    which: gr.HTML
    every: gr.Button
    stop: gr.Button
    press: gr.Textbox

    def ask(self, text: str, marks: Any, ref: str, browser: Any, every: bool = False) -> Iterator[Changes]:
        """All three answers, after a bar where they take long."""
        field, tried = sent(TextField, browser), Marks.read(marks, text)
        if field and not field.shown:
            return
        idle = {self.bar: None, self.stop: gr.update(visible=False), self.press: ""}
        if not ref or not tried.marks or not tried.plain.strip():
            yield idle | self.cards(figures.WAITING, None, None, more=False)
            return
        press = presses.begin()
        try:
            job = Job(lambda report: probe(tried, ref, every, report), tr("Trying places, amounts and parts"))
            for bar in presses.steps(press, job.steps()):
                yield {self.bar: bar, self.stop: gr.update(visible=True), self.press: press}
            if not presses.strike(press):
                yield idle
                return
            result, more = job.result, not job.result.places.every and not every
            yield idle | self.cards(figures.where(result), figures.many(result), figures.which(result), more)
        except SSTIError as problem:
            yield idle | {self.bar: parts.problem(problem)}
        finally:
            presses.strike(press)

    def cards(self, where: Any, many: Any, which: Any, more: bool) -> Changes:
        """The three answers. `more`: there are places that were not tried."""
        return {self.where: where, self.many: many, self.which: which, self.every: gr.update(visible=more)}

    def ask_every(self, text: str, marks: Any, ref: str) -> Iterator[Changes]:
        """The same at every place of a long text."""
        yield from self.ask(text, marks, ref, None, every=True)

    def end(self, press: str) -> Changes:
        """No bar and no button: the work notices at its next step."""
        presses.strike(press)
        return {self.bar: None, self.stop: gr.update(visible=False)}

    def move(self, text: str, marks: Any, event: gr.EventData) -> Changes:
        """The trigger goes to the place that was clicked."""
        old, place = Marks.read(marks, text), sent(ClickedPlace, event)
        if place is None or not old.marks:
            return gr.skip()
        new = old.moved(place.x)
        return {self.form.text: new.text, self.form.shared.marks: new.as_json()}


def build(form: Form, answered: Any, accepted: Callable[[Any], Any]) -> None:
    """The cards in their column, and their events. `answered` is the event after each answer; `accepted` lets a text that
    an event offers go in."""
    with form.questions:
        do = layout(form)
    text, marks, ref = form.text, form.shared.marks, form.shared.adapter
    outputs = [do.bar, do.where, do.many, do.which, do.every, do.stop, do.press]
    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    slow = {**private, "concurrency_id": "questions", "concurrency_limit": 2}

    answered.then(None, marks, None, js=RING)
    asked = do.bell.select(
        do.ask, [text, marks, ref, form.browser], outputs,
        js=field_js("#flip-text"), trigger_mode="always_last", **slow,
    )  # fmt: skip
    all_asked = do.every.click(do.ask_every, [text, marks, ref], outputs, **slow)
    for finished in (asked, all_asked):
        finished.then(None, None, None, js=FRESH)
    do.stop.click(do.end, do.press, [do.bar, do.stop], queue=False, **private)
    once = {**parts.QUIET, "trigger_mode": "once"}
    accepted(do.where.select(form.offering(do.move), [text, marks], form.offer, **once))


def layout(form: Form) -> Questions:
    """The cards, the first of them with what to do."""
    bell = Html(elem_classes="opened", js_on_load=BELL)
    with gr.Column(elem_id="flip-questions"):
        bar = Html(elem_id="flip-going")
        where = Html(figures.WAITING, elem_id="flip-where", js_on_load=ON_CHOOSE)
        with gr.Row(elem_id="flip-all-row"):
            every = gr.Button(tr("Try every place"), visible=False, size="md", elem_id="flip-every")
            stop = gr.Button(tr("Stop"), visible=False, size="md", elem_id="flip-every-stop")
        with gr.Row(elem_id="flip-pair"):
            many = Html(elem_id="flip-many")
            which = Html(elem_id="flip-which")
        press = gr.Textbox("", visible="hidden")
    return Questions(form, bell, bar, where, many, which, every, stop, press)
