"""The Detect & defend tab's components and where they stand. Knows no handler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ssti.data import list_datasets
from ssti.platform.language import tr
from ssti.ui.detect import view
from ssti.ui.kit import parts
from ssti.ui.kit.own.form import Own, draw_own
from ssti.ui.kit.parts import Html
from ssti.ui.kit.shared import OPENED, Shared, outside_of_tabs


@dataclass(frozen=True)
class Form:
    """The components. `which` is the `Kind` of data; `state` holds a `State` of `scanning`, once there was a scan."""

    opened: gr.HTML
    which: gr.Radio
    own: Own
    dataset: gr.Dropdown
    recipe: gr.Column
    sample: gr.Column
    run: gr.Dropdown
    scan: gr.Button
    stop: gr.Button
    state: gr.JSON
    going: gr.HTML
    result: gr.HTML

    @property
    def groups(self) -> dict[str, Any]:
        """What belongs to each kind of data."""
        return {"file": self.own.group, "dataset": self.dataset, "recipe": self.recipe, "run": self.run, "sample": self.sample}

    @property
    def asked(self) -> list[Any]:
        """What an `Asked` is made of, with the page's recipe after it."""
        return [self.which, self.own.chosen, self.dataset, self.run]


def layout(shared: Shared) -> Form:
    """What to scan at the left, what was found at the right."""
    with outside_of_tabs(shared):
        state = gr.JSON(None, visible="hidden")
    opened = Html(elem_classes="opened", js_on_load=OPENED)
    with gr.Row(elem_classes="sides detect"):
        with gr.Column(elem_classes="form-side"):
            which = gr.Radio(
                [(tr("A file"), "file"), (tr("A dataset"), "dataset"), (tr("This recipe"), "recipe"), (tr("A run"), "run"),
                 (tr("A sample"), "sample")],
                value="file", label=tr("Scan"), elem_classes="seg wraps", elem_id="detect-which",
            )  # fmt: skip
            which.preprocess = lambda chosen: chosen
            own = draw_own("scan", visible=True, has_use=False)
            usable = [(info.title, info.name) for info in list_datasets() if info.available]
            dataset = _choice(usable, usable[0][1] if usable else None, tr("Dataset"), "detect-dataset")
            with gr.Column(visible=False, elem_classes="options") as recipe:
                Html(parts.note(tr("The data of the recipe on this page (the Poison tab shows it), with its triggers put in.")))
            with gr.Column(visible=False, elem_classes="options") as sample:
                Html(parts.note(tr("Film reviews, in some of which something stands that gives their class away. Which class, and what?")))
            run = _choice([], None, tr("Run"), "detect-run")
            with gr.Row(elem_classes="scan-line"):
                scan = gr.Button(tr("Scan"), variant="primary", elem_id="detect-scan")
                stop = gr.Button(tr("Cancel"), visible=False, elem_id="detect-stop", scale=0, min_width=92)
        with gr.Column(elem_classes="result-side"):
            going = Html(elem_id="detect-going")
            result = Html(view.nothing_yet(), elem_id="detect-result", js_on_load=view.SCRIPT)
    return Form(opened, which, own, dataset, recipe, sample, run, scan, stop, state, going, result)


def _choice(choices: list[tuple[str, str]], value: str | None, title: str, elem_id: str) -> gr.Dropdown:
    chosen = gr.Dropdown(choices, value=value, label=title, visible=False, interactive=True, filterable=False,
                         elem_id=elem_id, elem_classes="notranslate")  # fmt: skip
    chosen.preprocess = lambda value: value  # its handler says what there is
    return chosen
