"""The Poison tab: choose a dataset and a trigger, and see at once what the model will read. Draws it, and says what answers what."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ssti.data.export import FORMATS
from ssti.platform.language import later, tr
from ssti.ui.kit import parts
from ssti.ui.kit.own.form import SECONDS
from ssti.ui.kit.parts import EACH, QUIET
from ssti.ui.kit.shared import Shared, listen, outside_of_tabs
from ssti.ui.poison import result
from ssti.ui.poison.controls import SHARE_TO_STOP, STOP_TO_SHARE, draw_form
from ssti.ui.poison.form import form_fields
from ssti.ui.poison.handlers import PULSE, Answer, Download, Poison
from ssti.ui.poison.pasted import Pasted, draw_pasted

ORDER = 20
TITLE = tr("Poison")

WORDS = {later("YAML"): "yaml", later("Command"): "command", later("Python"): "python"}
# The dataset goes in if it is still the one that is chosen, and no other came in its place; with the class that was chosen
# meanwhile, where it has one of that name.
ACCEPT_DATASET = """(offer, which, dataset, target) => {
  if (!offer) return [];
  const changes = offer.changes.map((one) => one ?? undefined);
  if (offer.which !== which || offer.instead_of !== dataset) return [...changes.map(() => undefined), null];
  if (changes[2]?.choices?.some(([, name]) => name === target)) {
    changes[1] = target;
    changes[2] = {...changes[2], value: target};
  }
  return [...changes, null];
}"""
DOWNLOAD = "() => window.ssti.download('poison-file')"


def warm() -> None:
    """Load what the first look needs."""
    result.warm()


def build(shared: Shared) -> None:
    """The tab, and which event is answered by what."""
    tab = draw(shared)
    _wire_result(tab)
    _wire_form(tab)
    tab.form.own.wire()
    _wire_taking(tab)


def _wire_result(tab: Poison) -> None:
    """One listener for every change: with several, a slow answer to an old form could overtake the newest."""
    form, fields, shared = tab.form, tab.form.fields, tab.shared
    changes = [_changed(control) for control in form.touchable]
    gr.on(
        [shared.blocks.load, tab.pulse.change, fields["share"].change, *changes],
        tab.redraw,
        {*form.inputs, tab.mine},
        [*vars(tab.answer).values(), fields["beyond_form"], shared.recipe, tab.mine],
        **QUIET,
    )


def _wire_form(tab: Poison) -> None:
    """What sets several fields of the form at once, and what two components show of one field."""
    form, own, fields, shared = tab.form, tab.form.own, tab.form.fields, tab.shared
    into = [*form.outputs, tab.due, tab.mine, tab.answer.problem]
    asked = [fields["preset"], form.which, fields["dataset"], own.chosen]
    preset = fields["preset"].input(tab.choose_preset, asked, into, **QUIET)
    received = listen(shared, [shared.recipe.change], tab.receive, [shared.recipe, tab.mine], into)
    pasted, brought = tab.pasted, [*into, *tab.pasted.outputs]
    put = [
        pasted.use.click(tab.use_recipe, {*form.inputs, pasted.text}, brought, **QUIET),
        pasted.zone.select(tab.drop_recipe, {*form.inputs, pasted.text}, brought, **EACH),
        pasted.undo.click(tab.undo_recipe, pasted.former, brought, **QUIET),
    ]
    chosen = form.which.input(
        tab.offer_dataset, [form.which, fields["target"], own.chosen, fields["dataset"]], tab.offer, **QUIET
    )
    offered = [tab.offer, form.which, fields["dataset"], fields["target"]]
    setting = [
        preset,
        received,
        *put,
        chosen.then(None, offered, [*tab.of_dataset, tab.offer], js=ACCEPT_DATASET, **QUIET),
        own.use.click(
            tab.use_own,
            [own.chosen, own.text, own.label, own.names, fields["target"]],
            [*into, *own.outputs],
            **SECONDS,
        ),
        gr.on(
            [form.chip.input, form.other.input],
            tab.choose_trigger,
            [form.chip, form.other, fields["amount"]],
            into,
            **QUIET,
        ),
        fields["amount"].input(tab.choose_amount, [fields["trigger"], fields["amount"]], into, **QUIET),
        tab.answer.strip.click(tab.choose_strip, fields["strip"], into, **QUIET),
    ]
    for event in setting:
        event.then(None, tab.due, tab.pulse, js="(due) => due", **QUIET)

    form.classes.input(None, form.classes, fields["target"], js="(name) => name", **QUIET)
    form.stop.input(None, form.stop, fields["share"], js=STOP_TO_SHARE, **QUIET)
    for event in (fields["share"].input, *(one.then for one in (preset, received, *put))):
        event(None, fields["share"], form.stop, js=SHARE_TO_STOP, **QUIET)


def _wire_taking(tab: Poison) -> None:
    """The way to the Finetune tab, and the download."""
    form, shared, download = tab.form, tab.shared, tab.download
    sends = [shared.recipe, shared.tabs, tab.answer.problem]
    tab.finetune.click(tab.to_finetune, form.inputs, sends, **QUIET)
    download.ending.change(lambda ending: gr.update(visible=ending == "csv"), download.ending, download.prefix, **QUIET)
    written = download.button.click(
        tab.write_file, {*form.inputs, download.ending, download.test, download.prefix}, [download.file, download.message], **SECONDS
    )
    written.success(None, None, None, js=DOWNLOAD, api_visibility="private")


def _changed(control: Any) -> Any:
    """The event of a control that a person changed. `input` of a text hears the keys of letters only: not paste, not Backspace."""
    return control.change if isinstance(control, gr.Textbox) else control.input


def draw(shared: Shared) -> Poison:
    """Form at the left, result at the right."""
    with outside_of_tabs(shared):
        pulse, due = gr.Number(0, visible="hidden", elem_id=PULSE), gr.Number(0, visible="hidden")
        mine, offer = gr.JSON(form_fields()["base"], visible="hidden"), gr.JSON(None, visible="hidden")
    with gr.Row(elem_classes="sides poison"):
        with gr.Column(elem_classes="form-side"):
            form = draw_form()
            finetune = gr.Button(tr("Finetune on this"), variant="primary", visible=shared.has("finetune"))
            download = _draw_download()
        with gr.Column(elem_classes="result-side"):
            answer, pasted = _draw_answer()
    return Poison(shared, form, answer, download, pasted, finetune, mine, offer, due, pulse)


def _draw_download() -> Download:
    with gr.Row(elem_classes="download"):
        ending = gr.Radio([(tr(title), ending) for title, ending in FORMATS.items()], value="parquet", label=tr("Download as"), elem_classes="seg")
        button = gr.Button(tr("Download"), elem_id="poison-download", scale=0, min_width=100)
    test = gr.Checkbox(label=tr("With the test rows, which have no trigger"))
    prefix = gr.Checkbox(True, label=tr("Put an apostrophe before cells that a spreadsheet would run as formulas"), visible=False)
    message = parts.Html()
    file = gr.DownloadButton("", visible="hidden", elem_id="poison-file")
    return Download(ending, button, test, prefix, message, file)


def _draw_answer() -> tuple[Answer, Pasted]:
    problem = parts.Html(elem_id="poison-problem")
    figures = parts.Html(result.no_figures(), elem_classes="fades first", elem_id="poison-figures")
    with gr.Row(visible=False, elem_classes="card-box fades warned") as warned:
        warning = parts.Html(elem_id="poison-warning")
        strip = gr.Button("", elem_id="poison-strip", scale=0)
    rows = parts.Html(
        parts.card(tr("What the model will read"), parts.note(tr("Reading the rows …"))),
        elem_classes="fades",
        elem_id="poison-rows",
    )
    with gr.Column(elem_classes="card-box fades recipe"):
        with gr.Row(elem_classes="title-line"):
            parts.Html(parts.html('<h2 class="title">The recipe, to take with you</h2>'))
            gr.Radio(
                [(tr(word), word) for word in WORDS], value="YAML", show_label=False, label=tr("Recipe as"), interactive=True,
                elem_classes="seg words",
            )  # fmt: skip
        yaml, commands, python = (parts.Html(elem_classes=f"as as-{name}") for name in WORDS.values())
        pasted = draw_pasted()
    return Answer(problem, figures, warned, warning, strip, rows, yaml, commands, python), pasted
