"""What the tab answers of an adapter: a list, one that is brought, a scan, a verdict of a person's, a repair. `{component: value}`."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import gradio as gr
from pydantic import BaseModel

from ssti.adapters import imported, pack
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.ui.access.visitor import own_adapter
from ssti.ui.detect import handlers as of_rows
from ssti.ui.detect.adapter import mending, repaired, view
from ssti.ui.detect.adapter.form import SAMPLE, Form
from ssti.ui.detect.adapter.scanning import Asked, Found, State, rows_of, scanned
from ssti.ui.detect.scanning import State as OfRows
from ssti.ui.kit import adapters, parts
from ssti.ui.kit.browser import as_json, sent

Updates = dict[Any, Any]


class Pressed(BaseModel, frozen=True):
    """A button of a finding, of the training rows, or of the repaired adapter."""

    do: Literal["accept", "unaccept", "rows", "again"]
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
        """A finding is fine, or is not after all; its training rows are to be repaired, at the other side; or the repaired adapter
        is to be scanned."""
        pressed, now = sent(Pressed, event), sent(State, state)
        if pressed is None or now is None:
            return
        others = tuple(one for one in now.accepted if one != pressed.finding)
        try:
            if pressed.do == "rows":
                yield {self.what: "dataset", self.shared.adapter: now.asked.ref, **self.rows.choose("adapter"), self.rows.form.which: "adapter"}
                yield from self.rows.show(OfRows(rows_of(now.asked.ref)))
            elif pressed.do == "again":
                yield {self.form.source: "list", self.shared.adapter: now.repaired}
                yield from self._show(State(replace(now.asked, ref=now.repaired, rows=False)))
            else:
                yield from self._show(replace(now, accepted=(*others, pressed.finding) if pressed.do == "accept" else others))
        except SSTIError as problem:
            yield {self.form.going: parts.problem(problem)}

    def repair(self, state: Any, how: Any) -> Iterator[Updates]:
        """A bar, then what is left of the attack: of what was found and is tied to one class."""
        form, now = self.form, sent(State, state)
        if now is None:
            yield {form.going: parts.problem(tr("Nothing was scanned yet."), tr("Scan an adapter first."))}
            return
        try:
            one = yield from self._steps(now)
            new = yield from self._drawn(mending.mended(one, str(how), now.asked.texts))
            self._forget(now.repaired)
            yield self._shown(replace(now, repaired=new.ref), one)
        except SSTIError as problem:
            yield {form.going: parts.problem(problem)}

    def undo(self, state: Any) -> Iterator[Updates]:
        """The repaired adapter goes; the other was never changed."""
        if (now := sent(State, state)) is not None:
            self._forget(now.repaired)
            try:
                yield from self._show(replace(now, repaired=""))
            except SSTIError as problem:
                yield {self.form.going: parts.problem(problem)}

    def save(self, state: Any) -> Iterator[Updates]:
        """The repaired adapter as an archive, with a card that says what was done. Gradio keeps its own copy of it."""
        form, now = self.form, sent(State, state)
        yield {form.saved: parts.busy(tr("Packing …")), form.file: None}
        try:
            info = own_adapter(now.repaired if now else "")
            with tempfile.TemporaryDirectory(prefix="ssti-") as folder:
                path = Path(folder) / f"{pack.slug(info)}.zip"
                pack.export(info, path)
                yield {form.file: str(path), form.saved: parts.html('<p class="quiet" role="status" translate="no">{}</p>', path.name)}
        except (SSTIError, OSError) as problem:
            yield {form.file: None, form.saved: parts.problem(problem)}

    def _forget(self, ref: str) -> None:
        """A repaired adapter that is not wanted any more; one that is gone already, or is somebody else's, is let be."""
        try:
            if ref and own_adapter(ref).about.repaired:
                imported.remove(own_adapter(ref))
        except SSTIError:
            pass

    def _show(self, state: State) -> Iterator[Updates]:
        one = yield from self._steps(state)
        yield self._shown(state, one)

    def _steps(self, state: State) -> Generator[Updates, None, Found]:
        return (yield from self._drawn(scanned(state)))

    def _drawn(self, steps: Iterator[Any]) -> Generator[Updates, None, Any]:
        """The steps of a work, each drawn; returns what it returns."""
        while True:
            try:
                yield {self.form.going: next(steps)}
            except StopIteration as done:
                return done.value

    def _shown(self, state: State, one: Found) -> Updates:
        form, above = self.form, parts.html("")
        if state.repaired:
            above = repaired.card(adapters.find(state.repaired), one, self.rows.flips)
        return {
            form.going: None,
            form.result: view.result(one, self.rows.flips, above),
            form.state: as_json(state),
            form.defend: gr.update(visible=bool(one.open)),
            form.undo: gr.update(visible=bool(state.repaired)),
            form.download: gr.update(visible=bool(state.repaired)),
            form.saved: None,
        }


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
