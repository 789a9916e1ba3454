"""The part of a form for data of one's own: its components, and what they answer. Knows no tab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

import gradio as gr

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.ui.access.visitor import keep_upload
from ssti.ui.kit import parts
from ssti.ui.kit.own import values as own
from ssti.ui.kit.own.values import Chosen

ENDINGS = [".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".zip"]
SECONDS: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 2}
"""Settings of an event that takes seconds and says so itself."""


@dataclass(frozen=True)
class Own:
    """Its components. `chosen` holds a `Chosen` as plain data; the others are named as the person reads them."""

    group: gr.Column
    chosen: gr.JSON
    file: gr.File
    typed: gr.Textbox
    look: gr.Button
    message: gr.HTML
    confirm: gr.Column
    text: gr.Dropdown
    label: gr.Dropdown
    summary: gr.HTML
    names: gr.Textbox
    use: gr.Button
    has_use: bool = True

    @property
    def outputs(self) -> list[Any]:
        """What a look at a place sets."""
        return [self.chosen, self.message, self.confirm, self.text, self.label, self.summary, self.names, self.use]

    def wire(self) -> None:
        """Look at what is brought, and again with other columns or names. Using it is the whole tab's work."""
        columns = [self.chosen, self.text, self.label]
        self.file.upload(self.from_upload, self.file, self.outputs, **SECONDS)
        self.file.clear(self.cleared, None, self.outputs, **parts.QUIET)
        gr.on([self.look.click, self.typed.submit], self.from_words, self.typed, self.outputs, **SECONDS)
        gr.on(
            [self.text.input, self.label.input], self.with_columns, columns, self.outputs,
            trigger_mode="always_last", **SECONDS,
        )  # fmt: skip
        self.names.blur(self.with_names, [*columns, self.names], self.outputs, **SECONDS)

    def cleared(self) -> dict:
        """The file was taken away. What was said to be used stays in use."""
        forgotten = {} if self.has_use else {self.chosen: {}}
        return {self.message: None, self.confirm: gr.update(visible=False), **forgotten}

    def from_upload(self, path: str | None) -> Iterator[dict]:
        """A file was uploaded: keep it and look at it."""
        if path is not None:
            yield from self._first_look(keep_upload, path)

    def from_words(self, words: str | None) -> Iterator[dict]:
        """A place was typed: look at it."""
        yield from self._first_look(own.from_words, words or "")

    def _first_look(self, place_of: Callable[[str], str], brought: str) -> Iterator[dict]:
        hidden = gr.update(visible=False)
        yield {self.message: parts.busy(tr("Reading it …")), self.confirm: hidden}
        try:
            yield self._filled(own.inspect(place_of(brought)))
        except SSTIError as error:
            yield {self.message: parts.problem(error), self.confirm: hidden, self.chosen: {}}

    def with_columns(self, chosen: Any, text: str, label: str) -> Iterator[dict]:
        """The same place with other columns."""
        yield {self.message: parts.busy(tr("Reading it …"))}
        try:
            yield self._filled(own.inspect(Chosen.sent(chosen).place, text, label))
        except SSTIError as error:
            yield self.refused(error)

    def with_names(self, chosen: Any, text: str, label: str, names: str) -> dict:
        """The same place with other names of its classes."""
        try:
            return self.renamed(chosen, text, label, names) or gr.skip()
        except SSTIError as error:
            return self.refused(error)

    def renamed(self, chosen: Any, text: str, label: str, names: str) -> dict:
        """The same place with these names of its classes; nothing where they are its names. Raises SSTIError."""
        now = Chosen.sent(chosen)
        return {} if names == now.names else self._filled(own.inspect(now.place, text, label, names))

    def confirmed(self, chosen: Chosen) -> dict:
        """This data is in use now."""
        return {self.message: None, self.use: gr.update(visible=False), self.chosen: asdict(chosen)}

    def _filled(self, inspected: own.Inspected) -> dict:
        lines = min(8, max(2, inspected.chosen.names.count("\n") + 1))
        return {
            self.message: None,
            self.confirm: gr.update(visible=True),
            self.summary: inspected.summary,
            self.text: gr.update(choices=list(inspected.texts), value=inspected.texts[0]),
            self.label: gr.update(choices=list(inspected.labels), value=inspected.labels[0]),
            self.names: gr.update(value=inspected.chosen.names, lines=lines),
            self.use: gr.update(visible=self.has_use),
            self.chosen: asdict(inspected.chosen),
        }

    def refused(self, error: SSTIError) -> dict:
        """What was chosen last stays, and cannot be used."""
        return {self.message: parts.problem(error), self.use: gr.update(visible=False)}


def draw_own(prefix: str = "own", visible: bool = False, has_use: bool = True) -> Own:
    """The components, inside the column that is open; ids begin with `prefix`. Without `has_use` the tab has a button of its own."""
    with gr.Column(visible=visible, elem_classes="options own-box") as group:
        chosen = gr.JSON({}, visible="hidden", elem_classes="own-chosen")
        parts.Html(parts.note(own.words_for_file()))
        file = gr.File(file_types=ENDINGS, label=tr("A file"), show_label=False, height=104, elem_id=f"{prefix}-file", elem_classes="own-drop")
        with gr.Row(elem_classes="own-id"):
            typed = gr.Textbox(
                label=own.words_for_place(),
                placeholder=tr("owner/name"),
                lines=1,
                max_lines=1,
                elem_id=f"{prefix}-id",
            )
            look = gr.Button(tr("Look"), scale=0, min_width=72, elem_id=f"{prefix}-look")
        message = parts.Html(elem_id=f"{prefix}-message", elem_classes="own-message")
        with gr.Column(visible=False, elem_classes="own-found") as confirm:
            with gr.Row(elem_classes="pair"):
                text, label = _column_choice(tr("Text"), f"{prefix}-text"), _column_choice(tr("Label"), f"{prefix}-label")
            summary = parts.Html(elem_id=f"{prefix}-summary")
            with gr.Accordion(tr("Rename the classes"), open=False, elem_classes="more"):
                names = gr.Textbox(
                    label=tr("Names of the classes, one a line"), lines=2, max_lines=8, elem_id=f"{prefix}-names"
                )
            use = gr.Button(tr("Use this data"), elem_id=f"{prefix}-use", visible=has_use)
    return Own(group, chosen, file, typed, look, message, confirm, text, label, summary, names, use, has_use)


def _column_choice(title: str, elem_id: str) -> gr.Dropdown:
    """A choice that any value passes, and its handler checks: a server that was restarted has forgotten the choices."""
    choice = gr.Dropdown([], label=title, interactive=True, filterable=False, elem_id=elem_id)
    choice.preprocess = lambda value: value
    return choice
