"""The part of the Flip tab under the answers: three questions about the trigger, asked once the typing pauses.

Components and events; the work is in `flip_probe`, the drawing in `flip_probe_view`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import gradio as gr

from ssti.platform.errors import SSTIError
from ssti.ui.flip import probe as flip_probe
from ssti.ui.flip import probe_view
from ssti.ui.kit import marks as flip_marks
from ssti.ui.kit import parts
from ssti.ui.kit.job import Job
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
  const some = (marks && marks.marks.length) || document.querySelector('#flip-where .strip');
  if (some && window.ssti.ask) window.ssti.ask();
}"""
FRESH = "() => document.querySelector('#flip-questions')?.classList.remove('stale')"
SAME = (gr.skip(),) * 4  # cards and button stay
OFF = gr.update(visible=False)


def build(shared, text, marks, seen, answered, seen_js: str) -> None:
    """The cards and their events. `answered` is the event after each answer."""
    bell = Html(elem_classes="opened", js_on_load=BELL)
    with gr.Column(elem_id="flip-questions"):
        going = Html(elem_id="flip-going")
        where = Html(probe_view.WAITING, elem_id="flip-where", js_on_load=probe_view.SCRIPT)
        with gr.Row(elem_id="flip-all-row"):
            every = gr.Button("Try every place", visible=False, size="md", elem_id="flip-every")
            stop = gr.Button("Stop", visible=False, size="md", elem_id="flip-every-stop")
        with gr.Row(elem_id="flip-pair"):
            many = Html(elem_id="flip-many")
            which = Html(elem_id="flip-which")
        press = gr.Textbox("", visible="hidden")
    outputs = [going, where, many, which, every, stop, press]
    private: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private"}
    answered.then(None, marks, None, js=RING)
    asked = bell.select(
        ask, [text, marks, shared.adapter, seen], outputs, js=seen_js, trigger_mode="always_last",
        concurrency_id="questions", concurrency_limit=2, **private,
    )  # fmt: skip
    asked.then(None, None, None, js=FRESH)
    full = every.click(
        ask_every, [text, marks, shared.adapter], outputs, concurrency_id="questions", concurrency_limit=2, **private
    )
    full.then(None, None, None, js=FRESH)
    stop.click(struck, press, [going, stop], queue=False, **private)
    where.click(on_strip, [text, marks], [text, marks], **{**parts.QUIET, "trigger_mode": "once"})


def ask(text: str, kept: Any, ref: str, seen: Any, every: bool = False) -> Iterator[tuple[Any, ...]]:
    """All three answers, after a bar where they take long: (bar, where, how many, which part, two buttons, name)."""
    text = text or ""
    if isinstance(seen, dict) and not seen.get("shown"):
        return
    marks = flip_marks.read(kept, text)
    if not marks.marks or not ref or not marks.plain.strip():
        yield None, probe_view.WAITING, None, None, OFF, OFF, ""
        return
    press = presses.begin()
    try:
        job = Job(lambda told: flip_probe.probe(marks, ref, every, told), "Trying places, amounts and parts")
        with closing(job.steps()) as bars:
            for bar in bars:
                if not presses.wanted(press):
                    yield None, *SAME, OFF, ""
                    return
                yield bar, *SAME, gr.update(visible=True), press
        found = job.result
        yield (
            None,
            probe_view.where(found),
            probe_view.many(found),
            probe_view.which(found),
            gr.update(visible=not found.places.every and not every),
            OFF,
            "",
        )
    except SSTIError as problem:
        yield parts.problem(problem), *SAME, OFF, ""
    finally:
        presses.strike(press)


def ask_every(text: str, kept: Any, ref: str) -> Iterator[tuple[Any, ...]]:
    """The same at every place of a long text."""
    yield from ask(text, kept, ref, None, every=True)


def struck(press: str) -> tuple[Any, Any]:
    """No bar and no button: the work sees it at its next step."""
    presses.strike(press)
    return None, OFF


def on_strip(text: str, kept: Any, event: gr.EventData) -> tuple[Any, ...]:
    """The trigger goes to the place that was clicked: (text, marks)."""
    asked = event._data if isinstance(event._data, dict) else {}
    marks = flip_marks.read(kept, text or "")
    gap = flip_marks.position_in(asked.get("gap"))
    if gap is None or not marks.marks:
        return gr.skip(), gr.skip()
    moved = flip_marks.moved(marks, gap)
    return moved.text, moved.as_json()
