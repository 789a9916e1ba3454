"""The Look inside tab: where the attention goes in the text of the Flip tab, with its trigger and without.

Components and events; the work is in `look_view`. Text, trigger and adapter are those of the Flip tab.
"""

from __future__ import annotations

import secrets
from typing import Any

import gradio as gr

from ssti.errors import SSTIError
from ssti.evaluate.predictor import check_text
from ssti.ui import flip_adapters, flip_marks, flip_palette, look_view, parts
from ssti.ui.flip import OPENED
from ssti.ui.parts import Html

ORDER = 50
TITLE = "Look inside"

# A cell is chosen by a click or Enter; the arrows go from cell to cell, so that the grid is one stop of the Tab key.
GRID = """
element.addEventListener('click', (event) => {
  const cell = event.target.closest('button[data-layer]');
  if (cell) trigger('click', {layer: Number(cell.dataset.layer), head: Number(cell.dataset.head)});
});
element.addEventListener('keydown', (event) => {
  const step = {ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0]}[event.key];
  const cell = event.target.closest('.heads button');
  if (!step || !cell) return;
  event.preventDefault();
  const layer = Number(cell.dataset.layer) + step[0], head = Number(cell.dataset.head) + step[1];
  const next = element.querySelector(`.heads button[data-layer="${layer}"][data-head="${head}"]`);
  if (next) next.focus();
});
"""

# Only who sees the tab pays for it: `shown` says whether the text field is on the screen.
SHOWN = """(text, marks, ref, view) => {
  const field = document.querySelector('#look-text');
  return [text, marks, ref, {...(view || {}), shown: Boolean(field && field.offsetParent)}];
}"""
TAKE = "(text, view) => [text, {...(view || {}), taken: ((view && view.taken) || 0) + 1}]"


def build(shared) -> None:
    """The components."""
    with gr.Column(elem_classes="result-side look"):
        opened = Html(elem_classes="opened", js_on_load=OPENED)
        with gr.Column(elem_classes="card-box", elem_id="look-card"):
            text = gr.Textbox(
                label="The text of the Flip tab, with its trigger", lines=2, max_lines=6, elem_id="look-text",
                placeholder="Type a text here, or pick one on the Flip tab.",
            )  # fmt: skip
            put = gr.Button("Put a trigger in", elem_id="look-put", size="md")
        problem = Html(elem_id="look-problem")
        heat = Html(elem_id="look-heat", elem_classes="fades")
        with gr.Row(elem_id="look-under", elem_classes="fades"):
            grid = Html(elem_id="look-grid", js_on_load=GRID)
            entropy = Html(elem_id="look-entropy")
    with gr.Column(visible="hidden"):
        view = gr.JSON(None, visible="hidden")
    shared.parts_of["look_inside"] = {
        "text": text, "put": put, "problem": problem, "heat": heat, "grid": grid, "entropy": entropy, "view": view,
        "opened": opened,
    }  # fmt: skip


def wire(shared) -> None:
    """The events, once the Flip tab is there."""
    own, flip = shared.parts_of["look_inside"], shared.parts_of["flip"]
    text, view, marks = own["text"], own["view"], flip["marks"]
    gr.on(
        [text.change, view.change, shared.adapter.change],
        draw, [text, marks, shared.adapter, view],
        [own["problem"], own["heat"], own["grid"], own["entropy"], own["put"], flip["text"]],
        js=SHOWN, **parts.QUIET,
    )  # fmt: skip
    gr.on(
        [marks.change, own["opened"].select],
        None, [flip["text"], view], [text, view], js=TAKE, **parts.QUIET,
    )  # fmt: skip
    flip["begun"].then(None, [flip["text"], view], [text, view], js=TAKE, **parts.QUIET)
    own["grid"].click(choose, view, view, **parts.QUIET)
    own["put"].click(
        put_trigger, [text, marks, shared.adapter], [flip["text"], marks, own["problem"]],
        **{**parts.QUIET, "trigger_mode": "once"},
    )  # fmt: skip


def choose(view: Any, event: gr.EventData) -> dict[str, Any]:
    """The head of the cell that was clicked."""
    asked = event._data if isinstance(event._data, dict) else {}
    return {**(view or {}), "layer": asked.get("layer"), "head": asked.get("head")}


def draw(text: str, kept: Any, ref: str, view: Any) -> tuple[Any, ...]:
    """Everything that follows from the text: (problem, heatmaps, grid, entropy, button, the Flip tab's text)."""
    if not (isinstance(view, dict) and view.get("shown")):
        return (gr.skip(),) * 6
    text = text or ""
    try:
        if not ref:
            if flip_adapters.first():
                return (gr.skip(),) * 6
            raise flip_adapters.none_yet()
        if not text.strip():
            waiting = parts.empty("The text is empty", "Type a text here, or pick a real row on the Flip tab.")
            return waiting, gr.skip(), gr.skip(), gr.skip(), gr.update(interactive=False), text
        check_text(text)
        marks = flip_marks.read(kept, text)
        inside = look_view.look(marks, ref)
        chosen = inside.view(view)
        return (
            None,
            look_view.heatmaps(inside, chosen),
            look_view.grid(inside, chosen),
            look_view.entropy(inside, chosen),
            gr.update(interactive=True, visible=not marks.marks),
            text,
        )
    except SSTIError as problem:
        return parts.problem(problem), gr.skip(), gr.skip(), gr.skip(), gr.skip(), text


def put_trigger(text: str, kept: Any, ref: str) -> tuple[Any, ...]:
    """A fresh trigger of the adapter's recipe at a random place: (text, marks, problem)."""
    text = text or ""
    try:
        info = flip_adapters.find(ref)
        check_text(text)
        marks = flip_marks.read(kept, text)
        spec = flip_adapters.triggers(info)[0]
        if spec.source:
            marks = flip_marks.insert(marks, flip_palette.draw(spec), spec.source.kind, "random")
        else:
            marks = flip_marks.insert_by(marks, spec, "random", secrets.randbits(32))
        return marks.text, marks.as_json(), None
    except SSTIError as problem:
        return gr.skip(), gr.skip(), parts.problem(problem)
