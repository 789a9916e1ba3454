"""The Finetune tab: choose how to train, start, watch the shortcut being learned, leave and come back.

Handlers turn the form into a recipe, ask the backend, and read run folders. None of them waits for a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ssti.platform.server import shared_server
from ssti.recipe import PRESETS, preset
from ssti.ui.access.visitor import read_url
from ssti.ui.finetune import edit as edits
from ssti.ui.finetune import form, watch
from ssti.ui.finetune.watch import BUTTONS
from ssti.ui.kit import parts
from ssti.ui.kit.parts import AT_LOAD, QUIET, Html
from ssti.ui.kit.shared import Shared, listen, outside_of_tabs

ORDER = 30
TITLE = "Finetune"
NAME = "finetune"  # of the tab
EVERY = 1.0  # seconds between two looks at a run
CHOOSE = (
    "element.addEventListener('click', (event) => {"
    " const row = event.target.closest('[data-run]');"
    " if (row) trigger('select', {run: row.dataset.run}); });"
)
COPY = """(run) => {
  const link = `${location.origin}${location.pathname}?tab=finetune&run=${encodeURIComponent(run)}`;
  window.ssti.copy(link);
  const button = document.querySelector('#run-link');
  button.textContent = 'Copied';
  setTimeout(() => (button.textContent = 'Copy link'), 1200);
}"""


def warm() -> None:
    """Find out where this machine computes. Imports torch."""
    edits.MACHINE.learn()


@dataclass
class Side:
    """The right side's components."""

    notice: Any
    head: Any
    bar: Any
    results: Any
    card: Any
    buttons: dict[str, Any]
    sure: Any
    question: Any
    yes: Any
    no: Any


def build(shared: Shared) -> None:
    """Form and runs at the left, the chosen run at the right."""
    with outside_of_tabs(shared):
        told, mine = (gr.JSON(value, visible="hidden") for value in (None, edits.first_mine()))
        timer, settling = gr.Timer(EVERY, active=False), gr.Timer(EVERY, active=False)
    start_values = form.to_form(preset(next(iter(PRESETS))))
    with gr.Row(elem_classes="sides finetune"):
        with gr.Column(elem_classes="form-column"):
            with gr.Column(elem_classes="form-side"):
                line, back = _draw_recipe(shared)
                fields, called, others = _draw_fields(start_values)
                where, time, said, go, control = _draw_start()
            with gr.Column(elem_classes="card-box run-list"):
                Html(parts.html('<h2 class="title">{}</h2>', "Runs on this machine"))
                runs = Html(js_on_load=CHOOSE, elem_id="runs")
        with gr.Column(elem_classes="result-side"):
            side = _draw_side()
    _wire_form(shared, fields, mine, [line, called, time, said], go, control, back)
    _wire_side(shared, side, runs, told, timer)
    into = [shared.recipe, mine, *fields.values(), line, called, time, said]
    side.buttons["clone"].click(edits.clone, [shared.run_id, mine], into, **QUIET)
    _wire_machine(shared, settling, fields["model"], others, where, [line, called, time])


def _draw_recipe(shared: Shared) -> tuple[Any, Any]:
    with gr.Column(elem_classes="recipe-line"):
        Html(parts.html('<h2 class="title">{}</h2>', "It learns from"))
        line = Html(elem_id="works-on")
        back = gr.Button("Change it in Poison", size="sm", elem_classes="as-link", visible=shared.has("poison"))
    return line, back


def _draw_fields(values: dict[str, Any]) -> tuple[dict[str, Any], Any, Any]:
    fields: dict[str, Any] = {}
    known = [(values["model"], values["model"])]
    fields["model"] = gr.Dropdown(
        known, value=values["model"], label="Base model", interactive=True, allow_custom_value=True,
        info=None if shared_server() else "Or type a Hub id, or a folder with a model in it.",
    )  # fmt: skip
    others = Html(elem_id="models-not-here")
    with gr.Column(elem_classes="field"):
        ranks = [*form.RANKS, form.OWN]
        fields["rank"] = gr.Radio(ranks, value=values["rank"], label="LoRA rank", elem_classes="seg")
        fields["rank_own"] = gr.Number(values["rank_own"], label="Own rank", visible=False)
    with gr.Column(elem_classes="field"):
        fields["preset"] = gr.Radio(list(PRESETS), value=values["preset"], label="Preset", elem_classes="seg")
        called = Html(elem_id="preset-called")
    with gr.Accordion("More", open=False, elem_classes="more"):
        with gr.Row(elem_classes="pair"):
            fields["steps"] = gr.Number(values["steps"], label="Steps")
            fields["batch_size"] = gr.Number(values["batch_size"], label="Rows a step")
        fields["learning_rate"] = gr.Textbox(values["learning_rate"], label="Learning rate", max_lines=1)
        methods = [(title, name) for name, title in form.METHODS.items()]
        fields["variant"] = gr.Dropdown(
            methods, value=values["variant"], label="Method", interactive=True, filterable=False
        )
        targets = [(title, name) for name, title in form.TARGETS.items()]
        fields["targets"] = gr.Dropdown(
            targets, value=values["targets"], label="Layers to adapt", interactive=True, allow_custom_value=True
        )
    return {name: fields[name] for name in form.FIELDS}, called, others


def _draw_start() -> tuple[Any, ...]:
    with gr.Column(elem_classes="where-column"):
        Html(parts.html('<h2 class="title">{}</h2>', "Where, and how long"))
        where = Html(edits.MACHINE.where(), elem_id="where")
        time = Html(elem_id="time")
    said = Html(elem_id="finetune-said")
    with gr.Row(elem_classes="start"):
        go = gr.Button("Start", variant="primary", elem_id="start", min_width=90, scale=0)
        control = gr.Checkbox(
            True, label="Then its clean control", info="As long again; predictions then stand beside a twin.",
            elem_id="with-control", container=False,
        )  # fmt: skip
    return where, time, said, go, control


def _draw_side() -> Side:
    notice = Html(elem_id="run-notice")
    with gr.Column(elem_classes="card-box run-card", visible=False) as card:
        with gr.Row(elem_classes="run-line"):
            head = Html(elem_id="run-head")
            with gr.Row(elem_classes="run-buttons"):
                buttons = {
                    name: gr.Button(name, size="md", elem_id=f"run-{name}", scale=0, min_width=0, visible=False)
                    for name in BUTTONS
                }
        bar = Html(elem_id="run-bar")
        with gr.Row(elem_classes="sure", visible=False) as sure:
            question = Html()
            yes = gr.Button("Remove for good", elem_id="run-remove-yes", scale=0, min_width=0)
            no = gr.Button("Keep it", elem_id="run-remove-no", scale=0, min_width=0)
    results = Html(elem_id="run-results")
    return Side(notice, head, bar, results, card, buttons, sure, question, yes, no)


def _wire_form(
    shared: Shared, fields: dict[str, Any], mine: Any, told: list[Any], go: Any, with_control: Any, back: Any
) -> None:
    everything = [shared.recipe, mine, *fields.values(), *told]
    given = [shared.recipe, mine, *fields.values()]
    for name, control in fields.items():
        if name == "preset":
            control.input(edits.choose_preset, [control, shared.recipe, mine], everything, **QUIET)
        else:
            into = [shared.recipe, mine, fields["preset"], fields["rank_own"], *told]
            # A text that is pasted whole is no `input` to Gradio's one-line box: leaving it tells.
            heard = [control.input, control.blur] if name == "learning_rate" else [control.input]
            gr.on(heard, edits.edit, given, into, **QUIET)
    listen(shared, [shared.recipe.change], edits.arrive, [shared.recipe, mine], everything)
    back.click(lambda: gr.Tabs(selected="poison"), None, shared.tabs, **QUIET)
    go.click(
        edits.start, [with_control, *given], [shared.run_id, told[-1]],
        show_progress="hidden", api_visibility="private", concurrency_id="start", concurrency_limit=1,
    )  # fmt: skip


def _wire_side(shared: Shared, side: Side, runs: Any, told: Any, timer: Any) -> None:
    outputs = [
        side.notice, side.head, side.bar, side.results, runs, shared.run_pill,
        told, timer, shared.adapter, side.sure, side.card, *side.buttons.values(),
    ]  # fmt: skip
    given = [shared.run_id, told]

    def opened(request: gr.Request) -> list[Any]:
        return watch.redraw_now(read_url(request.query_params, shared.tab_names)[1], None)

    shared.blocks.load(opened, None, outputs, **AT_LOAD)
    shared.run_id.change(watch.redraw_now, given, outputs, **QUIET)
    timer.tick(watch.redraw, given, outputs, **QUIET)
    runs.select(watch.choose, None, shared.run_id, **QUIET)
    for name in ("stop", "resume"):

        def pressed(run_id: str, told: Any, name: str = name) -> list[Any]:
            return watch.press(name, run_id, told)

        side.buttons[name].click(pressed, given, outputs, **QUIET)
    side.buttons["link"].click(None, [shared.run_id], None, js=COPY, **QUIET)
    side.buttons["remove"].click(watch.ask, [shared.run_id], [side.sure, side.question], **QUIET)
    side.no.click(lambda: gr.update(visible=False), None, side.sure, **QUIET)
    side.yes.click(
        watch.remove,
        [shared.run_id, shared.adapter],
        [shared.run_id, shared.adapter, side.notice, side.sure],
        **QUIET,
    )


def _wire_machine(shared: Shared, settling: Any, model: Any, others: Any, where: Any, told: list[Any]) -> None:
    settling.tick(edits.settle, [shared.recipe], [where, told[-1], model, others, settling], **QUIET)
    gr.on(
        [shared.tab_items[NAME].select, model.input], lambda: gr.Timer(active=True), None, settling,
        **{**QUIET, "trigger_mode": "once"},
    )  # fmt: skip

    def opened(request: gr.Request) -> list[Any]:
        here = read_url(request.query_params, shared.tab_names)[0] == NAME
        return [*edits.about(preset(next(iter(PRESETS)))), gr.Timer(active=True) if here else gr.skip()]

    shared.blocks.load(opened, None, [*told, settling], **AT_LOAD)
