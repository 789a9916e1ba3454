"""The Finetune tab: choose how to train, start, watch the shortcut being learned, leave and come back.

Handlers turn the form into a recipe, ask the backend, and read run folders. None of them waits for a run.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from ssti.platform.language import tr
from ssti.ui.access.visitor import read_url
from ssti.ui.finetune.components import Components, draw
from ssti.ui.finetune.edit import FormHandlers
from ssti.ui.finetune.machine import MACHINE
from ssti.ui.finetune.run import accompany
from ssti.ui.finetune.take import TakeHandlers
from ssti.ui.finetune.watch import RunHandlers
from ssti.ui.kit.parts import AT_LOAD, EACH, QUIET
from ssti.ui.kit.shared import Shared, listen

ORDER = 30
TITLE = tr("Finetune")
NAME = "finetune"  # of the tab
ACCOMPANY = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": None}
"""An event of its own, which may last as long as a run: it must hold up neither a start nor a look."""


def warm() -> None:
    """Find out where this machine computes. Imports torch."""
    MACHINE.learn()


def build(shared: Shared) -> None:
    """Form and runs at the left, the chosen run at the right."""
    ui = draw(shared)
    _wire_form(ui)
    _wire_machine(ui)
    _wire_run(ui)


def _wire_form(ui: Components) -> None:
    form, shared = FormHandlers(ui), ui.shared
    everything = [*ui.recipe, *ui.about, ui.message]
    for name, field in ui.fields.items():
        if name == "preset":
            field.input(form.choose_preset, [field, shared.recipe, ui.memory], everything, **QUIET)
        else:
            # Text that is pasted whole is no `input` to Gradio's one-line box: leaving the box is.
            events = [field.input, field.blur] if name == "learning_rate" else [field.input]
            changed = [shared.recipe, ui.memory, ui.fields["preset"], ui.fields["rank_own"], *ui.about, ui.message]
            gr.on(events, form.edit, ui.recipe, changed, **QUIET)
    listen(shared, [shared.recipe.change], form.arrive, [shared.recipe, ui.memory], everything)
    ui.back.click(lambda: {shared.tabs: gr.Tabs(selected="poison")}, None, [shared.tabs], **QUIET)
    more = [ui.with_control, ui.seeds, shared.recipe, ui.memory]
    gr.on([ui.with_control.input, ui.seeds.input], form.more, more, [ui.memory, ui.time, ui.message], **QUIET)
    ui.buttons["clone"].click(form.clone, [shared.run_id, ui.memory], everything, **QUIET)
    started = ui.start.click(
        form.start, [ui.place, ui.with_control, ui.seeds, *ui.recipe], [shared.run_id, ui.message],
        show_progress="hidden", api_visibility="private", concurrency_id="start", concurrency_limit=1,
    )  # fmt: skip
    started.success(accompany, [shared.run_id], None, **ACCOMPANY)


def _wire_machine(ui: Components) -> None:
    form, shared = FormHandlers(ui), ui.shared
    settled = [ui.device, ui.time, ui.place, ui.elsewhere, ui.fields["model"], ui.other_models, ui.settling]
    shown = [shared.tab_items[NAME].select, ui.fields["model"].input]

    def opened(request: gr.Request) -> dict[Any, Any]:
        here = read_url(request.query_params, shared.tab_names)[0] == NAME
        return {**form.open(), **({ui.settling: gr.update(active=True)} if here else {})}

    shared.blocks.load(opened, None, [*ui.about, ui.device, ui.settling], **AT_LOAD)
    gr.on(shown, lambda: {ui.settling: gr.update(active=True)}, None, [ui.settling], **AT_LOAD)
    ui.settling.tick(form.settle, [shared.recipe, ui.memory, ui.place], settled, **QUIET)


def _wire_run(ui: Components) -> None:
    run, shared = RunHandlers(ui), ui.shared
    chosen = [shared.run_id, ui.compared, ui.table_view, ui.shown]
    shown = [
        ui.notice, ui.card, ui.head, ui.bar, ui.taking, ui.take, ui.with_adapter, ui.packed, ui.group, ui.outcome,
        ui.charts, ui.runs, ui.table_card, ui.table, shared.run_pill, shared.adapter, ui.shown, ui.timer, ui.confirm, *ui.buttons.values(),
    ]  # fmt: skip
    shared.blocks.load(run.open, None, shown, **AT_LOAD)
    gr.on([shared.run_id.change, ui.compared.change, ui.table_view.change], run.show, chosen, shown, **QUIET)
    ui.timer.tick(run.tick, chosen, shown, **QUIET)
    for listed in (ui.runs, ui.group, ui.table):
        clicked = [shared.run_id, ui.compared, ui.table_view]
        listed.select(run.choose, [ui.compared, ui.table_view], clicked, **EACH)
    ui.buttons["stop"].click(run.stop, chosen, shown, **QUIET)
    resumed = ui.buttons["resume"].click(run.resume, chosen, shown, **QUIET)
    resumed.success(accompany, [shared.run_id], None, **ACCOMPANY)
    asked = [ui.confirm, ui.question, ui.confirm_both, ui.confirm_yes, ui.notice]
    ui.buttons["remove"].click(run.ask, [shared.run_id], asked, **QUIET)
    ui.confirm_no.click(run.keep, None, [ui.confirm], **QUIET)
    for button, do in ((ui.confirm_yes, run.remove), (ui.confirm_both, run.remove_both)):
        gone = [shared.run_id, shared.adapter, ui.notice, ui.confirm]
        button.click(do, [shared.run_id, shared.adapter], gone, **QUIET)
    taking = TakeHandlers(ui)
    packed = ui.zip.click(
        taking.zip, [shared.run_id], [ui.file, ui.packed], show_progress="hidden", api_visibility="private"
    )
    packed.success(None, None, None, js="() => window.ssti.download('run-file')", api_visibility="private")
