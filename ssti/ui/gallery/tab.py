"""The Gallery tab: adapters that were poisoned on purpose, to try, to look into, to take along; and one's own to bring.

Here are its events: when this happens, then that is asked. What is answered is in `handlers`.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from ssti.platform.language import tr
from ssti.ui.gallery.form import layout
from ssti.ui.gallery.handlers import Handlers
from ssti.ui.kit.parts import EACH, QUIET
from ssti.ui.kit.shared import Shared

ORDER = 15
TITLE = tr("Gallery")

SECONDS: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "concurrency_limit": 2}
DOWNLOAD = "() => window.ssti.download('gallery-file')"


def build(shared: Shared) -> None:
    """The components, and the events between them."""
    form = layout(shared)
    do = Handlers(form)
    shared.keep(form.kept())
    cards = [form.wall, form.taken, *form.filters.values(), form.mystery, form.riddle, form.kind, form.target]
    gr.on([form.opened.select, *(choice.change for choice in form.view)], do.show, form.view, cards, **QUIET)
    form.check.click(do.judge, [form.kind, form.target], form.judged, **QUIET)

    def pressed(kind: Any, data: Any, rank: Any, order: Any, event: gr.EventData) -> Any:
        return do.press(kind, data, rank, order, event=event)

    form.wall.click(pressed, form.view, [*cards, form.took, form.brought], **EACH)

    written = form.zip.click(do.write_zip, form.taken, [form.file, form.took], **SECONDS)
    written.success(None, None, None, js=DOWNLOAD, api_visibility="private")
    form.push.click(
        do.push, [form.taken, form.repo, form.token, form.public], [form.took, form.token, form.push],
        concurrency_id="hub", **SECONDS,
    )  # fmt: skip
    form.upload.upload(
        do.bring, [form.upload, *form.view], [form.brought, form.upload, *cards], concurrency_id="bring", **SECONDS
    )
    form.pull.click(
        do.pull, [form.pulled, form.pull_token, *form.view], [form.brought, form.pull_token, form.pull, *cards],
        concurrency_id="hub", **SECONDS,
    )  # fmt: skip
