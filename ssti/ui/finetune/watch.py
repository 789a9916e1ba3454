"""The right side of the Finetune tab as handlers: looks at the chosen run, and what its buttons do."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from ssti.backends.control import twin_of
from ssti.platform.errors import SSTIError
from ssti.platform.hub import acting_for
from ssti.platform.language import tr
from ssti.runs.run import Run
from ssti.ui.access.visitor import find_run, read_url
from ssti.ui.finetune.components import EVERY, SELDOM, Components
from ssti.ui.finetune.memory import ListClick, RunId, Shown, TableView
from ssti.ui.finetune.run import Look, act, look, remove, remove_both, resume, stop
from ssti.ui.finetune.table import MORE, sort
from ssti.ui.kit import parts
from ssti.ui.kit.browser import as_json, sent
from ssti.ui.kit.charts import RUN_TONES

Changes = dict[Any, Any]
"""What a handler changes, by component. `gr.skip()` changes nothing."""


@dataclass(frozen=True)
class RunHandlers:
    """The ids come as the page names them; `shown` is what it shows already."""

    ui: Components

    def open(self, request: gr.Request) -> Changes:
        """The run that the page's address names, when it loads."""
        run_id = read_url(request.query_params, self.ui.shared.tab_names)[1]
        return self._changes(look(run_id, fresh=True), run_id, Shown())

    def tick(self, run_id: str, compared: Any, table: Any, shown: Any) -> Changes:
        """The chosen run a second later."""
        shown = Shown.read(shown)
        return self._changes(look(run_id, _ids(compared), TableView.read(table), shown), run_id, shown) or gr.skip()

    def show(self, run_id: str, compared: Any, table: Any, shown: Any) -> Changes:
        """The chosen run, after something was chosen or done."""
        shown = Shown.read(shown)
        after = look(run_id, _ids(compared), TableView.read(table), shown, fresh=True)
        return self._changes(after, run_id, shown) or gr.skip()

    def choose(self, compared: Any, table: Any, event: gr.EventData) -> Changes:
        """A click in a list of runs: on a name, a "compare", a head, or what stands under the rows."""
        click = sent(ListClick, event)
        if click is None:
            return gr.skip()
        if click.clear:
            return {self.ui.compared: []}
        if click.sort or click.more:
            table = TableView.read(table)
            table = sort(table, click.sort) if click.sort else replace(table, rows=table.rows + MORE)
            return {self.ui.table_view: as_json(table)}
        if not click.compare:
            return {self.ui.shared.run_id: click.run}
        ids = _ids(compared)
        ids = [one for one in ids if one != click.run] if click.run in ids else [*ids, click.run]
        return {self.ui.compared: ids[-len(RUN_TONES) :]}

    def stop(self, run_id: str, compared: Any, table: Any, shown: Any) -> Changes:
        """Ask the chosen run to end; it keeps its adapter."""
        return self._do(stop, run_id, compared, table, shown)

    def resume(
        self, token: gr.OAuthToken | None, run_id: str, compared: Any, table: Any, shown: Any
    ) -> Changes:
        """Let the chosen run go on."""
        with acting_for(token.token if token else None):
            return self._do(resume, run_id, compared, table, shown)

    def _do(self, action: Callable[[Run], None], run_id: str, compared: Any, table: Any, shown: Any) -> Changes:
        problem, shown = act(action, run_id), Shown.read(shown)
        after = look(run_id, _ids(compared), TableView.read(table), shown, fresh=True)
        return {**self._changes(after, run_id, shown), self.ui.notice: problem or after.notice}

    def ask(self, run_id: str) -> Changes:
        """The question before a run is removed, and about its control."""
        try:
            twin = twin_of(find_run(run_id))
        except SSTIError as problem:
            return {self.ui.notice: parts.problem(problem)}
        question = parts.html('<p>Remove <b translate="no">{}</b> for good, with its adapter and its log?</p>', run_id)
        if twin:
            question += parts.html(
                '<p class="quiet">Its control, <span translate="no">{}</span>, would be left without its run.</p>',
                twin.id,
            )
        return {
            self.ui.confirm: gr.update(visible=True),
            self.ui.question: question,
            self.ui.confirm_both: gr.update(visible=twin is not None),
            self.ui.confirm_yes: gr.update(value=tr("Only this run") if twin else tr("Remove for good")),
        }

    def keep(self) -> Changes:
        """The question put away."""
        return {self.ui.confirm: gr.update(visible=False)}

    def remove(self, run_id: str, adapter: str) -> Changes:
        """Remove the chosen run, and choose none; nor its adapter. Its control stays."""
        return self._remove(remove, run_id, adapter)

    def remove_both(self, run_id: str, adapter: str) -> Changes:
        """The same with its control."""
        return self._remove(remove_both, run_id, adapter)

    def _remove(self, action: Callable[[Run], None], run_id: str, adapter: str) -> Changes:
        if problem := act(action, run_id):
            return {self.ui.notice: problem, **self.keep()}
        forgotten = {self.ui.shared.adapter: ""} if adapter in (f"run/{run_id}", f"run/{run_id}-control") else {}
        return {self.ui.shared.run_id: "", self.ui.notice: None, **forgotten, **self.keep()}

    def _changes(self, now: Look, run_id: str, shown: Shown) -> Changes:
        """What differs from what the page shows."""
        ui = self.ui
        buttons = {
            ui.buttons[name]: gr.update(visible=name in now.buttons, value=now.buttons.get(name, name))
            for name in ui.buttons
        }
        pieces: dict[str, Changes] = {
            "run": {ui.confirm: gr.update(visible=False)},
            "notice": {ui.notice: now.notice},
            "head": {ui.head: now.head},
            "bar": {ui.bar: now.bar},
            "take": {ui.taking: gr.update(visible=now.take is not None), ui.take: now.take, ui.packed: None},
            "with adapter": {ui.with_adapter: gr.update(visible=now.has_adapter)},
            "group": {ui.group: now.group},
            "outcome": {ui.outcome: now.outcome},
            "charts": {ui.charts: now.charts},
            "runs": {ui.runs: now.runs},
            "table": {ui.table_card: gr.update(visible=now.table is not None), ui.table: now.table},
            "pill": {ui.shared.run_pill: now.pill},
            "buttons": {ui.card: gr.update(visible=bool(now.state)), **buttons},
            "timer": {ui.timer: gr.update(active=True, value=EVERY if now.going else SELDOM)},
        }
        checksums = {name: zlib.crc32(f"{run_id} {list(one.values())}".encode()) for name, one in pieces.items()}
        changed = [pieces[name] for name in pieces if checksums[name] != shown.checksums.get(name)]
        changes = {component: value for piece in changed for component, value in piece.items()}
        new = Shown(run=run_id, state=now.state, checksums=checksums)
        if new != shown:
            changes[ui.shown] = as_json(new)
        if now.finished:
            changes[ui.shared.adapter] = now.finished
        return changes


def _ids(value: Any) -> list[str]:
    """The runs to compare, as the browser names them."""
    return sent(list[RunId], value) or []
