"""The Detect & defend tab's components and where they stand. Knows no handler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ssti.data import list_datasets
from ssti.data.export import FORMATS
from ssti.detect.repairs.adapter import REPAIRS as MENDINGS
from ssti.detect.repairs.data import REPAIRS
from ssti.platform.language import tr
from ssti.ui.detect import view
from ssti.ui.detect.adapter import form as of_adapter
from ssti.ui.detect.training import view as of_trainings
from ssti.ui.kit import parts
from ssti.ui.kit.address import Kept
from ssti.ui.kit.own.form import Own, draw_own
from ssti.ui.kit.parts import Html
from ssti.ui.kit.shared import OPENED, Shared, outside_of_tabs


@dataclass(frozen=True)
class Form:
    """The components. `what` is to be scanned, a dataset or an adapter; `which` is the `Kind` of data; `adapter` are those of an
    adapter. `state` holds a `State` of `scanning`, once there was a scan."""

    opened: gr.HTML
    what: gr.Radio
    which: gr.Radio
    own: Own
    dataset: gr.Dropdown
    recipe: gr.Column
    sample: gr.Column
    run: gr.Dropdown
    trained_on: gr.Column
    both: gr.Button
    scan: gr.Button
    stop: gr.Button
    defend: gr.Column
    how: gr.Radio
    repair: gr.Button
    cancel: gr.Button
    undo: gr.Button
    way: gr.Radio
    compare: gr.Button
    end: gr.Button
    time: gr.HTML
    take: gr.Column
    ending: gr.Radio
    download: gr.Button
    train: gr.Button
    message: gr.HTML
    file: gr.DownloadButton
    state: gr.JSON
    going: gr.HTML
    result: gr.HTML
    adapter: of_adapter.Form

    @property
    def kept(self) -> Kept:
        """The address carries what is to be scanned, and how an adapter is to be repaired."""
        how, usual = self.adapter.how, next(iter(MENDINGS))

        def write(what: Any, way: Any) -> dict[str, str]:
            return {"scan": what if what == "adapter" else "", "repair": way if what == "adapter" and way in MENDINGS and way != usual else ""}

        def read(said: dict[str, str], dropped: list[str]) -> dict[Any, Any]:
            way = said.get("repair", usual)
            return {self.what: "adapter" if said.get("scan") == "adapter" else "dataset", how: MENDINGS.find(way).name}

        return Kept("detect", ("scan", "repair"), (self.what, how), write, read)

    @property
    def groups(self) -> dict[str, Any]:
        """What belongs to each kind of data."""
        return {"file": self.own.group, "dataset": self.dataset, "recipe": self.recipe, "run": self.run, "adapter": self.trained_on, "sample": self.sample}

    @property
    def shown(self) -> list[Any]:
        """What a scan, or a repair, sets."""
        return [self.going, self.result, self.state, self.defend, self.undo, self.take, self.message, self.time]

    @property
    def asked(self) -> list[Any]:
        """What an `Asked` is made of, with the page's recipe and adapter after it."""
        return [self.which, self.own.chosen, self.dataset, self.run]


def layout(shared: Shared) -> Form:
    """What to scan at the left, what was found at the right."""
    with outside_of_tabs(shared):
        state = gr.JSON(None, visible="hidden")
    remembered = of_adapter.draw_state(shared)
    opened = Html(elem_classes="opened", js_on_load=OPENED)
    with gr.Row(elem_classes="sides detect"):
        with gr.Column(elem_classes="detect-left"):
            with gr.Column(elem_classes="form-side"):
                what = gr.Radio([(tr("A dataset"), "dataset"), (tr("An adapter"), "adapter")], value="dataset",
                                label=tr("What is to be scanned?"), elem_classes="two-ways", elem_id="detect-what")  # fmt: skip
                what.preprocess = lambda chosen: chosen
                with gr.Column(elem_classes="of-rows"):
                    scanning = _draw_scan()
                choice = of_adapter.draw_choice()
            with gr.Column(visible=False, elem_classes="card-box defend of-rows") as defend:
                repairing = _draw_repair(shared)
            mending = of_adapter.draw_repair()
        with gr.Column(elem_classes="result-side"):
            with gr.Column(elem_classes="of-rows"):
                going = Html(elem_id="detect-going")
                result = Html(view.nothing_yet(), elem_id="detect-result", js_on_load=view.SCRIPT)
            results = of_adapter.draw_result()
    adapter = of_adapter.Form(*choice, *mending, remembered, *results)
    return Form(opened, what, *scanning, defend, *repairing, state, going, result, adapter)


def _draw_scan() -> tuple[Any, ...]:
    """What to scan, and the button."""
    which = gr.Radio(
        [(tr("A file"), "file"), (tr("A dataset"), "dataset"), (tr("This recipe"), "recipe"), (tr("A run"), "run"),
         (tr("An adapter’s rows"), "adapter"), (tr("A sample"), "sample")],
        value="file", label=tr("Source"), elem_classes="seg wraps", elem_id="detect-which",
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
    with gr.Column(visible=False, elem_classes="options") as trained_on:
        Html(parts.note(tr("The training rows of the adapter that is chosen on this page (the Flip tab shows it).")))
    both = gr.Button(tr("Scan its adapter, too"), visible=False, elem_id="detect-both")
    with gr.Row(elem_classes="scan-line"):
        scan = gr.Button(tr("Scan"), variant="primary", elem_id="detect-scan")
        stop = gr.Button(tr("Cancel"), visible=False, elem_id="detect-stop", scale=0, min_width=92)
    return which, own, dataset, recipe, sample, run, trained_on, both, scan, stop


def _draw_repair(shared: Shared) -> tuple[Any, ...]:
    """How to repair what was found, and what to take along."""
    how = gr.Radio([(tr(way.title), name) for name, way in REPAIRS.items()], value=next(iter(REPAIRS)), label=tr("Repair"),
                   elem_classes="ways", elem_id="detect-how")  # fmt: skip
    how.preprocess = lambda chosen: chosen  # the repair says what there is
    about = parts.join(
        parts.html('<p class="quiet about-{}">{}</p>', name, tr(way.description)) for name, way in REPAIRS.items()
    )
    Html(about, elem_classes="abouts")
    with gr.Row(elem_classes="scan-line"):
        repair = gr.Button(tr("Repair all that was found"), elem_id="detect-repair")
        cancel = gr.Button(tr("Cancel"), visible=False, elem_id="detect-cancel", scale=0, min_width=92)
    undo = gr.Button(tr("Undo the last repair"), visible=False, elem_id="detect-undo")
    with gr.Accordion(tr("Train before and after"), open=False, visible=shared.has("finetune"), elem_classes="more", elem_id="detect-trainings"):
        training = _draw_trainings()
    with gr.Column(visible=False, elem_classes="options take-along") as take:
        with gr.Row(elem_classes="download"):
            ending = gr.Radio([(tr(title), ending) for title, ending in FORMATS.items()], value="csv", label=tr("Download as"),
                              elem_classes="seg")  # fmt: skip
            download = gr.Button(tr("Download"), elem_id="detect-download", scale=0, min_width=100)
        train = gr.Button(tr("Train on it"), visible=shared.has("finetune"), elem_id="detect-train")
        message = Html(elem_id="detect-message")
        file = gr.DownloadButton("", visible="hidden", elem_id="detect-file")
    return how, repair, cancel, undo, *training, take, ending, download, train, message, file


def _draw_trainings() -> tuple[Any, ...]:
    """Training on the rows as they came and after the repair, which takes minutes and is begun only when asked for."""
    time = Html(elem_id="detect-time")
    way = gr.Radio([(tr(title), name) for name, (title, _) in of_trainings.WAYS.items()], value=next(iter(of_trainings.WAYS)),
                   label=tr("The second training"), elem_classes="ways", elem_id="detect-way")  # fmt: skip
    way.preprocess = lambda chosen: chosen  # the training says what there is
    about = (parts.html('<p class="quiet about-{}">{}</p>', name, tr(said)) for name, (_, said) in of_trainings.WAYS.items())
    Html(parts.join(about), elem_classes="abouts")
    with gr.Row(elem_classes="scan-line"):
        compare = gr.Button(tr("Train twice"), elem_id="detect-compare")
        end = gr.Button(tr("Cancel"), visible=False, elem_id="detect-end", scale=0, min_width=92)
    return way, compare, end, time


def _choice(choices: list[tuple[str, str]], value: str | None, title: str, elem_id: str) -> gr.Dropdown:
    chosen = gr.Dropdown(choices, value=value, label=title, visible=False, interactive=True, filterable=False,
                         elem_id=elem_id, elem_classes="notranslate")  # fmt: skip
    chosen.preprocess = lambda value: value  # its handler says what there is
    return chosen
