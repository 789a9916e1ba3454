"""The part of the Poison tab's form for data of one's own: its components, and which change asks what."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import gradio as gr

from ssti.platform.errors import SSTIError
from ssti.ui.kit import parts
from ssti.ui.kit.parts import QUIET, Markup
from ssti.ui.poison import own

ENDINGS = [".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".parquet", ".zip"]
SECONDS: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 2}


@dataclass
class OwnPart:
    """Its components. `chosen` is what was looked at and what was confirmed, as `ssti.ui.poison.own` says."""

    group: Any
    file: Any
    typed: Any
    look: Any
    said: Any
    found: Any
    summary: Any
    text: Any
    label: Any
    names: Any
    use: Any
    chosen: Any

    @property
    def shown(self) -> list[Any]:
        """What a look at a place fills."""
        return [self.said, self.found, self.summary, self.text, self.label, self.names, self.use, self.chosen]


def draw_own() -> OwnPart:
    """The components, inside the column that is open; hidden until data of one's own is chosen."""
    with gr.Column(visible=False, elem_classes="options own-box") as group:
        chosen = gr.JSON({}, visible="hidden")
        parts.Html(parts.note(own.words_for_file()))
        file = gr.File(file_types=ENDINGS, label="A file", show_label=False, height=104, elem_id="own-file")
        with gr.Row(elem_classes="own-id"):
            typed = gr.Textbox(
                label=f"Or {own.words_for_place()}", placeholder="owner/name", lines=1, max_lines=1, elem_id="own-id"
            )
            look = gr.Button("Look", scale=0, min_width=72, elem_id="own-look")
        said = parts.Html(elem_id="own-said")
        with gr.Column(visible=False, elem_classes="own-found") as found:
            with gr.Row(elem_classes="pair"):
                text = any_choice(gr.Dropdown([], label="Text", interactive=True, filterable=False, elem_id="own-text"))
                label = any_choice(
                    gr.Dropdown([], label="Label", interactive=True, filterable=False, elem_id="own-label")
                )
            summary = parts.Html(elem_id="own-summary")
            with gr.Accordion("Call the classes otherwise", open=False, elem_classes="more"):
                names = gr.Textbox(label="Names of the classes, one a line", lines=2, max_lines=8, elem_id="own-names")
            use = gr.Button("Use this data", elem_id="own-use")
    return OwnPart(group, file, typed, look, said, found, summary, text, label, names, use, chosen)


def any_choice(control: Any) -> Any:
    """Leave the check of a choice to its handler: after a restart the server no longer knows what was on offer."""
    control.preprocess = lambda value: value
    return control


def wire_own(part: OwnPart, take: Callable[[str, list[str]], list[Any]], outputs: list[Any], inputs: list[Any]) -> Any:
    """Its events; returns the one of data that is confirmed. `take(name, classes, *inputs)` gives the values of `outputs` for data that was confirmed."""

    def look(reader: Callable[[str], str], given: str) -> Iterator[list[Any]]:
        if given is None:
            return
        yield [
            parts.html('<p class="quiet busy" role="status">{}</p>', "Reading it …"),
            gr.update(visible=False),
            *[gr.skip()] * 6,
        ]
        try:
            yield shown(own.find(reader(given)))
        except SSTIError as error:
            yield [parts.problem(error), gr.update(visible=False), *[gr.skip()] * 5, {}]

    def from_upload(path: str) -> Iterator[list[Any]]:
        yield from look(own.from_upload, path)

    def from_words(words: str) -> Iterator[list[Any]]:
        yield from look(own.from_words, words or "")

    def again(chosen: Any, text: str, label: str) -> Iterator[list[Any]]:
        yield [parts.html('<p class="quiet busy" role="status">{}</p>', "Reading it …"), *[gr.skip()] * 7]
        yield looked_again(chosen, text, label, None)

    def renamed(chosen: Any, text: str, label: str, names: str) -> list[Any]:
        return [gr.skip()] * 8 if names == (chosen or {}).get("names") else looked_again(chosen, text, label, names)

    def use(chosen: Any, text: str, label: str, names: str, *given: Any) -> Iterator[list[Any]]:
        yield [
            parts.html('<p class="quiet busy" role="status">{}</p>', "Loading its rows …"),
            *[gr.skip()] * (7 + len(outputs)),
        ]
        seen = renamed(chosen, text, label, names)
        kept = chosen if seen[-1] == gr.skip() else seen[-1]
        try:
            if isinstance(seen[0], Markup):  # the new names were refused
                yield [*seen, *[gr.skip()] * len(outputs)]
                return
            name, classes = own.confirmed(kept)
            yield [
                None, *seen[1:6], gr.update(visible=False), {**kept, "used": name},
                *take(name, classes, *given),
            ]  # fmt: skip
        except SSTIError as error:
            yield [parts.problem(error), *seen[1:], *[gr.skip()] * len(outputs)]

    part.file.upload(from_upload, [part.file], part.shown, **SECONDS)
    part.file.clear(lambda: [None, gr.update(visible=False), *[gr.skip()] * 6], None, part.shown, **QUIET)
    gr.on([part.look.click, part.typed.submit], from_words, [part.typed], part.shown, **SECONDS)
    columns = [part.chosen, part.text, part.label]
    gr.on([part.text.input, part.label.input], again, columns, part.shown, trigger_mode="always_last", **SECONDS)
    part.names.blur(renamed, [*columns, part.names], part.shown, **SECONDS)
    return part.use.click(use, [*columns, part.names, *inputs], [*part.shown, *outputs], **SECONDS)


def shown(found: own.Found) -> list[Any]:
    """What was found, as updates of `OwnPart.shown`."""
    return [
        None,
        gr.update(visible=True),
        found.summary,
        gr.update(choices=list(found.texts), value=found.texts[0]),
        gr.update(choices=list(found.labels), value=found.labels[0]),
        gr.update(value=found.names, lines=min(8, max(2, found.names.count("\n") + 1))),
        gr.update(visible=True),
        {**found.chosen, "names": found.names},
    ]


def looked_again(chosen: Any, text: str, label: str, names: str | None) -> list[Any]:
    """The same place with other columns or names; with a problem, what was chosen last stays and cannot be used."""
    try:
        place = (chosen or {}).get("place")
        if not isinstance(place, str):
            raise SSTIError("No data was chosen yet.", "Upload a file first.")
        return shown(own.find(place, text, label, names))
    except SSTIError as error:
        return [parts.problem(error), *[gr.skip()] * 5, gr.update(visible=False), gr.skip()]
