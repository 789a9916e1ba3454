"""What the Detect & defend tab answers: a scan, and what a person says of a finding. `{component: value}`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Literal

import gradio as gr
from pydantic import BaseModel

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.ui.detect import view
from ssti.ui.detect.data import Asked, runs
from ssti.ui.detect.form import Form
from ssti.ui.detect.scanning import State, scanned
from ssti.ui.kit import parts
from ssti.ui.kit.browser import as_json, sent
from ssti.ui.kit.own.values import Chosen

Updates = dict[Any, Any]


class Pressed(BaseModel, frozen=True):
    """A button of a finding."""

    do: Literal["accept", "unaccept"]
    finding: str


class Handlers:
    """The handlers of one page."""

    def __init__(self, form: Form) -> None:
        self.form = form

    def choose(self, which: Any) -> Updates:
        """Show what belongs to this kind of data; the runs there are now."""
        form = self.form
        changes: Updates = {group: gr.update(visible=name == which) for name, group in form.groups.items()}
        if which == "run":
            there = runs()
            named = {"choices": there, "value": there[0][1] if there else None}
            nothing = tr("There is no run yet: train one on the Finetune tab.")
            changes[form.run] = gr.update(visible=True, info=None if there else nothing, **named)
        return changes

    def scan(self, which: Any, chosen: Any, dataset: Any, run: Any, recipe: Any) -> Iterator[Any]:
        """A bar, then what was found."""
        yield {self.form.going: parts.busy(tr("Reading the rows …"))}
        try:
            yield from self._show(State(_asked(which, chosen, dataset, run, recipe)))
        except SSTIError as problem:
            yield {self.form.going: parts.problem(problem)}

    def sample(self) -> Updates:
        """The sample is chosen."""
        return {**self.choose("sample"), self.form.which: "sample"}

    def press(self, state: Any, event: gr.EventData) -> Iterator[Updates]:
        """A finding is fine, or is not after all: judged anew. What was scanned on a server that was ended since is scanned again."""
        pressed, now = sent(Pressed, event), sent(State, state)
        if pressed is None or now is None:
            return
        others = tuple(one for one in now.accepted if one != pressed.finding)
        try:
            yield from self._show(replace(now, accepted=(*others, pressed.finding) if pressed.do == "accept" else others))
        except SSTIError as problem:
            yield {self.form.going: parts.problem(problem)}

    def _show(self, state: State) -> Iterator[Updates]:
        steps = scanned(state)
        while True:
            try:
                yield {self.form.going: next(steps)}
            except StopIteration as done:
                yield {self.form.going: None, self.form.result: view.result(done.value), self.form.state: as_json(state)}
                return


def _asked(which: Any, chosen: Any, dataset: Any, run: Any, recipe: Any) -> Asked:
    """What is chosen in the form. Raises SSTIError where nothing is yet."""
    if which == "file":
        return Asked("file", Chosen.sent(chosen).name)
    if which == "dataset":
        return Asked("dataset", str(dataset or ""))
    if which == "run":
        if not run:
            raise SSTIError(tr("There is no run to scan."), tr("Train one on the Finetune tab, or scan a file."))
        return Asked("run", str(run))
    return Asked("sample") if which == "sample" else Asked("recipe", recipe=recipe if isinstance(recipe, dict) else None)
