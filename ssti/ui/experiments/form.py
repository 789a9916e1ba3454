"""The Experiments tab's components and where they stand. Knows no handler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ssti.platform.language import tr
from ssti.ui.experiments import view
from ssti.ui.experiments.study import names
from ssti.ui.kit import parts
from ssti.ui.kit.address import Kept
from ssti.ui.kit.parts import Html
from ssti.ui.kit.shared import OPENED


@dataclass(frozen=True)
class Form:
    """The components of the tab."""

    opened: gr.HTML
    experiment: gr.Dropdown
    dataset: gr.Dropdown
    here: gr.Checkbox
    result: gr.HTML
    point: gr.HTML
    rows: gr.HTML
    saved: gr.HTML
    file: gr.DownloadButton

    @property
    def choice(self) -> list[Any]:
        """What a `Study` is made of, in its order."""
        return [self.experiment, self.dataset, self.here]

    def kept(self) -> Kept:
        """The address carries the experiment and its dataset."""
        first = names()[0][1]

        def write(experiment: Any, dataset: Any) -> dict[str, str]:
            said = {"experiment": experiment, "rows": dataset}
            return {key: value for key, value in said.items() if isinstance(value, str) and value not in ("", first)}

        def read(said: dict[str, str], dropped: list[str]) -> dict[Any, Any]:
            name = said.get("experiment", first)
            if name not in dict((one, title) for title, one in names()):
                dropped.append(tr("There is no experiment {name!r}.", name=name))
                name = first
            return {self.experiment: name, self.dataset: said.get("rows", "")}

        return Kept("experiments", ("experiment", "rows"), (self.experiment, self.dataset), write, read)


def layout() -> Form:
    """The tab, with nothing in it yet."""
    with gr.Column(elem_classes="result-side experiments"):
        opened = Html(elem_classes="opened", js_on_load=OPENED)
        Html(view.head())
        with gr.Row(elem_id="study-choice"):
            experiment = gr.Dropdown(names(), value=names()[0][1], label=tr("Experiment"), filterable=False, interactive=True,
                                     elem_id="study-experiment", elem_classes="notranslate")  # fmt: skip
            experiment.preprocess = lambda chosen: chosen  # any value passes: its handler says what there is
            dataset = gr.Dropdown([], value="", label=tr("Dataset"), allow_custom_value=True, interactive=True, visible=False,
                                  elem_id="study-dataset")  # fmt: skip
            here = gr.Checkbox(False, label=tr("With runs of this machine"), container=False, elem_id="study-here",
                               visible=False)  # fmt: skip
        result = Html(parts.busy(tr("Reading the results …")), elem_id="study-result", js_on_load=view.ON_RESULT)
        point = Html(elem_id="study-point", js_on_load=view.ON_POINT)
        rows = Html(elem_id="study-rows", js_on_load=view.ON_ROWS)
        saved = Html(elem_id="study-saved")
        file = gr.DownloadButton("", visible="hidden", elem_id="study-file")
    return Form(opened, experiment, dataset, here, result, point, rows, saved, file)
