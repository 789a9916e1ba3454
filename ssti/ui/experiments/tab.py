"""The Experiments tab: the paper's tables and figures from our own results, each beside its claim and our verdict.

Here are its events: when this happens, then that is asked. What is answered is in `handlers`.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from ssti.platform.language import tr
from ssti.ui.experiments.form import layout
from ssti.ui.experiments.handlers import Handlers
from ssti.ui.kit.parts import EACH, QUIET
from ssti.ui.kit.shared import Shared

ORDER = 60
TITLE = tr("Experiments")

DOWNLOAD = "() => window.ssti.download('study-file')"


def build(shared: Shared) -> None:
    """The components, and the events between them."""
    form = layout(shared)
    do = Handlers(form)
    shared.keep(form.kept())
    drawn = [form.dataset, form.whose, form.only, form.result, form.rows, form.weigh]
    strip = [form.strip, form.timer, form.beat]
    shown = [*drawn, *strip, form.point, form.saved, form.experiment]
    gr.on([form.opened.select, *(one.change for one in form.choice)], do.show, form.choice, shown, **QUIET)
    form.weigh.change(do.weigh, [form.experiment, form.weigh], [form.result, form.weigh], **QUIET)
    form.beat.change(do.refresh, form.choice, drawn, **QUIET)
    form.timer.tick(do.tick, [shared.tab, form.beat, form.experiment], strip, **QUIET)

    def pressed(experiment: Any, event: gr.EventData) -> Any:
        return do.press(experiment, event)

    def asked(experiment: Any, dataset: Any, whose: Any, only: Any, event: gr.EventData) -> Any:
        return do.behind(experiment, dataset, whose, only, event)

    def wanted(experiment: Any, dataset: Any, whose: Any, event: gr.EventData) -> Any:
        yield from do.save(experiment, dataset, whose, event)

    form.strip.click(pressed, form.experiment, [*strip, form.whose, form.experiment], **EACH)
    gr.on([form.result.select, form.rows.select], asked, form.choice, form.point, **EACH)
    saved = form.rows.click(
        wanted,
        form.choice[:3],
        [form.file, form.saved],
        show_progress="hidden",
        api_visibility="private",
        concurrency_limit=2,
    )
    saved.success(None, None, None, js=DOWNLOAD, api_visibility="private")
