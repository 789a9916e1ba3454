"""The right side of the Finetune tab as handlers: looks at the chosen run, and what its buttons do."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from ssti.runs.run import Run
from ssti.ui.access.visitor import read_url
from ssti.ui.finetune import run as runs
from ssti.ui.finetune.components import Components
from ssti.ui.finetune.memory import Sent
from ssti.ui.finetune.run import Look, look
from ssti.ui.kit import parts
from ssti.ui.kit.charts import RUN_TONES

Updates = dict[Component, Any]


@dataclass(frozen=True)
class RunHandlers:
    """The ids come as the page names them; `sent` is what it was sent last."""

    ui: Components

    def open(self, request: gr.Request) -> Updates:
        """The run that the page's address names, when it loads."""
        run_id = read_url(request.query_params, self.ui.shared.tab_names)[1]
        return self._changes(look(run_id, fresh=True), run_id, Sent())

    def tick(self, run_id: str, compared: Any, sent: Any) -> Updates:
        """The chosen run a second later."""
        sent = Sent.of(sent)
        return self._changes(look(run_id, _ids(compared), sent), run_id, sent) or gr.skip()

    def show(self, run_id: str, compared: Any, sent: Any) -> Updates:
        """The chosen run, after something was chosen or done."""
        sent = Sent.of(sent)
        return self._changes(look(run_id, _ids(compared), sent, fresh=True), run_id, sent) or gr.skip()

    def choose(self, compared: Any, event: gr.EventData) -> Updates:
        """A click on the list of runs: on its name, or on its "compare"."""
        run_id = str(event.run)[:80]
        if not event.compare:
            return {self.ui.shared.run_id: run_id}
        ids = _ids(compared)
        ids = [one for one in ids if one != run_id] if run_id in ids else [*ids, run_id]
        return {self.ui.compared: ids[-len(RUN_TONES) :]}

    def stop(self, run_id: str, compared: Any, sent: Any) -> Updates:
        """Ask the chosen run to end; it keeps its adapter."""
        return self._do(runs.stop, run_id, compared, sent)

    def resume(self, run_id: str, compared: Any, sent: Any) -> Updates:
        """Let the chosen run go on."""
        return self._do(runs.resume, run_id, compared, sent)

    def _do(self, action: Callable[[Run], None], run_id: str, compared: Any, sent: Any) -> Updates:
        problem, sent = runs.act(action, run_id), Sent.of(sent)
        after = look(run_id, _ids(compared), sent, fresh=True)
        return {**self._changes(after, run_id, sent), self.ui.notice: problem or after.notice}

    def ask(self, run_id: str) -> Updates:
        """The question before a run is removed."""
        question = parts.html("<p>Remove <b>{}</b> for good, with its adapter and its log?</p>", run_id)
        return {self.ui.confirm: gr.update(visible=True), self.ui.question: question}

    def keep(self) -> Updates:
        """The question put away."""
        return {self.ui.confirm: gr.update(visible=False)}

    def remove(self, run_id: str, adapter: str) -> Updates:
        """Remove the chosen run, and choose none; nor its adapter."""
        if problem := runs.act(runs.remove, run_id):
            return {self.ui.notice: problem, **self.keep()}
        forgotten = {self.ui.shared.adapter: ""} if adapter == f"run/{run_id}" else {}
        return {self.ui.shared.run_id: "", self.ui.notice: None, **forgotten, **self.keep()}

    def _changes(self, now: Look, run_id: str, sent: Sent) -> Updates:
        """What differs from what the page was sent."""
        ui = self.ui
        buttons = {
            ui.buttons[name]: gr.update(visible=name in now.buttons, value=now.buttons.get(name, name))
            for name in ui.buttons
        }
        pieces: dict[str, Updates] = {
            "run": {ui.confirm: gr.update(visible=False)},
            "notice": {ui.notice: now.notice},
            "head": {ui.head: now.head},
            "bar": {ui.bar: now.bar},
            "outcome": {ui.outcome: now.outcome},
            "charts": {ui.charts: now.charts},
            "runs": {ui.runs: now.runs},
            "pill": {ui.shared.run_pill: now.pill},
            "buttons": {ui.card: gr.update(visible=bool(now.state)), **buttons},
            "timer": {ui.timer: gr.update(active=now.going)},
        }
        checksums = {name: zlib.crc32(f"{run_id} {list(one.values())}".encode()) for name, one in pieces.items()}
        changed = [pieces[name] for name in pieces if checksums[name] != sent.checksums.get(name)]
        updates = {component: value for piece in changed for component, value in piece.items()}
        new = Sent(run=run_id, state=now.state, checksums=checksums)
        if new != sent:
            updates[ui.sent] = new.model_dump()
        if now.finished:
            updates[ui.shared.adapter] = now.finished
        return updates


def _ids(value: Any) -> list[str]:
    """The runs to compare, as the browser names them."""
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
