"""The events of the adapter's side: when this happens, then that is asked. What is answered is in `handlers`."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ssti.ui.detect import form as of_rows
from ssti.ui.detect import view
from ssti.ui.detect.adapter.form import Form
from ssti.ui.detect.adapter.handlers import Handlers
from ssti.ui.kit.job import AT_ONCE
from ssti.ui.kit.own.form import SECONDS
from ssti.ui.kit.parts import QUIET
from ssti.ui.kit.shared import Shared, listen
from ssti.ui.kit.stoppable import stoppable

DOWNLOAD = "() => window.ssti.download('adapter-file')"
SCAN = view.press("#adapter-scan")


def wire(shared: Shared, form: Form, page: of_rows.Form, do: Handlers) -> None:
    """The events between the components of both sides."""
    listen(shared, [shared.adapter.change, page.opened.select], do.listed, shared.adapter, [form.adapter, form.rows])
    form.adapter.input(lambda ref: ref or "", form.adapter, shared.adapter, **QUIET)
    form.upload.upload(
        do.bring, form.upload, [form.message, form.upload, form.source, shared.adapter], concurrency_id="bring", **SECONDS
    )
    stoppable(
        shared, form.scan, form.stop, form.going, do.scan, form.asked(shared), [form.source.input, form.adapter.input],
        "scan-adapter", more=form.shown[1:], at_once=AT_ONCE,
    )  # fmt: skip
    stoppable(
        shared, form.repair, form.cancel, form.going, do.repair, [form.state, form.how], [form.how.input], "scan-adapter",
        more=form.shown[1:], at_once=AT_ONCE,
    )  # fmt: skip
    for button in (form.scan, form.repair):
        button.click(None, None, None, js=view.INTO_VIEW, api_visibility="private")
    chosen = [
        form.result.select(do.sample, None, form.source, **QUIET),
        page.both.click(do.both, page.run, [page.what, form.source, form.rows, shared.adapter], **QUIET),
    ]
    for one in chosen:
        one.success(None, None, None, js=SCAN, api_visibility="private")

    def pressed(state: Any, event: gr.EventData) -> Any:
        yield from do.press(state, event)

    rows = [page.what, page.which, *page.groups.values(), page.both, *page.shown]
    form.result.click(pressed, form.state, [*form.shown, form.source, shared.adapter, *rows], **SECONDS)
    form.undo.click(do.undo, form.state, form.shown, **SECONDS)
    saved = form.download.click(do.save, form.state, [form.file, form.saved], **SECONDS)
    saved.success(None, None, None, js=DOWNLOAD, api_visibility="private")
