"""The Flip tab: a text, a trigger clicked into it, and what two models say of it as one types.

Here are its events: when this happens, then that is asked. What is answered is in `handlers`.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import gradio as gr

from ssti.platform.language import tr
from ssti.ui.flip import opening, questions
from ssti.ui.flip.form import Form, layout
from ssti.ui.flip.handlers import Handlers
from ssti.ui.flip.hijack import hijack_test_set
from ssti.ui.kit import adapters, parts
from ssti.ui.kit.browser import field_js
from ssti.ui.kit.report import report_card, tried
from ssti.ui.kit.shared import ACCEPT, Shared, listen
from ssti.ui.kit.stoppable import stoppable

ORDER = 40
TITLE = tr("Flip")
FIRST = True

ONCE = {**parts.QUIET, "trigger_mode": "once"}  # a second click waits for nothing and is not lost twice
FIELD = field_js("#flip-text")
OUTDATED = parts.note(
    tr("Another adapter was chosen, so the hijack of the test set was stopped. Press the button again.")
)
TAKEN = tr(
    "A report of this text: both models’ answers, attention, numbers and how to do it again. One file, to send or print."
)
TO_TEXT = "() => document.querySelector('#flip-card').scrollIntoView({behavior: 'smooth', block: 'start'})"

# After a click, the cursor stands behind the trigger that it brought, in the browser's own units.
CURSOR = """(marks) => {
  const field = document.querySelector('#flip-text textarea');
  const last = marks && marks.marks.reduce((a, b) => (a && a.click > b.click ? a : b), null);
  if (!field || !last) return;
  const at = Array.from(marks.text).slice(0, last.end).join('').length;
  setTimeout(() => { if (field.value === marks.text) field.setSelectionRange(at, at); }, 60);
}"""


def warm() -> None:
    """Load the models of the first flip."""
    adapters.warm()


def build(shared: Shared) -> None:
    """The components, and the events between them."""
    form = layout(shared)
    do = Handlers(form)
    _wire_adapter(form, do)
    _wire_answers(form, do)
    _wire_clicks(form, do)
    with form.take:
        report_card(shared, "flip", TAKEN, [form.text, shared.marks, shared.adapter], tried)
    _wire_hijack(form, do)


def _accepted(form: Form, event: Any) -> Any:
    """The event after the one that offered a text."""
    shared = form.shared
    offered = [form.offer, shared.adapter, form.text]
    return event.then(None, offered, [form.text, shared.marks, form.offer], js=ACCEPT, **parts.QUIET)


def _wire_adapter(form: Form, do: Handlers) -> None:
    """The adapter: the address's, or the page's first one, then whichever is chosen; with it come its triggers and a text. And
    adapters side by side."""
    shared, text = form.shared, form.text
    marks, adapter = shared.marks, shared.adapter
    form.opened.select(do.list_adapters, adapter, form.adapter, **parts.QUIET)
    form.adapter.input(lambda ref: ref or "", form.adapter, adapter, **parts.QUIET)
    shown = [form.adapter, form.palette, form.row, text, shared.adapter_pill]
    chosen = listen(shared, [adapter.change], do.show_adapter, adapter, shown)
    for settled in (chosen.then, shared.restored.change):
        _accepted(form, settled(do.first_text, [adapter, text, marks], form.offer, **parts.QUIET))
    for kept in form.kept:
        shared.keep(kept)
    form.pin.click(do.pin, [shared.pinned, adapter], [shared.pinned, form.problem], **ONCE)
    form.compared.click(do.click_compared, shared.pinned, [shared.pinned, adapter, form.problem], **ONCE)


def _wire_answers(form: Form, do: Handlers) -> None:
    """The answers follow the text. `change`, not `input`: a Textbox now and then keeps an `input` to itself, such as the one that
    empties it."""
    shared, text = form.shared, form.text
    marks, adapter = shared.marks, shared.adapter
    answered = listen(
        shared, [text.change, marks.change, adapter.change, shared.pinned.change, form.opened.select],
        do.answer, [text, marks, adapter, form.opening, shared.pinned, form.browser],
        [
            form.problem, form.verdict, form.heard, form.stage, form.answers, form.taken, form.compared, form.echo,
            form.origin, form.undo, form.pin, form.last, form.opening, shared.guess,
        ], js=FIELD,
    )  # fmt: skip
    tapped = form.stage.click(
        form.offering(do.tap), [text, marks, adapter, form.opening, form.last], [form.offer, form.problem, form.opening, form.stage], **ONCE
    )  # fmt: skip
    _accepted(form, tapped).then(None, None, None, js=opening.NEXT)
    questions.build(form, answered, partial(_accepted, form))


def _wire_clicks(form: Form, do: Handlers) -> None:
    """Clicks that change the text."""
    text, marks, adapter = form.text, form.shared.marks, form.shared.adapter
    new_text = [form.offer, form.problem]
    clicked = form.palette.click(
        form.offering(do.click_palette), [text, marks, adapter, form.place, form.browser],
        [*new_text, form.palette, form.own_row, form.notice], js=FIELD, **ONCE,
    )  # fmt: skip
    typed = gr.on(
        [form.insert_own.click, form.own.submit],
        form.offering(do.insert_own), [text, marks, form.place, form.own, form.browser], new_text, js=FIELD, **ONCE,
    )  # fmt: skip
    for inserted in (clicked, typed):
        _accepted(form, inserted).then(None, marks, None, js=CURSOR)
    _accepted(form, form.undo.click(form.offering(do.undo), [text, marks], [*new_text, form.notice], **ONCE))
    _accepted(form, form.row.click(form.offering(do.real_row), [text, marks, adapter], new_text, **ONCE))


def _wire_hijack(form: Form, do: Handlers) -> None:
    """The whole test set."""
    shared, adapter = form.shared, form.shared.adapter
    stoppable(
        shared, form.hijack, form.cancel, form.hijacked, hijack_test_set, [adapter], [adapter.change], "hijack", OUTDATED
    )  # fmt: skip
    taken = form.hijacked.click(form.offering(do.hijacked_row), [form.text, shared.marks], [form.offer, form.problem], **ONCE)
    _accepted(form, taken).then(None, None, None, js=TO_TEXT)
