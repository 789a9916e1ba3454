"""What the Flip tab answers to a click or a keystroke: values of its components in, `{component: value}` out.

What the browser sends becomes a typed value first: `Marks`, `TextField`, a click of the palette or of the table.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from ssti.platform.errors import SSTIError
from ssti.serving.predictor import check_text
from ssti.ui.flip import answer, cards, palette, training
from ssti.ui.flip.form import Form
from ssti.ui.flip.hijack import ClickedRow
from ssti.ui.kit import adapters, parts
from ssti.ui.kit.browser import TextField, as_json, sent
from ssti.ui.kit.marks import Marks, Row

Changes = dict[Any, Any]
"""What a handler changes, by component. `gr.skip()` changes nothing."""

OWN = "list"  # the kind of one's own words


@dataclass(frozen=True)
class Handlers:
    """The handlers of a form."""

    form: Form

    def list_adapters(self, ref: str) -> Changes:
        """The list of adapters as it is now."""
        return {self.form.adapter: gr.update(choices=adapters.choices(), value=ref or None)}

    def show_adapter(self, ref: str) -> Changes:
        """The list, the triggers and the pill of the adapter that was chosen."""
        form, changes = self.form, self.list_adapters(ref)
        changes |= {form.shared.adapter_pill: None}
        try:
            info = adapters.find(ref) if ref else None
        except SSTIError:
            info = None  # the answer, which asks for the same adapter, says what is wrong
        if info is None:
            return changes
        others = adapters.others(info)
        return changes | {
            form.palette: palette.buttons(info),
            form.row: f"A real {others[0]} row" if len(others) == 1 else "A real row of another class",
            form.shared.adapter_pill: parts.pill("adapter", info.title),
        }

    def first_text(self, ref: str, text: str, marks: Any) -> Changes:
        """An empty field, or an example that nobody touched, gets a clear row of this adapter's data."""
        old = Marks.read(marks, text)
        untouched = old.row and old.row.example_of and old.text == old.row.text and old.row.example_of != ref
        if not ref or (old.text.strip() and not untouched):
            return gr.skip()
        try:
            row = adapters.clear_row(ref)
        except SSTIError:
            return gr.skip()  # that adapter's data is not here: `real_row` says so to whoever asks for a row
        return self._text(Marks(row.text, row=row))

    def answer(self, text: str, marks: Any, ref: str, last: Any, browser: Any) -> Changes:
        """Everything that follows from the text."""
        form = self.form
        field = sent(TextField, browser)
        if field and not field.shown:  # only who sees the tab pays for it: Look inside writes into this text as well
            return gr.skip()
        if not ref:  # while the page is about to choose the first one, there is nothing to say
            return gr.skip() if adapters.first() else {form.problem: parts.problem(adapters.none_yet())}
        tried = Marks.read(marks, text)
        if not tried.text.strip():
            waiting = parts.empty("The text is empty", "Type a text, or pick a real row.") if marks else None
            nothing = dict.fromkeys((form.answers, form.echo, form.origin))
            return nothing | {form.problem: waiting, form.undo: gr.update(interactive=tried.undoable)}
        try:
            answers = answer.ask(tried, ref)
        except SSTIError as problem:
            return {form.problem: parts.problem(problem)}
        remembered = answer.remember(answers, sent(answer.Remembered, last))
        return {
            form.problem: None,
            form.answers: cards.show(answers, remembered),
            form.echo: cards.echo(tried),
            form.origin: cards.origin(tried, answers.info),
            form.undo: gr.update(interactive=tried.undoable),
            form.last: as_json(remembered),
        }

    def click_palette(self, text: str, marks: Any, ref: str, place: str, browser: Any, event: gr.EventData) -> Changes:
        """A click on a trigger puts it into the text, and says what is known of it where it was drawn just now."""
        form = self.form
        click = sent(palette.Click, event)
        try:
            if click is None:
                raise SSTIError("That is not one of the buttons.", "Click one of them.")
            if click.act == "own":
                return {form.own_row: gr.update(visible=True)}
            info = adapters.find(ref)
            if click.act == "draw":
                return {form.palette: palette.buttons(info)}
            old = _checked(Marks.read(marks, text))
            if click.act in ("modify", "unseen"):
                specs = adapters.triggers(info)
                if not 0 <= click.trigger < len(specs):
                    raise SSTIError("That trigger is not in this adapter's recipe.", "Click it again.")
                spec = specs[click.trigger]
            if click.act == "modify":
                return self._text(_checked(old.insert_by(spec, place, secrets.randbits(32)))) | {form.notice: None}
            item, notice = click.item, None
            if click.act != "item":
                item = training.unseen(info, spec) if click.act == "unseen" else palette.draw_kind(click.kind)
                notice = parts.note(training.whether_trained(info, item, click.kind))
            new = _checked(old.insert(item, click.kind, place, _cursor(browser)))
            return self._text(new) | {form.notice: notice}
        except SSTIError as problem:
            return {form.problem: parts.problem(problem)}

    def insert_own(self, text: str, marks: Any, place: str, own: str, browser: Any) -> Changes:
        """One's own words as a trigger."""
        try:
            if not (own or "").strip():
                raise SSTIError(
                    "There are no words of your own to insert.", "Type a word or a phrase beside the button."
                )
            old = _checked(Marks.read(marks, text))
            return self._text(_checked(old.insert(own.strip(), OWN, place, _cursor(browser))))
        except SSTIError as problem:
            return {self.form.problem: parts.problem(problem)}

    def undo(self, text: str, marks: Any) -> Changes:
        """One step back; where there is none left, it says so."""
        old = Marks.read(marks, text)
        if not old.undoable:
            return {self.form.notice: parts.note("There is nothing left to undo.")}
        return self._text(old.undone()) | {self.form.notice: None}

    def real_row(self, text: str, marks: Any, ref: str) -> Changes:
        """A real row in place of the text."""
        try:
            if not ref:
                raise adapters.none_yet()
            row = adapters.real_row(ref)
            return self._text(Marks.read(marks, text).replaced(row.text, row))
        except SSTIError as problem:
            return {self.form.problem: parts.problem(problem)}

    def hijacked_row(self, text: str, marks: Any, event: gr.EventData) -> Changes:
        """A row of the hijack, with its trigger, in place of the text."""
        row = sent(ClickedRow, event)
        try:
            if row is None:
                raise SSTIError("That row is not one of this table.", "Click a row of the table.")
            new = _checked(Marks.read(marks, text).replaced(row.text, None, row.spans, row.kind))
            return self._text(replace(new, row=Row(new.plain, row.label)))
        except SSTIError as problem:
            return {self.form.problem: parts.problem(problem)}

    def _text(self, marks: Marks) -> Changes:
        """Another text in the field: its answer follows."""
        return {self.form.text: marks.text, self.form.shared.marks: marks.as_json(), self.form.problem: None}


def _checked(marks: Marks) -> Marks:
    """The text, if a model can be asked of it. Raises SSTIError."""
    check_text(marks.text)
    return marks


def _cursor(browser: Any) -> int | None:
    field = sent(TextField, browser)
    return field.cursor if field else None
