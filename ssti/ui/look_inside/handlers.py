"""What Look inside answers to a click or another text: values of its components in, `{component: value}` out.

What the browser sends becomes a typed value first: `Marks`, `Clicks`, `Choice`.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ssti.explain import FAR
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.serving.predictor import check_text
from ssti.ui.kit import adapters, parts, triggers
from ssti.ui.kit.job import Job
from ssti.ui.kit.marks import Marks
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.report import Asked, probe_of
from ssti.ui.look_inside import attribution, entropy, export, grid, heat, rows
from ssti.ui.look_inside.choice import Choice, Clicks
from ssti.ui.look_inside.form import Form
from ssti.ui.look_inside.inside import Inside, look, model_names

Changes = dict[Any, Any]
"""What a handler changes, by component. `gr.skip()` changes nothing."""


@dataclass(frozen=True)
class Handlers:
    """The handlers of a form. `question` are the values of `form.question`."""

    form: Form

    def name_models(self, ref: str) -> Changes:
        """The choice of models, with the adapter's own called what it is known to be."""
        try:
            names = model_names(adapters.find(ref))
        except SSTIError:
            return gr.skip()
        return {self.form.model: gr.update(choices=[(words, model) for model, words in names.items()])}

    def choose_head(self, clicks: Any, event: gr.EventData) -> Changes:
        """The head of the cell that was clicked."""
        click = Clicks.read(event)
        return {self.form.clicks: {**(clicks or {}), "layer": click.layer, "head": click.head}}

    def choose_token(self, clicks: Any, event: gr.EventData) -> Changes:
        """The token that was clicked: from now on what it looks at is shown."""
        query = Clicks.read(event).query
        return {self.form.clicks: {**(clicks or {}), "query": query}, self.form.by: "query"}

    def draw(self, text: str, old: Any, ref: str, clicks: Any, *radios: str) -> Changes:
        """Everything that follows from the text and the choices."""
        form, text = self.form, text or ""
        if not Clicks.read(clicks).shown:  # only who sees the tab pays for it
            return gr.skip()
        if not ref and adapters.first():  # the page is about to choose one
            return gr.skip()
        try:
            if not ref:
                raise adapters.none_yet()
            if not text.strip():
                waiting = parts.empty(
                    tr("The text is empty"), tr("Type a text here, or pick a real row on the Flip tab.")
                )
                return {form.problem: waiting, form.put: gr.update(interactive=False)}
            inside, choice = _asked(text, old, ref, clicks, *radios)
            comparison, sample = attribution.compared(inside.marks, ref), rows.measured(ref)
            return {
                form.problem: parts.note(FAR) if inside.own.far else None,
                form.heat: heat.heatmaps(inside, choice),
                form.grid: grid.show(inside, choice, sample),
                form.entropy: entropy.of_text(inside, choice),
                form.compared: attribution.show(inside, choice, comparison) if comparison else None,
                form.measured: entropy.of_rows(sample, choice) if sample else None,
                form.put: gr.update(interactive=True, visible=not inside.marks.marks),
            }
        except SSTIError as problem:
            return {form.problem: parts.problem(problem)}

    def compare(self, text: str, old: Any, ref: str, *chosen: Any) -> Iterator[Markup]:
        """A bar, then attention, gradients and occlusion under each other."""
        try:
            tried = Marks.read(old, check_text(text or ""))
            comparison = attribution.compared(tried, ref)
            if comparison is None:
                job = Job(
                    lambda on_progress: attribution.compare(tried, ref, on_progress),
                    tr("Hiding tokens, following gradients"),
                )
                yield from job.steps()
                comparison = job.result
            yield attribution.show(*_asked(text, old, ref, *chosen), comparison)
        except SSTIError as problem:
            yield parts.problem(problem)

    def measure(self, text: str, old: Any, ref: str, *chosen: Any) -> Iterator[Markup]:
        """A bar, then the entropies of many rows."""
        try:
            check_text(text or "")
            words = tr("Measuring {count} rows in each model", count=rows.ROWS)
            job = Job(lambda on_progress: rows.measure(ref, on_progress), words)
            yield from job.steps()
            yield entropy.of_rows(job.result, _asked(text, old, ref, *chosen)[1])
        except SSTIError as problem:
            yield parts.problem(problem)

    def export(self, kind: str, text: str, old: Any, ref: str, *chosen: Any) -> Changes:
        """A file's text for the browser to save."""
        try:
            inside, choice = _asked(text, old, ref, *chosen)
            comparison, sample = attribution.compared(inside.marks, ref), rows.measured(ref)
            return {self.form.file: export.export(kind, inside, choice, comparison, sample)}
        except SSTIError as problem:
            return {self.form.file: None, self.form.problem: parts.problem(problem)}

    def report(self, text: str, old: Any, ref: str, *chosen: Any) -> Asked:
        """What a report is asked for: this text, at this head. Raises SSTIError."""
        if not ref:
            raise adapters.none_yet()
        inside, choice = _asked(text, old, ref, *chosen)
        return Asked(ref, probe_of(inside.marks), choice.view)

    def put_trigger(self, text: str, old: Any, ref: str) -> Changes:
        """A fresh trigger of the adapter's recipe at a random place."""
        form = self.form
        try:
            info = adapters.find(ref)
            tried = Marks.read(old, check_text(text or ""))
            info.known_recipe()
            spec = adapters.triggers(info)[0]
            if spec.source:
                new = tried.insert(triggers.draw(spec), triggers.kind_of(spec), "random")
            else:
                new = tried.insert_by(spec, "random", secrets.randbits(32))
            return {form.shared.text: new.text, form.shared.marks: new.as_json(), form.problem: None}
        except SSTIError as problem:
            return {form.problem: parts.problem(problem)}


def _asked(text: str, old: Any, ref: str, clicks: Any, *radios: str) -> tuple[Inside, Choice]:
    """What the models have inside for the text, and the choice as far as they have it. Raises SSTIError."""
    inside = look(Marks.read(old, check_text(text or "")), ref)
    clicked = Clicks.read(clicks)
    choice = Choice.read(clicked, *radios)
    return inside, (choice.at_first(inside) if clicked.layer is None else choice).within(inside)
