"""What the tab answers of an adapter: a list, one that is brought, a scan, what a person says of a finding. `{component: value}`."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import gradio as gr
from pydantic import BaseModel

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.ui.detect import handlers as of_rows
from ssti.ui.detect.adapter import view
from ssti.ui.detect.adapter.form import SAMPLE, Form
from ssti.ui.detect.adapter.scanning import Asked, Found, State, rows_of, scanned
from ssti.ui.detect.scanning import State as OfRows
from ssti.ui.kit import adapters, parts
from ssti.ui.kit.browser import as_json, sent

Updates = dict[Any, Any]


class Pressed(BaseModel, frozen=True):
    """A button of a finding, or of the training rows."""

    do: Literal["accept", "unaccept", "rows"]
    finding: str = ""


class Handlers:
    """The handlers of one page. `rows` are those of the dataset's side, which `what` leads to and from."""

    def __init__(self, form: Form, rows: of_rows.Handlers, what: gr.Radio) -> None:
        self.form, self.rows, self.what, self.shared = form, rows, what, rows.shared

    def listed(self, ref: Any) -> Updates:
        """The list as it is now, and whether the training rows of the chosen adapter can be had."""
        form, there = self.form, adapters.choices()
        return {
            form.adapter: gr.update(choices=there, value=ref or None),
            form.rows: gr.update(visible=_has_rows(ref)),
        }

    def bring(self, file: Any) -> Iterator[Updates]:
        """An uploaded archive, checked, kept as this visitor's and chosen."""
        form = self.form
        if not file:
            yield {form.message: None}
            return
        yield {form.message: parts.busy(tr("Checking its files …"))}
        try:
            info = adapters.bring(Path(str(file)))
        except SSTIError as problem:
            yield {form.message: parts.problem(problem), form.upload: None}
            return
        brought = parts.html('<p class="quiet" role="status">It was brought and is chosen: <b translate="no">{}</b></p>', info.title)
        yield {form.message: brought, form.upload: None, form.source: "list", self.shared.adapter: info.ref}

    def sample(self) -> Updates:
        """The sample is chosen."""
        return {self.form.source: "sample"}

    def both(self, run: Any) -> Updates:
        """A run's adapter is chosen, its training rows with it."""
        return {self.what: "adapter", self.form.source: "list", self.form.rows: gr.update(value=True, visible=True), self.shared.adapter: f"run/{run}"}

    def scan(self, *asked: Any) -> Iterator[Updates]:
        """A bar, then what was found."""
        yield {self.form.going: parts.busy(tr("Loading the model …"))}
        try:
            yield from self._show(State(_asked(*asked)))
        except SSTIError as problem:
            yield {self.form.going: parts.problem(problem)}

    def press(self, state: Any, event: gr.EventData) -> Iterator[Updates]:
        """A finding is fine, or is not after all; or its training rows are to be repaired, at the other side."""
        pressed, now = sent(Pressed, event), sent(State, state)
        if pressed is None or now is None:
            return
        others = tuple(one for one in now.accepted if one != pressed.finding)
        try:
            if pressed.do == "rows":
                for step in self.rows.show(OfRows(rows_of(now.asked.ref))):
                    yield {**step, self.what: "dataset"}
            else:
                yield from self._show(replace(now, accepted=(*others, pressed.finding) if pressed.do == "accept" else others))
        except SSTIError as problem:
            yield {self.form.going: parts.problem(problem)}

    def _show(self, state: State) -> Iterator[Updates]:
        one = yield from self._steps(state)
        yield self._shown(state, one)

    def _steps(self, state: State) -> Generator[Updates, None, Found]:
        steps = scanned(state)
        while True:
            try:
                yield {self.form.going: next(steps)}
            except StopIteration as done:
                return done.value

    def _shown(self, state: State, one: Found) -> Updates:
        form = self.form
        return {form.going: None, form.result: view.result(one, self.rows.flips), form.state: as_json(state)}


def _asked(source: Any, ref: Any, depth: Any, rows: Any, texts: Any) -> Asked:
    """What is chosen in the form. Raises SSTIError where nothing is yet."""
    thorough = depth != "quick"
    if source == "sample":
        return Asked(SAMPLE, thorough)
    if source == "zip" or not ref:
        raise SSTIError(tr("No adapter was chosen yet."), tr("Upload one, or choose one from the list."))
    return Asked(str(ref), thorough, rows is True and _has_rows(ref), str(texts or ""))


def _has_rows(ref: Any) -> bool:
    try:
        return bool(ref) and adapters.find(ref).recipe_known
    except SSTIError:
        return False
