"""The Experiments tab's components and where they stand. Knows no handler."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ssti.platform.language import tr
from ssti.ui.experiments import view
from ssti.ui.experiments.narrow import COLUMNS
from ssti.ui.experiments.strip import ON_STRIP
from ssti.ui.experiments.study import ALL, names, own_grids
from ssti.ui.kit import parts
from ssti.ui.kit.address import Kept
from ssti.ui.kit.browser import sent
from ssti.ui.kit.parts import Html
from ssti.ui.kit.shared import OPENED, Shared, outside_of_tabs

EVERY = 2.0  # seconds between two looks at a grid that is at work


@dataclass(frozen=True)
class Form:
    """The components of the tab."""

    opened: gr.HTML
    experiment: gr.Dropdown
    dataset: gr.Dropdown
    whose: gr.Radio
    """Whose rows: `Whose` of `study`."""
    only: gr.Dropdown
    """What the filter leaves, as `rank=64`."""
    strip: gr.HTML
    """What there is to run, and how far it is."""
    beat: gr.Textbox
    """Changes when what is shown may be another, because cells came in."""
    weigh: gr.Number
    """Changes when verdicts are wanted that take a moment."""
    timer: gr.Timer
    """Looks at a grid while one is at work and the tab is open."""
    result: gr.HTML
    point: gr.HTML
    rows: gr.HTML
    saved: gr.HTML
    file: gr.DownloadButton

    @property
    def choice(self) -> list[Any]:
        """What a `Study` is made of, in its order."""
        return [self.experiment, self.dataset, self.whose, self.only]

    def kept(self) -> Kept:
        """The address carries the experiment, its dataset, and what the filter leaves."""
        first = names()[0][1]

        def write(experiment: Any, dataset: Any, only: Any) -> dict[str, str]:
            said = {"experiment": experiment}
            if experiment != ALL:
                said |= {"rows": dataset, "only": ";".join(sent(list[str], only) or [])}
            return {key: value for key, value in said.items() if isinstance(value, str) and value not in ("", first)}

        def read(said: dict[str, str], dropped: list[str]) -> dict[Any, Any]:
            name = said.get("experiment", first)
            if name not in (one for _, one in entries()):
                dropped.append(tr("There is no experiment {name!r}.", name=name))
                name = first
            named = [one for one in said.get("only", "").split(";") if one]
            only = [one for one in named if one.partition("=")[0] in COLUMNS]
            dropped += [tr("The filter knows no {name!r:.60}.", name=one) for one in named if one not in only]
            return {
                self.experiment: gr.update(value=name, choices=entries()),
                self.dataset: said.get("rows", ""),
                self.only: gr.update(value=only, choices=only),  # the handlers of the tab say which there are
            }

        return Kept("experiments", ("experiment", "rows", "only"), (self.experiment, self.dataset, self.only), write, read)


def entries() -> list[tuple[str, str]]:
    """What there is to choose: the overview, the experiments, and the grids of one's own."""
    own = [(tr("Own grid: {title}", title=title), name) for title, name in own_grids()]
    return [(tr("All experiments"), ALL), *names(), *own]


def layout(shared: Shared) -> Form:
    """The tab, with nothing in it yet."""
    with outside_of_tabs(shared):
        beat = gr.Textbox("", visible="hidden")
        weigh = gr.Number(0, visible="hidden")
        timer = gr.Timer(EVERY, active=False)
    with gr.Column(elem_classes="result-side experiments"):
        opened = Html(elem_classes="opened", js_on_load=OPENED)
        Html(view.head())
        with gr.Row(elem_id="study-choice"):
            experiment = gr.Dropdown(entries(), value=names()[0][1], label=tr("Experiment"), filterable=False, interactive=True,
                                     elem_id="study-experiment", elem_classes="notranslate")  # fmt: skip
            experiment.preprocess = lambda chosen: chosen  # any value passes: its handler says what there is
            dataset = gr.Dropdown([], value="", label=tr("Dataset"), allow_custom_value=True, interactive=True, visible=False,
                                  elem_id="study-dataset")  # fmt: skip
            whose = gr.Radio(
                [(tr("that came with it"), "shipped"), (tr("both"), "both"), (tr("of this machine"), "here")], value="shipped",
                label=tr("Rows"), interactive=True, visible=False, elem_id="study-whose", elem_classes="seg",
            )  # fmt: skip
            only = gr.Dropdown(
                [], value=[], multiselect=True, label=tr("Show only"), interactive=True, visible=False,
                elem_id="study-only", elem_classes="notranslate",
            )  # fmt: skip
            for field in (whose, only):
                field.preprocess = lambda chosen: chosen  # its handler says what there is
        strip = Html(elem_id="study-strip", js_on_load=ON_STRIP)
        result = Html(parts.busy(tr("Reading the results …")), elem_id="study-result", js_on_load=view.ON_RESULT)
        point = Html(elem_id="study-point", js_on_load=view.ON_POINT)
        rows = Html(elem_id="study-rows", js_on_load=view.ON_ROWS)
        saved = Html(elem_id="study-saved")
        file = gr.DownloadButton("", visible="hidden", elem_id="study-file")
    return Form(opened, experiment, dataset, whose, only, strip, beat, weigh, timer, result, point, rows, saved, file)
