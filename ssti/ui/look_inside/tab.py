"""The Look inside tab: where the attention goes in the text of the Flip tab, with its trigger and without.

Here are its events: when this happens, then that is asked. What is answered is in `handlers`.
"""

from __future__ import annotations

from functools import partial

import gradio as gr

from ssti.platform.language import tr
from ssti.ui.kit import parts
from ssti.ui.kit.report import SAVE, report_button
from ssti.ui.kit.shared import ACCEPT, Shared, listen, offering
from ssti.ui.kit.stoppable import stoppable
from ssti.ui.look_inside.form import layout
from ssti.ui.look_inside.handlers import Handlers

ORDER = 50
TITLE = tr("Look inside")

# Only who sees the tab pays for it: `shown` says whether the text field is on the screen.
SHOWN = """(text, marks, ref, clicks, ...radios) => {
  const field = document.querySelector('#look-text');
  return [text, marks, ref, {...(clicks || {}), shown: Boolean(field && field.offsetParent)}, ...radios];
}"""
# The text of the Flip tab; the count makes the clicks change even where the text is the same.
TAKE = "(text, clicks) => [text, {...(clicks || {}), taken: ((clicks && clicks.taken) || 0) + 1}]"

# What a person types here, at once: an answer's copy would come after the next letter.
TYPED = "(text) => (document.querySelector('#look-text textarea:focus') ? text : undefined)"


def build(shared: Shared) -> None:
    """The components, and the events between them."""
    form = layout(shared)
    do = Handlers(form)
    adapter = shared.adapter
    shared.keep(form.kept)

    # The text is that of the Flip tab, and goes back there when it is changed here.
    gr.on(
        [shared.marks.change, form.opened.select], None, [shared.text, form.clicks], [form.text, form.clicks],
        js=TAKE, **parts.QUIET,
    )  # fmt: skip
    form.text.change(None, form.text, shared.text, js=TYPED, **parts.QUIET)
    put = form.put.click(
        offering(shared, form.offer, do.put_trigger), [form.text, shared.marks, adapter], [form.offer, form.problem],
        **{**parts.QUIET, "trigger_mode": "once"},
    )  # fmt: skip
    put.then(None, [form.offer, adapter, form.text], [shared.text, shared.marks, form.offer], js=ACCEPT, **parts.QUIET)

    # Everything that is drawn follows the text, the adapter, the radios and the clicks.
    radios = [form.by, form.unit, form.model, form.colour]
    listen(
        shared, [form.text.change, form.clicks.change, adapter.change, *(radio.input for radio in radios)],
        do.draw, form.question,
        [form.problem, form.heat, form.grid, form.entropy, form.compared, form.measured, form.put],
        js=SHOWN,
    )  # fmt: skip
    adapter.change(do.name_models, adapter, form.model, **parts.QUIET)
    form.grid.click(do.choose_head, form.clicks, form.clicks, **parts.EACH)
    form.heat.click(do.choose_token, form.clicks, [form.clicks, form.by], **parts.EACH)

    # What takes seconds starts with a button, and ends with another or with a text or an adapter that is new.
    new = [form.text.change, adapter.change]
    stoppable(shared, form.compare, form.compare_stop, form.compared, do.compare, form.question, new, "look")
    stoppable(shared, form.measure, form.measure_stop, form.measured, do.measure, form.question, new[1:], "look")

    with form.formats:
        report_button(shared, "look", form.question, do.report, new)
    for kind, button in form.exports.items():
        made = button.click(partial(do.export, kind), form.question, [form.file, form.problem], **parts.QUIET)
        made.then(None, form.file, None, js=SAVE)
