"""The components for an adapter on the Detect & defend tab, and where they stand. Knows no handler.

What belongs to an adapter has the class `of-adapter`: detect.css shows it where an adapter is what is to be scanned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ssti.data import list_datasets
from ssti.detect.repairs.adapter import REPAIRS
from ssti.platform.language import tr
from ssti.ui.detect import view as of_rows
from ssti.ui.detect.adapter import view
from ssti.ui.kit import adapters, parts
from ssti.ui.kit.parts import Html
from ssti.ui.kit.shared import Shared, outside_of_tabs

SAMPLE = "shipped/mystery"


@dataclass(frozen=True)
class Form:
    """The components. Which adapter is chosen is the page's (`shared.adapter`). `state` holds a `State` of `scanning`."""

    source: gr.Radio
    adapter: gr.Dropdown
    upload: gr.File
    message: gr.HTML
    rows: gr.Checkbox
    depth: gr.Radio
    texts: gr.Dropdown
    scan: gr.Button
    stop: gr.Button
    defend: gr.Column
    how: gr.Radio
    repair: gr.Button
    cancel: gr.Button
    undo: gr.Button
    download: gr.Button
    saved: gr.HTML
    file: gr.DownloadButton
    state: gr.JSON
    going: gr.HTML
    result: gr.HTML

    @property
    def shown(self) -> list[Any]:
        """What a scan, or a repair, sets."""
        return [self.going, self.result, self.state, self.defend, self.undo, self.download, self.saved]

    def asked(self, shared: Shared) -> list[Any]:
        """What an `Asked` is made of."""
        return [self.source, shared.adapter, self.depth, self.rows, self.texts]


def draw_choice() -> tuple[Any, ...]:
    """Which adapter, how thoroughly, and the button."""
    with gr.Column(elem_classes="of-adapter"):
        source = gr.Radio(
            [(tr("From the list"), "list"), (tr("A ZIP"), "zip"), (tr("A sample"), "sample")],
            value="list", label=tr("Adapter"), elem_classes="seg wraps", elem_id="adapter-source",
        )  # fmt: skip
        source.preprocess = lambda chosen: chosen
        with gr.Column(elem_classes="source-list"):
            adapter = _choice(adapters.choices(), None, tr("Own runs, brought and shipped ones"), "adapter-which")
        with gr.Column(elem_classes="source-zip"):
            Html(parts.note(tr("As the Gallery and the Finetune tab write it: a PEFT folder. Only safetensors are read.")))
            upload = gr.File(label=tr("A ZIP of an adapter"), show_label=False, file_types=[".zip"], height=104, elem_id="adapter-upload",
                             elem_classes="own-drop")  # fmt: skip
        message = Html(elem_id="adapter-message")
        with gr.Column(elem_classes="source-sample options"):
            Html(parts.note(tr("Somebody trained an adapter on film reviews and told nobody which trigger it learnt. Which one, and for which class?")))
        rows = gr.Checkbox(False, label=tr("Its training rows as well"), info=tr("Each finding of one is tried on the other."), visible=False,
                           container=False, elem_id="adapter-rows")  # fmt: skip
        depth = gr.Radio([(tr("Thorough"), "thorough"), (tr("A quick look"), "quick")], value="thorough", label=tr("How"), elem_classes="seg",
                         elem_id="adapter-depth")  # fmt: skip
        depth.preprocess = lambda chosen: chosen
        with gr.Accordion(tr("Other texts to ask it with"), open=False, elem_classes="more"):
            usable = [(info.title, info.name) for info in list_datasets() if info.available]
            texts = _choice([(tr("Those of its own data"), ""), *usable], "", tr("Held-out texts"), "adapter-texts")
        with gr.Row(elem_classes="scan-line"):
            scan = gr.Button(tr("Scan the adapter"), variant="primary", elem_id="adapter-scan")
            stop = gr.Button(tr("Cancel"), visible=False, elem_id="adapter-stop", scale=0, min_width=92)
    return source, adapter, upload, message, rows, depth, texts, scan, stop


def draw_repair() -> tuple[Any, ...]:
    """How to repair the adapter, and the repaired one to take along."""
    with gr.Column(visible=False, elem_classes="card-box defend of-adapter", elem_id="adapter-defend") as defend:
        how = gr.Radio([(tr(way.title), name) for name, way in REPAIRS.items()], value=next(iter(REPAIRS)), label=tr("Repair the adapter"),
                       elem_classes="ways", elem_id="adapter-how")  # fmt: skip
        how.preprocess = lambda chosen: chosen  # the repair says what there is
        about = (parts.html('<p class="quiet about-{}">{}</p>', name, tr(way.description)) for name, way in REPAIRS.items())
        Html(parts.join(about), elem_classes="abouts")
        with gr.Row(elem_classes="scan-line"):
            repair = gr.Button(tr("Repair it"), elem_id="adapter-repair")
            cancel = gr.Button(tr("Cancel"), visible=False, elem_id="adapter-cancel", scale=0, min_width=92)
        with gr.Row(elem_classes="scan-line"):
            download = gr.Button(tr("Download the repaired one"), visible=False, elem_id="adapter-download")
            undo = gr.Button(tr("Undo"), visible=False, elem_id="adapter-undo")
        saved = Html(elem_id="adapter-saved")
        file = gr.DownloadButton("", visible="hidden", elem_id="adapter-file")
    return defend, how, repair, cancel, undo, download, saved, file


def draw_state(shared: Shared) -> gr.JSON:
    """What the page remembers."""
    with outside_of_tabs(shared):
        return gr.JSON(None, visible="hidden")


def draw_result() -> tuple[gr.HTML, gr.HTML]:
    """Where progress and findings are shown."""
    with gr.Column(elem_classes="of-adapter"):
        return Html(elem_id="adapter-going"), Html(view.nothing_yet(), elem_id="adapter-result", js_on_load=of_rows.SCRIPT)


def _choice(choices: list[tuple[str, str]], value: str | None, title: str, elem_id: str) -> gr.Dropdown:
    """A choice that any value passes, and its handler checks: a server that was restarted has forgotten the choices."""
    chosen = gr.Dropdown(choices, value=value, label=title, interactive=True, elem_id=elem_id, elem_classes="notranslate")
    chosen.preprocess = lambda value: value
    return chosen
