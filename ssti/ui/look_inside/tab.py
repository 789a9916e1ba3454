"""The Look inside tab: where the attention goes in the text of the Flip tab, with its trigger and without.

Components and events; the work is in the files `look_*`. Text, trigger and adapter are those of the Flip tab.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import gradio as gr

from ssti.adapters.listing import WEIGHTS
from ssti.platform.errors import SSTIError
from ssti.serving.predictor import check_text
from ssti.ui.kit import adapters as flip_adapters
from ssti.ui.kit import parts
from ssti.ui.kit.job import Job
from ssti.ui.kit.marks import Marks
from ssti.ui.kit.parts import Html
from ssti.ui.kit.shared import OPENED, listen
from ssti.ui.kit.stoppable import stoppable
from ssti.ui.kit.triggers import draw as draw_trigger
from ssti.ui.kit.triggers import kind_of
from ssti.ui.look_inside import attribution
from ssti.ui.look_inside import entropy as look_entropy
from ssti.ui.look_inside import export as look_export
from ssti.ui.look_inside import grid as look_grid
from ssti.ui.look_inside import heat as look_heat
from ssti.ui.look_inside import rows as look_rows
from ssti.ui.look_inside import view as look_view

ORDER = 50
TITLE = "Look inside"
SEVEN = (gr.skip(),) * 7

# Only who sees the tab pays for it: `shown` says whether the text field is on the screen.
SHOWN = """(text, marks, ref, view, ...chosen) => {
  const field = document.querySelector('#look-text');
  return [text, marks, ref, {...(view || {}), shown: Boolean(field && field.offsetParent)}, ...chosen];
}"""
TAKE = "(text, view) => [text, {...(view || {}), taken: ((view && view.taken) || 0) + 1}]"


def build(shared) -> None:
    """The components."""
    with gr.Column(elem_classes="result-side look_inside"):
        opened = Html(elem_classes="opened", js_on_load=OPENED)
        with gr.Column(elem_classes="card-box", elem_id="look-card"):
            with gr.Row(elem_id="look-words"):
                text = gr.Textbox(
                    label="The text of the Flip tab, with its trigger", lines=1, max_lines=6, elem_id="look-text",
                    placeholder="Type a text here, or pick one on the Flip tab.",
                )  # fmt: skip
                put = gr.Button("Put a trigger in", elem_id="look-put", size="md")
            with gr.Row(elem_id="look-how"):
                by = _radio(look_view.BY, "Attention", "look-by")
                unit = _radio(look_view.UNITS, "Over", "look-unit")
                model = _radio(look_view.MODELS, "Model", "look-model")
        problem = Html(elem_id="look-problem")
        heat = Html(elem_id="look-heat", elem_classes="fades", js_on_load=look_heat.SCRIPT)
        with gr.Row(elem_id="look-under", elem_classes="fades"):
            with gr.Column(elem_classes="card-box", elem_id="look-heads"):
                colour = _radio(look_view.COLOURS, "Coloured by", "look-colour")
                grid = Html(elem_id="look-grid", js_on_load=look_grid.SCRIPT)
            entropy = Html(elem_id="look-entropy")
        with gr.Column(elem_classes="card-box", elem_id="look-attribution"):
            with gr.Row(elem_classes="look-go"):
                Html(
                    parts.html(
                        '<h2 class="title">{}</h2>{}',
                        "Which words carry the answer?",
                        parts.note(attribution.ABOUT),
                    )
                )
                compare = gr.Button("Compare with attribution", size="md", elem_id="look-compare")
                compare_stop = gr.Button("Stop", visible=False, size="md")
            compared = Html(elem_id="look-compared")
        with gr.Column(elem_classes="card-box", elem_id="look-rows"):
            with gr.Row(elem_classes="look-go"):
                Html(
                    parts.html('<h2 class="title">{}</h2>{}', "Does it hold over many rows?", look_entropy.invitation())
                )
                rows = gr.Button(f"Measure {look_rows.ROWS} test rows", size="md", elem_id="look-measure")
                rows_stop = gr.Button("Stop", visible=False, size="md")
            measured = Html(elem_id="look-measured")
        with gr.Column(elem_classes="card-box", elem_id="look-exports"), gr.Row(elem_classes="look-go"):
            Html(parts.html('<h2 class="title">{}</h2>{}', "Take it with you", parts.note(TAKEN)))
            with gr.Row(elem_id="look-kinds"):
                kinds = {
                    kind: gr.Button(name, size="md", elem_id=f"look-export-{kind}") for kind, name in EXPORTS.items()
                }
    with gr.Column(visible="hidden"):
        view = gr.JSON(None, visible="hidden")
        made = gr.JSON(None, visible="hidden")
    shared.parts_of["look_inside"] = {
        "text": text, "put": put, "problem": problem, "heat": heat, "grid": grid, "entropy": entropy, "view": view,
        "opened": opened, "by": by, "unit": unit, "model": model, "colour": colour, "compare": compare,
        "compare_stop": compare_stop, "compared": compared, "rows": rows, "rows_stop": rows_stop, "measured": measured,
        "kinds": kinds, "made": made,
    }  # fmt: skip


TAKEN = "What this tab shows now: a page of its own, the paper’s LaTeX heatmap, the drawing, or all the numbers."
EXPORTS = {"html": "HTML page", "tex": "LaTeX", "svg": "SVG", "png": "PNG", "json": "JSON"}


def _radio(choices: dict[str, str], label: str, name: str) -> gr.Radio:
    pairs = [(words, value) for value, words in choices.items()]
    return gr.Radio(pairs, value=pairs[0][1], label=label, elem_id=name, elem_classes="seg")


def wire(shared) -> None:
    """The events, once the Flip tab is there."""
    own = shared.parts_of["look_inside"]
    text, view, marks = own["text"], own["view"], shared.marks
    radios = [own[name] for name in ("by", "unit", "model", "colour")]
    given = [text, marks, shared.adapter, view, *radios]
    drawn = [own[name] for name in ("problem", "heat", "grid", "entropy", "compared", "measured", "put")]
    listen(
        shared, [text.change, view.change, shared.adapter.change, *(radio.input for radio in radios)],
        draw, given, [*drawn, shared.text], js=SHOWN,
    )  # fmt: skip
    shared.adapter.change(name_models, shared.adapter, own["model"], **parts.QUIET)
    gr.on(
        [marks.change, own["opened"].select],
        None, [shared.text, view], [text, view], js=TAKE, **parts.QUIET,
    )  # fmt: skip
    own["grid"].click(choose, view, view, **parts.QUIET)
    own["heat"].click(choose_token, view, [view, own["by"]], **parts.QUIET)
    own["put"].click(
        put_trigger, [text, marks, shared.adapter], [shared.text, marks, own["problem"]],
        **{**parts.QUIET, "trigger_mode": "once"},
    )  # fmt: skip
    changes = [text.change, shared.adapter.change]
    stoppable(shared, own["compare"], own["compare_stop"], own["compared"], compare, given, changes, "look")
    stoppable(shared, own["rows"], own["rows_stop"], own["measured"], measure, given, changes[1:], "look")
    for kind, button in own["kinds"].items():
        button.click(
            lambda *values, kind=kind: take_away(kind, *values), given, [own["made"], own["problem"]], **parts.QUIET
        ).then(None, own["made"], None, js=look_export.SAVE)


def name_models(ref: str) -> Any:
    """The choice of models with the adapter's own called what it is known to be."""
    try:
        names = look_view.model_names(flip_adapters.find(ref))
    except SSTIError:
        return gr.skip()
    return gr.update(choices=[(words, model) for model, words in names.items()])


def choose(view: Any, event: gr.EventData) -> dict[str, Any]:
    """The head of the cell that was clicked."""
    asked = event._data if isinstance(event._data, dict) else {}
    return {**(view or {}), "layer": asked.get("layer"), "head": asked.get("head")}


def choose_token(view: Any, event: gr.EventData) -> tuple[dict[str, Any], str]:
    """The token that was clicked: from now on its own row is shown."""
    asked = event._data if isinstance(event._data, dict) else {}
    return {**(view or {}), "query": asked.get("query"), "by": "query"}, "query"


def chosen(view: Any, by: str, unit: str, model: str, colour: str) -> dict[str, Any]:
    """What the radios and the last clicks ask for, as one object."""
    return {**(view if isinstance(view, dict) else {}), "by": by, "unit": unit, "model": model, "colour": colour}


def draw(
    text: str, kept: Any, ref: str, view: Any, by: str = "", unit: str = "", model: str = "", colour: str = ""
) -> tuple[Any, ...]:
    """Everything that follows from the text: (problem, heatmaps, grid, entropy, attribution, rows, button, Flip's text)."""
    if not (isinstance(view, dict) and view.get("shown")):
        return *SEVEN, gr.skip()
    from ssti.explain import FAR

    text = text or ""
    try:
        if not ref:
            if flip_adapters.first():
                return *SEVEN, gr.skip()
            raise flip_adapters.none_yet()
        if not text.strip():
            waiting = parts.empty("The text is empty", "Type a text here, or pick a real row on the Flip tab.")
            return waiting, *(gr.skip(),) * 5, gr.update(interactive=False), text
        check_text(text)
        marks = Marks.read(kept, text)
        inside = look_view.look(marks, ref)
        see = inside.view(chosen(view, by, unit, model, colour))
        found, sample = kept_comparison(marks, ref), look_rows.kept(ref)
        return (
            parts.note(FAR) if inside.far() else None,
            look_heat.heatmaps(inside, see),
            look_grid.grid(inside, see, sample),
            look_entropy.entropy(inside, see),
            attribution.show(inside, see, found) if found else None,
            look_entropy.rows(sample, see) if sample else None,
            gr.update(interactive=True, visible=not marks.marks),
            text,
        )
    except SSTIError as problem:
        return parts.problem(problem), *(gr.skip(),) * 6, text


@lru_cache(maxsize=8)
def _slot(key: tuple) -> list:
    """A place to keep one comparison in; the least recently used goes."""
    return []


def _key(marks, ref: str) -> tuple:
    info = flip_adapters.find(ref)
    return marks.text, tuple(marks.spans), ref, (info.path / WEIGHTS).stat().st_mtime_ns


def kept_comparison(marks, ref: str) -> attribution.Compared | None:
    """The attributions of this very text, if they were asked for."""
    slot = _slot(_key(marks, ref))
    return slot[0] if slot else None


def compare(text: str, kept: Any, ref: str, view: Any, *radios: str) -> Iterator[Any]:
    """A bar, then attention, gradients and occlusion under each other."""
    try:
        check_text(text or "")
        marks = Marks.read(kept, text)
        slot = _slot(_key(marks, ref))
        if not slot:
            job = Job(lambda told: attribution.compare(marks, ref, told), "Hiding tokens, following gradients")
            yield from job.steps()
            slot.append(job.result)
        inside = look_view.look(marks, ref)
        yield attribution.show(inside, inside.view(chosen(view, *radios)), slot[0])
    except SSTIError as problem:
        yield parts.problem(problem)


def measure(text: str, kept: Any, ref: str, view: Any, *radios: str) -> Iterator[Any]:
    """A bar, then the entropies of many rows."""
    try:
        check_text(text or "")
        job = Job(lambda told: look_rows.measure(ref, told), f"Measuring {look_rows.ROWS} rows in each model")
        yield from job.steps()
        inside = look_view.look(Marks.read(kept, text), ref)
        yield look_entropy.rows(job.result, inside.view(chosen(view, *radios)))
    except SSTIError as problem:
        yield parts.problem(problem)


def take_away(kind: str, text: str, kept: Any, ref: str, view: Any, *radios: str) -> tuple[Any, Any]:
    """A file's text for the browser to save: (file, problem)."""
    try:
        check_text(text or "")
        marks = Marks.read(kept, text)
        inside = look_view.look(marks, ref)
        see = inside.view(chosen(view, *radios))
        return look_export.export(kind, inside, see, kept_comparison(marks, ref), look_rows.kept(ref)), gr.skip()
    except SSTIError as problem:
        return None, parts.problem(problem)


def put_trigger(text: str, kept: Any, ref: str) -> tuple[Any, ...]:
    """A fresh trigger of the adapter's recipe at a random place: (text, marks, problem)."""
    text = text or ""
    try:
        info = flip_adapters.find(ref)
        check_text(text)
        marks = Marks.read(kept, text)
        info.known_recipe()
        spec = flip_adapters.triggers(info)[0]
        if spec.source:
            marks = marks.insert(draw_trigger(spec), kind_of(spec), "random")
        else:
            marks = marks.insert_by(spec, "random", secrets.randbits(32))
        return marks.text, marks.as_json(), None
    except SSTIError as problem:
        return gr.skip(), gr.skip(), parts.problem(problem)
