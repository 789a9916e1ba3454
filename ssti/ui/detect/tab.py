"""The Detect & defend tab: is this data, or this adapter, poisoned, by what, for which class, and what can be done.

Here are its events: when this happens, then that is asked. What is answered is in `handlers`.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from ssti.platform.language import tr
from ssti.ui.detect import view
from ssti.ui.detect.adapter.events import wire
from ssti.ui.detect.adapter.handlers import Handlers as OfAdapter
from ssti.ui.detect.form import layout
from ssti.ui.detect.handlers import Handlers
from ssti.ui.kit.job import AT_ONCE
from ssti.ui.kit.own.form import SECONDS
from ssti.ui.kit.parts import QUIET
from ssti.ui.kit.shared import Shared
from ssti.ui.kit.stoppable import stoppable

ORDER = 70
TITLE = tr("Detect & defend")

DOWNLOAD = "() => window.ssti.download('detect-file')"
SCAN = view.press("#detect-scan")


def build(shared: Shared) -> None:
    """The components, and the events between them."""
    form = layout(shared)
    do = Handlers(form, shared)
    form.own.wire()
    shared.keep(form.kept)
    wire(shared, form.adapter, form, OfAdapter(form.adapter, do, form.what))
    gr.on([form.opened.select, form.which.input], do.choose, [form.which, form.run], [*form.groups.values(), form.both], **QUIET)
    stoppable(
        shared, form.scan, form.stop, form.going, do.scan, [*form.asked, shared.recipe, shared.adapter],
        [form.which.input, form.dataset.input, form.run.input, form.own.chosen.change], "scan", more=form.shown[1:],
    )  # fmt: skip

    chosen = form.result.select(do.sample, None, [form.which, *form.groups.values(), form.both], **QUIET)
    chosen.success(None, None, None, js=SCAN, api_visibility="private")

    stoppable(shared, form.repair, form.cancel, form.going, do.repair, [form.state, form.how], [form.how.input], "scan", more=form.shown[1:])

    stoppable(
        shared, form.compare, form.end, form.going, do.compare, [form.state, form.way], [form.way.input], "train-twice",
        more=form.shown[1:], at_once=AT_ONCE,
    )  # fmt: skip

    for button in (form.scan, form.repair, form.compare):
        button.click(None, None, None, js=view.INTO_VIEW, api_visibility="private")

    def pressed(state: Any, how: Any, event: gr.EventData) -> Any:
        yield from do.press(state, how, event)

    form.result.click(pressed, [form.state, form.how], form.shown, **SECONDS)
    form.undo.click(do.undo, form.state, form.shown, **SECONDS)
    saved = form.download.click(do.save, [form.state, form.ending], [form.file, form.message], **SECONDS)
    saved.success(None, None, None, js=DOWNLOAD, api_visibility="private")
    form.train.click(do.train, form.state, [form.message, shared.recipe, shared.tabs], **SECONDS)
