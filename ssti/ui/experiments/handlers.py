"""What the Experiments tab answers: an experiment's result, the rows behind a point, a file. `{component: value}`."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import gradio as gr
from pydantic import BaseModel

from ssti.data import DATASETS
from ssti.experiments.experiment import EXPERIMENTS
from ssti.experiments.grids import going
from ssti.experiments.grids.own import experiment_of
from ssti.experiments.page import write_page
from ssti.experiments.table import write
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.platform.server import shared_server
from ssti.report.names import file_name
from ssti.ui.experiments import figures, view
from ssti.ui.experiments.form import Form, entries
from ssti.ui.experiments.narrow import valid
from ssti.ui.experiments.overview import overview
from ssti.ui.experiments.running import look, more_of
from ssti.ui.experiments.study import ALL, Study, asked_of, study
from ssti.ui.experiments.study import overview as studies
from ssti.ui.kit import parts
from ssti.ui.kit.browser import sent

Updates = dict[Any, Any]
NAME = "experiments"  # of the tab
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


class Do(BaseModel, frozen=True):
    """A button of the strip."""

    do: Literal["run", "seed", "stop"]


class Handlers:
    """The handlers of one page."""

    def __init__(self, form: Form) -> None:
        self.form = form

    def show(self, experiment: Any, dataset: Any, whose: Any, only: Any) -> Updates:
        """An experiment: statement, verdicts, figures, rows; or all of them at a glance."""
        form = self.form
        shown = {form.point: None, form.saved: None, form.experiment: gr.update(choices=entries())}
        if experiment == ALL:
            hidden = dict.fromkeys((form.dataset, form.whose, form.only), gr.update(visible=False))
            return {
                **shown, **hidden, **self._strip(experiment), form.result: overview(None), form.rows: None,
                form.weigh: -random.random(),
            }  # fmt: skip
        return {**shown, **self.refresh(experiment, dataset, whose, only), **self._strip(experiment)}

    def refresh(self, experiment: Any, dataset: Any, whose: Any, only: Any) -> Updates:
        """The same with the cells that came in since; what was clicked stays."""
        form, wanted = self.form, sent(list[str], only) or []
        if experiment == ALL:
            return {form.weigh: -random.random()}
        try:
            one = study(experiment, dataset, whose, wanted)
        except SSTIError as problem:
            return {form.result: parts.problem(problem), form.rows: None}
        titles = [(DATASETS[name].info.title if name in DATASETS else name, name) for name in one.datasets]
        offered = [] if one.table is None else view.only_choices(one)
        there = [] if one.table is None else valid(wanted, one.table)
        kept = {} if there == wanted else {"value": there}  # a list that is set anew is a change
        return {
            form.dataset: gr.update(choices=titles, value=one.dataset, visible=len(titles) > 1),
            form.whose: gr.update(visible=one.choice),
            form.only: gr.update(choices=offered, visible=bool(offered), **kept),
            form.result: view.result(one),
            form.rows: view.rows(one),
        }

    def weigh(self, experiment: Any, ready: Any) -> Updates:
        """All experiments with their verdicts, some more of them at each call; `ready` of them were there the last time."""
        if experiment != ALL:
            return gr.skip()
        ones, now = studies(max(0, int(sent(float, ready) or 0)))
        return {self.form.result: overview(ones), **({self.form.weigh: now} if now < len(EXPERIMENTS) else {})}

    def tick(self, tab: Any, beat: Any, experiment: Any) -> Updates:
        """A look at the grid that is at work, as long as the tab is open."""
        if tab != NAME:
            return {self.form.timer: gr.Timer(active=False)}
        changes = self._strip(experiment)
        if changes[self.form.beat] == beat:
            del changes[self.form.beat]
        return changes

    def press(self, experiment: Any, event: gr.EventData) -> Updates:
        """Start, or stop."""
        form, wanted = self.form, sent(Do, event)
        if wanted is None or shared_server():
            return gr.skip()
        changes: Updates = {}
        try:
            if wanted.do == "stop":
                if one := going.going():
                    going.stop(one)
            elif not going.going():
                changes = self._start(experiment, wanted.do == "seed")
        except (SSTIError, OSError) as problem:
            return {form.strip: self._strip(experiment)[form.strip] + parts.problem(problem)}
        return {**changes, **self._strip(experiment)}

    def _start(self, experiment: Any, seed: bool) -> Updates:
        """Start the grid that is shown, or one seed more of it; its rows are shown then."""
        form, asked = self.form, asked_of(experiment)
        chosen = more_of(asked) if seed else asked
        if chosen is None:
            return {}
        if reason := None if asked.own else experiment_of(asked).missing():
            raise SSTIError(reason, kind="data")
        one = going.start(chosen)
        if asked.own:
            return {form.experiment: gr.update(choices=entries(), value=one.id)}
        return {form.whose: "both" if seed else "here"}

    def _strip(self, experiment: Any) -> Updates:
        form = self.form
        try:
            now = look(None if experiment == ALL else asked_of(experiment))
        except SSTIError:  # there is none of this name: that is said below
            now = look(None)
        return {form.strip: now.strip, form.timer: gr.Timer(active=now.going), form.beat: now.beat}

    def behind(self, experiment: Any, dataset: Any, whose: Any, only: Any, event: gr.EventData) -> Updates:
        """What lies behind a point that was clicked, or a row."""
        form, pressed = self.form, sent(Pressed, event)
        if pressed is None:
            return {form.point: None}
        try:
            one = study(experiment, dataset, whose, sent(list[str], only) or [])
        except SSTIError as problem:
            return {form.point: parts.problem(problem)}
        if one.table is None:
            return {form.point: None}
        return {form.point: view.point(one, *_asked(one, pressed))}

    def save(self, experiment: Any, dataset: Any, whose: Any, event: gr.EventData) -> Iterator[Updates]:
        """The table or the page as a file. Gradio keeps its own copy of it."""
        form, wanted = self.form, sent(Wanted, event)
        yield {form.saved: parts.busy(tr("Writing …")), form.file: None}
        try:
            one = study(experiment, dataset, whose)
            if wanted is None or wanted.file not in FILES or one.table is None:
                raise SSTIError(tr("There is no such file."), tr("Choose one of {names}.", names=", ".join(FILES)))
            with tempfile.TemporaryDirectory(prefix="ssti-") as folder:
                path = Path(folder) / file_name(wanted.file, one.experiment.name, one.dataset)
                if wanted.file == "html":
                    write_page(one.experiment, one.table, path)
                else:
                    write(one.table, path)
                line = f"{path.name} · {path.stat().st_size / 1e3:,.0f} kB"
                yield {
                    form.file: str(path),
                    form.saved: parts.html('<p class="quiet" role="status" translate="no">{}</p>', line),
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
