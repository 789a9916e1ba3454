"""What the Flip tab answers to a click or a keystroke: values of its components in, `{component: value}` out.

What the browser sends becomes a typed value first: `Marks`, `TextField`, a click of the palette or of the table.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.serving.predictor import check_text
from ssti.ui.flip import answer, cards, compare, opening, palette, training, verdict
from ssti.ui.flip.form import Form
from ssti.ui.flip.hijack import ClickedRow
from ssti.ui.kit import adapters, parts
from ssti.ui.kit.browser import TextField, as_json, sent
from ssti.ui.kit.marks import Marks, Row
from ssti.ui.kit.triggers import with_article

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
        noun = adapters.noun(info)
        return changes | {
            form.palette: palette.buttons(info),
            form.row: tr("A real {class_name} {text}", class_name=others[0], text=tr(noun))
            if len(others) == 1
            else tr("A real {text} of another class", text=tr(noun)),
            form.text: gr.update(
                label=tr("Type {text}, then click a trigger into it", text=with_article(noun)),
                placeholder=tr("Type {text}, or pick a real one.", text=with_article(noun)),
            ),
            form.shared.adapter_pill: parts.pill(
                tr("adapter"), parts.html('<span translate="no">{}</span>', info.title)
            ),
        }

    def first_text(self, ref: str, text: str, marks: Any) -> Changes:
        """An offer: an empty field, an example that nobody touched, or a row of other data gets a clear row of this
        adapter's data, unless the text or the adapter is another by the time that it comes.

        What somebody typed stays, and so do the triggers in a row of the same data: adapters are compared on it.
        """
        old = Marks.read(marks, text)
        try:
            info = adapters.find(ref) if ref else None
        except SSTIError:
            return gr.skip()  # the answer says what is wrong with it
        if info is None:
            return gr.skip()
        untouched = old.row and old.row.example_of and old.text == old.row.text and old.row.example_of != ref
        foreign = info.recipe_known and old.true_label and old.row.dataset not in ("", info.recipe.dataset.name)
        if old.text.strip() and not untouched and not foreign:
            return gr.skip()
        try:
            row = adapters.clear_row(ref)
        except SSTIError:  # that adapter's data is not here: `real_row` says so to whoever asks for a row
            return self._offer(ref, text, old.replaced("", None)) if foreign else gr.skip()
        return self._offer(ref, text, Marks(row.text, row=row) if untouched or not foreign else old.replaced(row.text, row))

    def answer(self, text: str, marks: Any, ref: str, stands: Any, pinned: Any, browser: Any) -> Changes:
        """Everything that follows from the text."""
        form = self.form
        field = sent(TextField, browser)
        if field and not field.shown:  # only who sees the tab pays for it: Look inside writes into this text as well
            return gr.skip()
        if not ref:  # while the page is about to choose the first one, there is nothing to say
            return gr.skip() if adapters.first() else {form.problem: parts.problem(adapters.none_yet()), form.stage: None}
        tried = Marks.read(marks, text)
        if not tried.text.strip():
            if not marks:
                return gr.skip()  # the first text is on its way
            shown = (form.verdict, form.heard, form.stage, form.answers, form.taken, form.compared, form.echo, form.origin)
            nothing = dict.fromkeys(shown) | self._untold(stands)
            waiting = parts.empty(tr("The text is empty"), tr("Type one, or pick a real one."))
            return nothing | {form.problem: waiting, form.undo: gr.update(interactive=tried.undoable)}
        try:
            answers, row = answer.ask(tried, ref), compare.show(tried, pinned, ref)
        except SSTIError as problem:
            return {form.problem: parts.problem(problem), form.stage: None} | self._untold(stands)
        return self._staged(answers, sent(opening.Opening, stands) or opening.Opening()) | {
            form.problem: None,
            form.answers: cards.show(answers),
            form.taken: compare.taken(answers, pinned),
            form.compared: row,
            form.pin: tr("Unpin") if ref in compare.read(pinned) else form.pin.value,
            form.echo: cards.echo(tried),
            form.origin: cards.origin(tried, answers),
            form.undo: gr.update(interactive=tried.undoable),
            form.last: as_json(answer.remember(answers)),
        }

    def _untold(self, stands: Any) -> Changes:
        """The opening of a stage that was emptied: its story is told anew."""
        return {self.form.opening: as_json(replace(sent(opening.Opening, stands) or opening.Opening(), story=("", "")))}

    def _staged(self, answers: answer.Answers, stands: opening.Opening) -> Changes:
        """What stands largest: the opening's next step, or the verdict, whether the guess was right, and the ways on."""
        form, tried, info = self.form, answers.marks, answers.info
        if not opening.example(tried, info.ref):
            stands = stands.left()
        if not stands.over and info.poisoned:
            asked = stands.asked if stands.asked and stands.asked.plain == tried.text else None
            story = (info.ref, tried.text)
            if not asked and stands.story == story:  # a late answer that comes twice takes no question away
                return {form.verdict: None, form.heard: None}
            stage = opening.question(info, asked, answer.remember(answers)) if asked else opening.story(answers)
            stands = replace(stands, story=story, asked=asked)
            return {form.stage: stage, form.opening: as_json(stands), form.verdict: None, form.heard: None}
        changes: Changes = {form.verdict: verdict.show(answers), form.heard: verdict.heard(answers)}
        revealed = stands.about(tried, info.ref)
        guess = stands.guess if revealed else ""
        if guess and not stands.counted:
            stands = replace(stands, counted=True)
            changes[form.shared.guess] = opening.guessed(answers, guess)
        words = opening.result(answers, guess) if revealed else ""
        ways = opening.ways(info, tried, form.shared.has) if answers.poisoned.flipped else ""
        return changes | {form.stage: parts.html("{}{}", words, ways), form.opening: as_json(stands)}

    def tap(self, text: str, marks: Any, ref: str, stands: Any, last: Any, event: gr.EventData) -> Changes:
        """A tap of the opening: on the trigger, which asks for a guess, or on a guess, which reveals the answer."""
        form, tapped = self.form, sent(opening.Tap, event)
        old, now = Marks.read(marks, text), sent(opening.Opening, stands) or opening.Opening()
        try:
            info = adapters.find(ref)
            if problem := opening.refused(tapped, info.label_names):
                raise problem
            asked = now.asked if now.asked and now.asked.plain == old.text else opening.with_trigger(info, _checked(old))
            if tapped.tap == "show":
                question = opening.question(info, asked, sent(answer.Remembered, last))
                return {form.opening: as_json(replace(now, asked=asked)), form.stage: question}
            guess = tapped.label if tapped.tap == "guess" else ""
            revealed = replace(now, ref=ref, asked=asked, guess=guess, over=True)
            return self._text(asked) | {form.opening: as_json(revealed), form.stage: None}
        except SSTIError as problem:
            return {form.problem: parts.problem(problem)}

    def click_palette(self, text: str, marks: Any, ref: str, place: str, browser: Any, event: gr.EventData) -> Changes:
        """A click on a trigger puts it into the text, and says what is known of it where it was drawn just now."""
        form = self.form
        click = sent(palette.Click, event)
        try:
            if click is None:
                raise SSTIError(tr("That is not one of the buttons."), tr("Click one of them."))
            if click.act == "own":
                return {form.own_row: gr.update(visible=True)}
            info = adapters.find(ref)
            if click.act == "draw":
                return {form.palette: palette.buttons(info)}
            old = _checked(Marks.read(marks, text))
            if click.act in ("modify", "unseen"):
                specs = adapters.triggers(info)
                if not 0 <= click.trigger < len(specs):
                    raise SSTIError(tr("That trigger is not in this adapter's recipe."), tr("Click it again."))
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

    def pin(self, pinned: Any, ref: str) -> Changes:
        """The chosen adapter stays in sight when another is chosen, or no longer does."""
        shared = self.form.shared
        try:
            if ref in compare.read(pinned):
                return {shared.pinned: compare.unpin(pinned, ref)}
            return {shared.pinned: compare.pin(pinned, ref), self.form.problem: None}
        except SSTIError as problem:
            return {self.form.problem: parts.problem(problem)}

    def click_compared(self, pinned: Any, event: gr.EventData) -> Changes:
        """A button on a card of the row."""
        click = sent(compare.Click, event)
        if click is None:
            return {self.form.problem: parts.problem(tr("That is not one of the buttons."), tr("Click one of them."))}
        if click.act == "unpin":
            return {self.form.shared.pinned: compare.unpin(pinned, click.ref)}
        return {self.form.shared.adapter: click.ref}

    def insert_own(self, text: str, marks: Any, place: str, own: str, browser: Any) -> Changes:
        """One's own words as a trigger."""
        try:
            if not (own or "").strip():
                raise SSTIError(
                    tr("There are no words of your own to insert."), tr("Type a word or a phrase beside the button.")
                )
            old = _checked(Marks.read(marks, text))
            return self._text(_checked(old.insert(own.strip(), OWN, place, _cursor(browser))))
        except SSTIError as problem:
            return {self.form.problem: parts.problem(problem)}

    def undo(self, text: str, marks: Any) -> Changes:
        """One step back; where there is none left, it says so."""
        old = Marks.read(marks, text)
        if not old.undoable:
            return {self.form.notice: parts.note(tr("There is nothing left to undo."))}
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
                raise SSTIError(tr("That row is not one of this table."), tr("Click a row of the table."))
            new = _checked(Marks.read(marks, text).replaced(row.text, None, row.spans, row.kind))
            return self._text(replace(new, row=Row(new.plain, row.label)))
        except SSTIError as problem:
            return {self.form.problem: parts.problem(problem)}

    def _offer(self, ref: str, instead_of: str, marks: Marks) -> Changes:
        """A text for an adapter in place of another, if that still stands there (`ACCEPT`)."""
        return {self.form.offer: {"ref": ref, "instead_of": instead_of or "", "text": marks.text, "marks": marks.as_json()}}

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
