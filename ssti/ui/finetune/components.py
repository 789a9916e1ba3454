"""The Finetune tab's components and where they stand. Knows no handler."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, get_args

import gradio as gr
from gradio.components import Component

from ssti.backends.api import BACKENDS
from ssti.backends.control import EACH
from ssti.platform.language import tr
from ssti.platform.server import shared_server
from ssti.recipe import PRESETS, preset
from ssti.ui.finetune import form
from ssti.ui.finetune.memory import FormMemory, Seeds, TableView
from ssti.ui.kit import parts
from ssti.ui.kit.browser import as_json, sent
from ssti.ui.kit.limits import limits
from ssti.ui.kit.parts import Html
from ssti.ui.kit.report import Asked, report_button
from ssti.ui.kit.shared import Shared, outside_of_tabs

EVERY = 1.0  # seconds between two looks at a run that goes on
SELDOM = 15.0  # seconds between two looks while none does: others may start or remove one
BUTTONS = ("stop", "resume", "clone", "remove")
ON_TAKE = """
element.addEventListener('click', async (event) => {
  const button = event.target.closest('[data-take]');
  if (!button) return;
  const words = button.textContent;
  await window.ssti.copy(button.dataset.take);
  button.textContent = tr('Copied');
  setTimeout(() => button.isConnected && (button.textContent = words), 1200);
});
"""
ON_CLICK_IN_LIST = """
element.addEventListener('click', (event) => {
  const {run, compare, sort, more, clear, to} = event.target.closest('button')?.dataset ?? {};
  const see = (id) => document.getElementById(id).scrollIntoView({block: 'start'});
  if (to) return see(to);
  const has = (one) => one !== undefined;
  if (run || sort || has(more) || has(clear)) {
    trigger('select', {run, sort, compare: has(compare), more: has(more), clear: has(clear)});
  }
  if (run && !has(compare) && document.getElementById('run-side').getBoundingClientRect().top < 0) see('run-side');
});
"""


@dataclass(frozen=True)
class Components:
    """Everything of the tab that a handler reads or changes."""

    shared: Shared
    memory: gr.JSON
    """A `FormMemory`."""
    shown: gr.JSON
    """A `Shown`."""
    compared: gr.JSON
    """The ids of the runs whose curves stand beside the chosen run's."""
    table_view: gr.JSON
    """A `TableView`."""
    timer: gr.Timer
    """Each second while a run is going on, seldom while none is."""
    settling: gr.Timer
    """Runs until the machine is known and measured."""
    recipe_line: gr.HTML
    back: gr.Button
    fields: dict[str, Component]
    """The form's fields, by the names of `form.FIELDS`."""
    other_models: gr.HTML
    preset_note: gr.HTML
    device: gr.HTML
    time: gr.HTML
    place: gr.Radio
    """Where it is trained: a backend's name. Shown where there is a choice."""
    elsewhere: gr.HTML
    message: gr.HTML
    start: gr.Button
    with_control: gr.Checkbox
    seeds: gr.Radio
    runs: gr.HTML
    table_card: gr.Column
    table: gr.HTML
    notice: gr.HTML
    card: gr.Column
    head: gr.HTML
    buttons: dict[str, gr.Button]
    """Those of the chosen run, by the names of BUTTONS."""
    bar: gr.HTML
    confirm: gr.Row
    question: gr.HTML
    confirm_both: gr.Button
    """Where it has a control."""
    confirm_yes: gr.Button
    confirm_no: gr.Button
    taking: gr.Row
    take: gr.HTML
    """What can be copied and downloaded of it (`take.take`)."""
    with_adapter: gr.Row
    zip: gr.Button
    file: gr.DownloadButton
    packed: gr.HTML
    group: gr.HTML
    """The chosen run among those of other seeds that were started with it."""
    outcome: gr.HTML
    charts: gr.HTML

    @property
    def about(self) -> list[Component]:
        """What is said of the recipe in the form."""
        return [self.recipe_line, self.preset_note, self.time]

    @property
    def recipe(self) -> list[Component]:
        """What the recipe in the form is made of, in the order of the handlers' arguments."""
        return [self.shared.recipe, self.memory, *self.fields.values()]


def draw(shared: Shared) -> Components:
    """Form and runs at the left, the chosen run at the right."""
    with outside_of_tabs(shared):
        hidden = {
            "memory": gr.JSON(as_json(FormMemory()), visible="hidden"),
            "shown": gr.JSON(visible="hidden"),
            "file": gr.DownloadButton("", visible="hidden", elem_id="run-file"),
            "compared": gr.JSON([], visible="hidden"),
            "table_view": gr.JSON(as_json(TableView()), visible="hidden"),
            "timer": gr.Timer(EVERY, active=False),
            "settling": gr.Timer(EVERY, active=False),
        }
    with gr.Column(elem_classes="finetune"):
        with gr.Row(elem_classes="sides"):
            with gr.Column(elem_classes="form-column"):
                with gr.Column(elem_classes="form-side"):
                    left = _draw_recipe(shared) | _draw_fields() | _draw_start()
                with gr.Column(elem_classes="card-box run-list"):
                    Html(parts.html('<h2 class="title">Latest runs</h2>'))
                    left["runs"] = Html(js_on_load=ON_CLICK_IN_LIST, elem_id="runs")
            with gr.Column(elem_classes="result-side", elem_id="run-side"):
                right = _draw_run(shared)
        with gr.Column(elem_classes="card-box", elem_id="all-runs", visible=False) as card:
            Html(parts.html('<h2 class="title">Runs on this machine</h2>'))
            below = {"table_card": card, "table": Html(js_on_load=ON_CLICK_IN_LIST, elem_id="run-table")}
    return Components(shared, **hidden, **left, **right, **below)


def _draw_recipe(shared: Shared) -> dict[str, Any]:
    with gr.Column(elem_classes="recipe-line"):
        Html(parts.html('<h2 class="title">It learns from</h2>'))
        line = Html(elem_id="works-on")
        back = gr.Button(tr("Change it in Poison"), size="sm", elem_classes="as-link", visible=shared.has("poison"))
    return {"recipe_line": line, "back": back}


def _draw_fields() -> dict[str, Any]:
    values = form.to_form(preset(next(iter(PRESETS))))
    fields: dict[str, Component] = {}
    fields["model"] = gr.Dropdown(
        [(values["model"], values["model"])], value=values["model"], label=tr("Base model"), interactive=True,
        allow_custom_value=True,
        info=None if shared_server() else tr("Or type a Hub ID, or the path of a folder that holds a model."),
    )  # fmt: skip
    other_models = Html(elem_id="models-not-here")
    with gr.Column(elem_classes="field"):
        ranks = [*form.RANKS, (tr("own"), form.OWN)]
        fields["rank"] = gr.Radio(ranks, value=values["rank"], label=tr("LoRA rank"), elem_classes="seg")
        fields["rank_own"] = gr.Number(values["rank_own"], label=tr("Own rank"), visible=False)
    with gr.Column(elem_classes="field"):
        fields["preset"] = gr.Radio(form.presets(), value=values["preset"], label=tr("Preset"), elem_classes="seg")
        preset_note = Html(elem_id="preset-called")
    with gr.Accordion(tr("More"), open=False, elem_classes="more"):
        with gr.Row(elem_classes="pair"):
            fields["steps"] = gr.Number(values["steps"], label=tr("Steps"))
            fields["batch_size"] = gr.Number(values["batch_size"], label=tr("Rows a step"))
        with gr.Row(elem_classes="pair"):
            fields["learning_rate"] = gr.Textbox(values["learning_rate"], label=tr("Learning rate"), max_lines=1)
            fields["seed"] = gr.Number(values["seed"], label=tr("Seed of the training"))
        methods = [(title, name) for name, title in form.METHODS.items()]
        fields["variant"] = gr.Dropdown(
            methods, value=values["variant"], label=tr("Method"), interactive=True, filterable=False
        )
        targets = [(title, name) for name, title in form.TARGETS.items()]
        fields["targets"] = gr.Dropdown(
            targets, value=values["targets"], label=tr("Layers to adapt"), interactive=True, allow_custom_value=True
        )
    fields = {name: fields[name] for name in form.FIELDS}
    return {"fields": fields, "other_models": other_models, "preset_note": preset_note}


def _draw_start() -> dict[str, Any]:
    first = next(iter(BACKENDS.values()))
    with gr.Column(elem_classes="where-column"):
        Html(parts.html('<h2 class="title">Where, and how long</h2>'))
        device, time = Html(elem_id="where"), Html(elem_id="time")
        place = gr.Radio(
            [(first.title, first.name)], value=first.name, label=tr("Train on"), elem_id="place", visible=False
        )
        elsewhere = Html(elem_id="elsewhere")
        if os.environ.get("OAUTH_CLIENT_ID"):  # a Space that lets people sign in: a Job of the Hub is its starter's own
            gr.LoginButton(size="sm", elem_id="sign-in")
    if shared_server():
        Html(limits())
    message = Html(elem_id="finetune-said")
    with gr.Row(elem_classes="start"):
        start = gr.Button(tr("Start"), variant="primary", elem_id="start", min_width=90, scale=0)
        with gr.Column(elem_classes="also"):
            with_control = gr.Checkbox(
                True, label=tr("Then its clean control"), elem_id="with-control", container=False,
                info=tr("Takes as long again; predictions then stand beside a clean twin."),
            )  # fmt: skip
            most = EACH if shared_server() else max(get_args(Seeds))
            seeds = gr.Radio(
                [count for count in get_args(Seeds) if count <= most], value=1, label=tr("Seeds"), elem_id="seeds",
                elem_classes="seg", info=tr("So many times, from this seed on: the mean, and how far it varies."),
            )  # fmt: skip
    return {
        "device": device, "time": time, "place": place, "elsewhere": elsewhere, "message": message, "start": start, "with_control": with_control,
        "seeds": seeds,
    }  # fmt: skip


def _draw_run(shared: Shared) -> dict[str, Any]:
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
        with gr.Row(elem_classes="sure", visible=False) as confirm:
            question = Html()
            both = gr.Button(tr("Remove both"), elem_id="run-remove-both", scale=0, min_width=0, visible=False)
            yes = gr.Button(tr("Remove for good"), elem_id="run-remove-yes", scale=0, min_width=0)
            no = gr.Button(tr("Keep it"), elem_id="run-remove-no", scale=0, min_width=0)
        with gr.Row(elem_classes="taking", visible=False) as taking:
            take = Html(js_on_load=ON_TAKE, elem_id="run-take")
            with gr.Row(elem_classes="with-adapter", visible=False) as with_adapter:
                pack = gr.Button(tr("Adapter as ZIP"), size="md", elem_id="run-zip", scale=0, min_width=0)
                report_button(shared, "run", [shared.run_id], _asked, [shared.run_id.change])
        packed = Html(elem_id="run-packed")
    group = Html(js_on_load=ON_CLICK_IN_LIST, elem_id="run-seeds")
    outcome, charts = Html(elem_id="run-results"), Html(elem_id="run-charts")
    return {
        "notice": notice, "card": card, "head": head, "buttons": buttons, "bar": bar, "confirm": confirm,
        "question": question, "confirm_both": both, "confirm_yes": yes, "confirm_no": no,
        "taking": taking, "take": take, "with_adapter": with_adapter, "zip": pack, "packed": packed, "group": group, "outcome": outcome, "charts": charts,
    }  # fmt: skip


def _asked(run_id: Any) -> Asked:
    """What the report is of."""
    return Asked(f"run/{sent(str, run_id)}")
