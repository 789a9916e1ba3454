"""What the Experiments tab answers: an experiment's result, the rows behind a point, a file. `{component: value}`."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from pydantic import BaseModel

from ssti.data import DATASETS
from ssti.experiments.page import write_page
from ssti.experiments.table import write
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.report.names import file_name
from ssti.ui.experiments import figures, view
from ssti.ui.experiments.form import Form
from ssti.ui.experiments.study import Study, study
from ssti.ui.kit import parts
from ssti.ui.kit.browser import sent

Updates = dict[Any, Any]
FILES = ("csv", "parquet", "html")


class Pressed(BaseModel, frozen=True):
    """A point of a figure (`picture`, `series`, `x`), or a row by its `key`."""

    picture: int = -1
    series: str = ""
    x: str = ""
    key: str = ""


class Wanted(BaseModel, frozen=True):
    """A file, by its kind."""

    file: str


class Handlers:
    """The handlers of one page."""

    def __init__(self, form: Form) -> None:
        self.form = form

    def show(self, experiment: Any, dataset: Any, here: Any) -> Updates:
        """An experiment: statement, verdicts, figures, rows."""
        form = self.form
        try:
            one = study(experiment, dataset, here is True)
        except SSTIError as problem:
            return {form.result: parts.problem(problem), form.point: None, form.rows: None, form.saved: None}
        titles = [(DATASETS[name].info.title if name in DATASETS else name, name) for name in one.datasets]
        return {
            form.dataset: gr.update(choices=titles, value=one.dataset, visible=len(titles) > 1),
            form.here: gr.update(visible=one.choice),
            form.result: view.result(one),
            form.point: None,
            form.rows: view.rows(one),
            form.saved: None,
        }

    def behind(self, experiment: Any, dataset: Any, here: Any, event: gr.EventData) -> Updates:
        """What lies behind a point that was clicked, or a row."""
        form, pressed = self.form, sent(Pressed, event)
        if pressed is None:
            return {form.point: None}
        try:
            one = study(experiment, dataset, here is True)
        except SSTIError as problem:
            return {form.point: parts.problem(problem)}
        if one.table is None:
            return {form.point: None}
        return {form.point: view.point(one, *_asked(one, pressed))}

    def save(self, experiment: Any, dataset: Any, here: Any, event: gr.EventData) -> Iterator[Updates]:
        """The table or the page as a file. Gradio keeps its own copy of it."""
        form, wanted = self.form, sent(Wanted, event)
        yield {form.saved: parts.busy(tr("Writing …")), form.file: None}
        try:
            one = study(experiment, dataset, here is True)
            if wanted is None or wanted.file not in FILES or one.table is None:
                raise SSTIError(tr("There is no such file."), tr("Choose one of {names}.", names=", ".join(FILES)))
            with tempfile.TemporaryDirectory(prefix="ssti-") as folder:
                path = Path(folder) / file_name(wanted.file, one.experiment.name, one.dataset)
                if wanted.file == "html":
                    write_page(one.experiment, one.table, path)
                else:
                    write(one.table, path)
                told = f"{path.name} · {path.stat().st_size / 1e3:,.0f} kB"
                yield {
                    form.file: str(path),
                    form.saved: parts.html('<p class="quiet" role="status" translate="no">{}</p>', told),
                }
        except SSTIError as problem:
            yield {form.file: None, form.saved: parts.problem(problem)}


def _asked(one: Study, pressed: Pressed) -> tuple[tuple[str, ...], str]:
    """The rows that are meant, and what to call them."""
    if pressed.key:
        return (pressed.key,), one.experiment.title
    if not 0 <= pressed.picture < len(one.pictures):
        return (), ""
    picture = one.pictures[pressed.picture]
    title = f"{picture.title}: {pressed.series}, {picture.x_title} {pressed.x}"
    return figures.keys_at(picture, pressed.series, pressed.x), title
