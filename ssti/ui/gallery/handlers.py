"""What the Gallery answers: cards, a judged guess, an adapter out and in. Values come in, `{component: value}` goes out."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
from pydantic import BaseModel

from ssti.adapters import imported, pack, publish
from ssti.adapters.listing import AdapterInfo
from ssti.inject import SOURCES
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.ui.access.visitor import admit_adapter, find_adapter, largest_import, own_adapter, starter
from ssti.ui.gallery import cards
from ssti.ui.gallery.exhibits import ALL, View, chosen, damaged, exhibits
from ssti.ui.gallery.form import Form
from ssti.ui.kit import adapters, parts
from ssti.ui.kit.browser import sent
from ssti.ui.kit.triggers import spoken

Updates = dict[Any, Any]


class Pressed(BaseModel, frozen=True):
    """A button of a card. `act`: `take` or `remove`."""

    act: str
    ref: str


class Handlers:
    """The handlers of one page."""

    def __init__(self, form: Form) -> None:
        self.form = form

    def show(self, kind: Any, data: Any, rank: Any, order: Any) -> Updates:
        """The cards, and the choices of the filters as they are now."""
        form, every = self.form, exhibits()
        view = View(*(value if isinstance(value, str) and value else ALL for value in (kind, data, rank)), str(order or ""))
        has = {key: {getattr(one, key): one.words[key] for one in every} for key in form.filters}
        choices = {
            form.filters[key]: gr.update(choices=[(tr(ALL), ALL), *((words, value) for value, words in said.items())])
            for key, said in has.items()
        }
        broken = parts.join(parts.problem(one.problem) for one in damaged())
        riddle = next((one.info for one in every if one.info.about.sealed), None)
        return {
            form.wall: parts.join([cards.wall(chosen(every, view), len(every)), broken]),
            form.taken: gr.update(choices=adapters.choices()),
            **choices,
            **self._riddle(riddle),
        }

    def _riddle(self, info: AdapterInfo | None) -> Updates:
        form = self.form
        if info is None:
            return {form.mystery: gr.update(visible=False)}
        kinds = [(spoken(name), name) for name, kind in SOURCES.items() if kind.on_page]
        return {
            form.mystery: gr.update(visible=True),
            form.riddle: cards.mystery(info),
            form.kind: gr.update(choices=kinds),
            form.target: gr.update(choices=list(info.label_names)),
        }

    def judge(self, kind: Any, target: Any) -> Updates:
        """Whether a guess is right."""
        info = next((one.info for one in exhibits() if one.info.about.sealed), None)
        if info is None:
            return {self.form.judged: parts.problem(tr("There is no sealed adapter here."))}
        if kind not in SOURCES or target not in info.label_names:
            return {self.form.judged: parts.problem(tr("Nothing is guessed yet."), tr("Choose a kind of trigger and a class."))}
        return {self.form.judged: cards.judged(info, kind, target)}

    def press(self, *values: Any, event: gr.EventData) -> Updates:
        """A button of a card: take it along, or remove what one brought."""
        form, pressed = self.form, sent(Pressed, event)
        if pressed is None:
            return {form.took: None}
        try:
            if pressed.act == "take":
                return {form.taken: find_adapter(pressed.ref).ref, form.took: None}
            if pressed.act == "remove":
                imported.remove(own_adapter(pressed.ref))
                return {**self.show(*values), form.brought: parts.busy(tr("It is gone."))}
        except SSTIError as problem:
            return {form.took: parts.problem(problem)}
        return {form.took: None}

    def write_zip(self, ref: Any) -> Iterator[Updates]:
        """The archive. Gradio keeps its own copy of it."""
        form = self.form
        yield {form.took: parts.busy(tr("Packing …")), form.file: None}
        try:
            info = own_adapter(ref or "")
            with tempfile.TemporaryDirectory(prefix="ssti-") as folder:
                path = Path(folder) / f"{pack.slug(info)}.zip"
                pack.export(info, path)
                words = f"{path.name} · {cards.size(path.stat().st_size)}"
                yield {form.file: str(path), form.took: parts.html('<p class="quiet" role="status" translate="no">{}</p>', words)}
        except SSTIError as problem:
            yield {form.file: None, form.took: parts.problem(problem)}

    def push(self, ref: Any, repo: Any, token: Any, public: Any) -> Iterator[Updates]:
        """An adapter to the Hub, with the visitor's own token, which the page forgets."""
        form = self.form
        yield {form.took: parts.busy(tr("Pushing to the Hub …")), form.push: gr.update(interactive=False)}
        try:
            result = cards.pushed(publish.push_adapter(own_adapter(ref or ""), str(repo or ""), _key(token), public is not True))
        except SSTIError as problem:
            result = parts.problem(problem)
        yield {form.took: result, form.token: "", form.push: gr.update(interactive=True)}

    def bring(self, file: Any, *view: Any) -> Iterator[Updates]:
        """An uploaded archive, checked and kept as this visitor's."""
        form = self.form
        if not file:
            yield {form.brought: None}
            return
        yield {form.brought: parts.busy(tr("Checking its files …"))}
        try:
            info = adapters.bring(Path(str(file)))
            yield {form.brought: cards.brought(info), form.upload: None, **self.show(*view)}
        except SSTIError as problem:
            yield {form.brought: parts.problem(problem), form.upload: None}

    def pull(self, repo: Any, token: Any, *view: Any) -> Iterator[Updates]:
        """An adapter from the Hub, checked and kept as this visitor's."""
        form = self.form
        yield {form.brought: parts.busy(tr("Fetching from the Hub …")), form.pull: gr.update(interactive=False)}
        done = {form.pull_token: "", form.pull: gr.update(interactive=True)}
        try:
            info = publish.pull_adapter(
                str(repo or ""), _key(token), starter(), admit=admit_adapter, largest=largest_import()
            )
            yield {form.brought: cards.brought(info), **done, **self.show(*view)}
        except SSTIError as problem:
            yield {form.brought: parts.problem(problem), **done}


def _key(token: Any) -> str | None:
    """The token that was typed. None where there is none: `publish` knows what that means on a shared server."""
    return token.strip() or None if isinstance(token, str) else None


