"""What the Detect & defend tab answers: a scan, and what a person says of a finding. `{component: value}`."""

from __future__ import annotations

import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import gradio as gr
from pydantic import BaseModel

from ssti.data.export import formula_note
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.ui.detect import take, view
from ssti.ui.detect.data import Asked, runs
from ssti.ui.detect.form import Form
from ssti.ui.detect.scanning import Scanned, State, Step, scanned, to_repair
from ssti.ui.detect.training import view as of_trainings
from ssti.ui.detect.training.runs import trained
from ssti.ui.kit import parts
from ssti.ui.kit.browser import as_json, sent
from ssti.ui.kit.own.values import Chosen
from ssti.ui.kit.shared import Shared

Updates = dict[Any, Any]
ROUNDS = 4  # of a repair of all: what is taken out may lay bare what stood beside it
AGAIN = ("remove", "drop")


class Pressed(BaseModel, frozen=True):
    """A button of a finding."""

    do: Literal["accept", "unaccept", "repair"]
    finding: str


class Handlers:
    """The handlers of one page."""

    def __init__(self, form: Form, shared: Shared) -> None:
        self.form, self.shared, self.flips = form, shared, shared.has("flip")

    def choose(self, which: Any, run: Any = None) -> Updates:
        """Show what belongs to this kind of data; the runs there are now."""
        form = self.form
        changes: Updates = {group: gr.update(visible=name == which) for name, group in form.groups.items()}
        if which == "run":
            there = runs()
            names = [name for _, name in there]
            named = {"choices": there, "value": run if run in names else next(iter(names), None)}
            nothing = tr("There is no run yet: train one on the Finetune tab.")
            changes[form.run] = gr.update(visible=True, info=None if there else nothing, **named)
        changes[form.both] = gr.update(visible=which == "run" and bool(changes[form.run].get("value")))
        return changes

    def scan(self, which: Any, chosen: Any, dataset: Any, run: Any, recipe: Any, adapter: Any) -> Iterator[Any]:
        """A bar, then what was found."""
        yield {self.form.going: parts.busy(tr("Reading the rows …"))}
        try:
            yield from self.show(State(_asked(which, chosen, dataset, run, recipe, adapter)))
        except SSTIError as problem:
            yield {self.form.going: parts.problem(problem)}

    def sample(self) -> Updates:
        """The sample is chosen."""
        return {**self.choose("sample"), self.form.which: "sample"}

    def press(self, state: Any, how: Any, event: gr.EventData) -> Iterator[Updates]:
        """A finding is fine, or is not after all, or is to be repaired: judged anew. What was scanned on a server that was ended
        since is scanned again."""
        pressed, now = sent(Pressed, event), sent(State, state)
        if pressed is None or now is None:
            return
        others = tuple(one for one in now.accepted if one != pressed.finding)
        try:
            if pressed.do == "repair":
                yield from self.show(now.with_steps((*now.steps, Step(str(how), (pressed.finding,)))))
            else:
                yield from self.show(replace(now, accepted=(*others, pressed.finding) if pressed.do == "accept" else others))
        except SSTIError as problem:
            yield {self.form.going: parts.problem(problem)}

    def repair(self, state: Any, how: Any) -> Iterator[Any]:
        """All that was found, in one way; again where taking out laid bare what is left of it."""
        form, now = self.form, sent(State, state)
        if now is None:
            yield {form.going: parts.problem(tr("Nothing was scanned yet."), tr("Scan a file first."))}
            return
        try:
            one = yield from self._steps(now)
            if not to_repair(one.report):
                yield {form.going: parts.note(tr("There is nothing left to repair."))}
                return
            for _ in range(ROUNDS):
                if not (names := to_repair(one.report)):
                    break
                now = now.with_steps((*now.steps, Step(str(how), names)))
                one = yield from self._steps(now)
                if how not in AGAIN:
                    break
            yield self._shown(now, one)
        except SSTIError as problem:
            yield {form.going: parts.problem(problem)}

    def undo(self, state: Any) -> Iterator[Updates]:
        """As it was before the last repair."""
        if (now := sent(State, state)) is not None and now.steps:
            yield from self.show(now.with_steps(now.steps[:-1]))

    def compare(self, state: Any, way: Any) -> Iterator[Any]:
        """Train on the rows as they came and after the repair: a bar, then both rates of both."""
        form, now = self.form, sent(State, state)
        if now is None:
            yield {form.going: parts.problem(tr("Nothing was scanned yet."), tr("Scan a file first."))}
            return
        try:
            one = yield from self._steps(now)
            done = yield from self._drawn(trained(one, str(way)))
            yield self._shown(replace(now, trained=done), one)
        except (SSTIError, OSError) as problem:
            yield {form.going: parts.problem(problem)}

    def save(self, state: Any, ending: Any) -> Iterator[Updates]:
        """The repaired rows as a file, with what was done. Gradio keeps its own copy of it."""
        form = self.form
        yield {form.message: parts.busy(tr("Writing …")), form.file: None}
        try:
            one = self._mended(state)
            with tempfile.TemporaryDirectory(prefix="ssti-") as folder:
                path, formulas = take.pack(one, str(ending), Path(folder))
                note = parts.note(formula_note(formulas, True)) if formulas else ""
                said = parts.html('<p class="quiet" role="status"><span translate="no">{}</span></p>{}', path.name, note)
                yield {form.file: str(path), form.message: said}
        except (SSTIError, OSError) as problem:
            yield {form.file: None, form.message: parts.problem(problem)}

    def train(self, state: Any) -> Iterator[Updates]:
        """The Finetune tab with a recipe of the repaired rows."""
        form = self.form
        yield {form.message: parts.busy(tr("Writing …"))}
        try:
            recipe = take.recipe_of(self._mended(state))
            yield {form.message: None, self.shared.recipe: recipe.as_dict(), self.shared.tabs: gr.Tabs(selected="finetune")}
        except (SSTIError, OSError) as problem:
            yield {form.message: parts.problem(problem)}

    def _mended(self, state: Any) -> Scanned:
        """The repaired rows. Raises SSTIError where nothing was repaired."""
        now = sent(State, state)
        if now is None or not now.steps:
            raise SSTIError(tr("Nothing was repaired yet."), tr("Repair a finding first."))
        steps = scanned(now)
        while True:
            try:
                next(steps)
            except StopIteration as done:
                return done.value

    def show(self, state: State) -> Iterator[Updates]:
        """A bar, then what was found. Raises SSTIError."""
        one = yield from self._steps(state)
        yield self._shown(state, one)

    def _steps(self, state: State) -> Generator[Updates, None, Scanned]:
        return (yield from self._drawn(scanned(state)))

    def _drawn(self, steps: Generator[Any, None, Any]) -> Generator[Updates, None, Any]:
        """The steps of a work, each drawn; returns what it returns."""
        with closing(steps):
            while True:
                try:
                    yield {self.form.going: next(steps)}
                except StopIteration as done:
                    return done.value

    def _shown(self, state: State, one: Scanned) -> Updates:
        form, mended = self.form, bool(state.steps)
        after = of_trainings.card(one, state.trained, self.flips) if state.trained else ""
        defend = mended or bool(to_repair(one.report))
        return {
            form.going: None,
            form.result: view.result(one, self.flips, after),
            form.state: as_json(state),
            form.defend: gr.update(visible=defend),
            form.time: of_trainings.time_said(one) if defend else None,
            form.undo: gr.update(visible=mended),
            form.take: gr.update(visible=mended),
            form.message: None,
        }


def _asked(which: Any, chosen: Any, dataset: Any, run: Any, recipe: Any, adapter: Any) -> Asked:
    """What is chosen in the form. Raises SSTIError where nothing is yet."""
    if which == "file":
        return Asked("file", Chosen.sent(chosen).name)
    if which == "dataset":
        return Asked("dataset", str(dataset or ""))
    if which == "run":
        if not run:
            raise SSTIError(tr("There is no run to scan."), tr("Train one on the Finetune tab, or scan a file."))
        return Asked("run", str(run))
    if which == "adapter":
        return Asked("adapter", str(adapter or ""))
    return Asked("sample") if which == "sample" else Asked("recipe", recipe=recipe if isinstance(recipe, dict) else None)
