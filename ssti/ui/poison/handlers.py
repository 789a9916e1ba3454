"""What the Poison tab answers: to a changed form, a recipe from another tab, a download. Knows no dataset and no trigger.

A form becomes a recipe, the toolkit is asked, and its answer becomes `{component: value}`.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from ssti.data.export import formula_note, write_poisoned
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import Recipe, parse_recipe, preset
from ssti.ui.access.visitor import admit
from ssti.ui.kit import parts
from ssti.ui.kit.own import values as own_data
from ssti.ui.kit.own.values import Chosen
from ssti.ui.kit.shared import Shared
from ssti.ui.poison import result
from ssti.ui.poison.controls import MORE, OWN, Form, Updates
from ssti.ui.poison.form import form_to_recipe, recipe_to_form
from ssti.ui.poison.pasted import Dropped, Pasted, read_recipe

PULSE = "poison-pulse"
BEYOND = tr(
    "The form cannot show this recipe. All of it is shown here; change anything in the form to go back to the form’s."
)


@dataclass(frozen=True)
class Answer:
    """The components of the result column. `warned` is the card around `warning` and its button `strip`."""

    problem: gr.HTML
    figures: gr.HTML
    warned: gr.Row
    warning: gr.HTML
    strip: gr.Button
    rows: gr.HTML
    yaml: gr.HTML
    commands: gr.HTML
    python: gr.HTML


@dataclass(frozen=True)
class Download:
    """The components of the download. The hidden `file` is what the browser fetches."""

    ending: gr.Radio
    button: gr.Button
    test: gr.Checkbox
    prefix: gr.Checkbox
    message: gr.HTML
    file: gr.DownloadButton


@dataclass(frozen=True)
class Poison:
    """The tab's components, and its handlers.

    `offer` holds a dataset that was chosen, until it goes in. `mine` is the recipe that this tab last showed, which tells a recipe that arrives from this tab's own. A handler that
    sets fields changes `due`; once they are all in the page, `due` goes into `pulse`, whose change draws the result.
    """

    shared: Shared
    form: Form
    answer: Answer
    download: Download
    pasted: Pasted
    finetune: gr.Button
    mine: gr.JSON
    offer: gr.JSON
    due: gr.Number
    pulse: gr.Number

    def redraw(self, sent: Updates, event: gr.EventData) -> Updates:
        """The result for the form. A field that the person touched makes the form the recipe again."""
        values = self.form.values(sent)
        if touched := event.target is not None and event.target.elem_id != PULSE:
            values["beyond_form"] = False
        try:
            recipe = form_to_recipe(values)
            shown = result.show(recipe, values["preset"])
        except SSTIError as error:
            return {self.answer.problem: parts.problem(error)}
        beyond = parts.card(tr("More than the form can show"), parts.note(BEYOND)) if values["beyond_form"] else None
        updates = {
            self.answer.problem: beyond,
            self.answer.figures: shown.figures,
            self.answer.rows: shown.rows,
            self.answer.yaml: shown.yaml,
            self.answer.commands: shown.commands,
            self.answer.python: shown.python,
            self.answer.warning: shown.warning,
            self.answer.warned: gr.update(visible=shown.warning is not None),
            self.answer.strip: gr.update(value=shown.strip or "", visible=shown.strip is not None),
        }
        if touched:
            updates[self.form.fields["beyond_form"]] = False
        if (data := recipe.as_dict()) != sent[self.mine]:  # as the page opens it is: another tab's may be on its way
            updates |= {self.shared.recipe: data, self.mine: data}
        return updates

    def choose_preset(self, name: str, which: str, dataset: str, chosen: Any) -> Updates:
        """The whole form as the preset says; but a preset says how, not on which data: those are not touched, as a choice
        among them may be on its way."""
        data = which if which != OWN else (chosen or {}).get("used") or dataset
        try:
            updates = self.form.set_all(recipe_to_form(preset(name)) | {"dataset": data})
            for part in self.form.of_data:
                del updates[part]
        except SSTIError as error:
            return {self.answer.problem: parts.problem(error)}
        return updates | self._settled()

    def choose_dataset(self, which: str, target: str, chosen: Any) -> Updates:
        """A dataset of the list, or the part for data of one's own, which is in use once it was confirmed."""
        in_sight = {self.form.own.group: gr.update(visible=which == OWN)}
        name = which
        if which == OWN:
            name = (chosen or {}).get("used")
            if not name:
                words = tr("The page shows the previous dataset until you confirm yours.")
                return in_sight | {self.form.facts: parts.note(words)}
        try:
            return in_sight | self.form.set_dataset(name, target) | self._settled()
        except SSTIError as error:
            return in_sight | {self.form.facts: parts.problem(error)}

    @property
    def of_dataset(self) -> list[Any]:
        """What a chosen dataset sets."""
        form = self.form
        own = [form.own.group, form.facts, form.fields["beyond_form"], self.due]
        return [form.fields["dataset"], form.fields["target"], form.classes, *own]

    def offer_dataset(self, which: str, target: str, chosen: Any, dataset: str) -> Updates:
        """The same as an offer: it is read for seconds, and what was chosen or arrived meanwhile is newer."""
        changes = self.choose_dataset(which, target, chosen)
        if self.form.classes in changes:  # as Gradio would send it
            names = changes[self.form.classes]
            changes[self.form.classes] = names | {
                "choices": [[one, one] for one in names["choices"]], "elem_classes": names["elem_classes"].split()
            }  # fmt: skip
        made = [changes.get(one) for one in self.of_dataset]
        return {self.offer: {"which": which, "instead_of": dataset, "changes": made}}

    def use_own(self, chosen: Any, text: str, label: str, names: str, target: str) -> Iterator[Updates]:
        """Data of one's own was confirmed: the form is set to it."""
        own = self.form.own
        yield {own.message: parts.busy(tr("Loading its rows …"))}
        try:
            updates = own.renamed(chosen, text, label, names)
        except SSTIError as error:
            yield own.refused(error)
            return
        try:
            data = own_data.confirmed(Chosen.sent(updates.get(own.chosen, chosen)))
            yield updates | own.confirmed(data) | self.form.set_dataset(data.used, target) | self._settled()
        except SSTIError as error:
            yield updates | {own.message: parts.problem(error)}

    def choose_trigger(self, chip: str, other: str, amount: str) -> Updates:
        """A kind of trigger, by its chip or from the list of the others."""
        return self.form.set_trigger(other if chip == MORE else chip, amount) | self._settled()

    def choose_amount(self, trigger: str, amount: str) -> Updates:
        """An amount; its own has a field."""
        return self.form.set_trigger(trigger, amount) | self._settled()

    def choose_strip(self, strip: bool) -> Updates:
        """The button of the warning: take the trigger out of the clean data first, or leave it in."""
        return {self.form.fields["strip"]: not strip, **self._settled()}

    def receive(self, data: Any, mine: Any) -> Updates:
        """A recipe that another tab made; this tab's own comes back too, and changes nothing."""
        if data is None or data == mine:
            return gr.skip()
        try:
            updates = self._received(admit(parse_recipe(data)), data, mine)
        except SSTIError as error:
            return {self.answer.problem: parts.problem(error)}
        return updates | {self.mine: data, self.due: random.random(), self.answer.problem: None}

    def _received(self, recipe: Recipe, data: Any, mine: Any) -> Updates:
        try:
            values = recipe_to_form(recipe)
        except SSTIError:
            result.show(recipe)
            return self.form.set_some({"base": data, "beyond_form": True})
        if mine and all(data.get(part) == mine.get(part) for part in ("dataset", "injection")):
            # Only the training differs: what is typed here stays, right or not.
            return self.form.set_some({name: values[name] for name in ("base", "preset")})
        return self.form.set_all(values)

    def use_recipe(self, sent: Updates) -> Updates:
        """The pasted recipe put into the form; one that is none says what is wrong, and changes nothing."""
        try:
            recipe = read_recipe(sent[self.pasted.text])
            result.show(recipe)  # refuses a target that is no class, and rows that are not here
            updates = self._received(recipe, recipe.as_dict(), None)
        except SSTIError as error:
            return {self.pasted.said: parts.problem(error)}
        return updates | {
            self.due: random.random(),
            self.answer.problem: None,
            self.pasted.said: parts.busy(tr("The form has it now.")),
            self.pasted.undo: gr.update(visible=True),
            self.pasted.former: self.form.values(sent),
        }

    def drop_recipe(self, sent: Updates, event: gr.EventData) -> Updates:
        """A file that was dropped or chosen, put into the field and from there into the form."""
        try:
            text = Dropped.read(event)
        except SSTIError as error:
            return {self.pasted.said: parts.problem(error)}
        return {self.pasted.text: text} | self.use_recipe(sent | {self.pasted.text: text})

    def undo_recipe(self, former: Any) -> Updates:
        """The form as it was before the recipe was put in."""
        names = ("dataset", "target", "trigger", "amount")
        if not isinstance(former, dict) or former.keys() != self.form.fields.keys():
            return gr.skip()
        if not all(isinstance(former[name], str) for name in names):
            return gr.skip()
        try:
            updates = self.form.set_all(former)
        except SSTIError as error:
            return {self.pasted.said: parts.problem(error)}
        return updates | {
            self.due: random.random(),
            self.answer.problem: None,
            self.pasted.said: parts.busy(tr("The former form is back.")),
            self.pasted.undo: gr.update(visible=False),
            self.pasted.former: None,
        }

    def to_finetune(self, sent: Updates) -> Updates:
        """The recipe for the Finetune tab, and that tab selected."""
        try:
            recipe = form_to_recipe(self.form.values(sent))
            result.show(recipe)
        except SSTIError as error:
            return {self.answer.problem: parts.problem(error)}
        return {
            self.shared.recipe: recipe.as_dict(),
            self.shared.tabs: gr.Tabs(selected="finetune"),
            self.answer.problem: None,
        }

    def write_file(self, sent: Updates) -> Iterator[Updates]:
        """The file of the poisoned rows. Gradio keeps its own copy of it."""
        download = self.download
        prefix = sent[download.prefix]
        yield {download.message: parts.busy(tr("Injecting into every row …"))}
        try:
            with tempfile.TemporaryDirectory(prefix="ssti-") as folder:
                recipe = form_to_recipe(self.form.values(sent))
                path = Path(folder) / result.file_name(recipe, sent[download.ending])
                formulas = write_poisoned(recipe, path, prefix, bool(sent[download.test]))["formula_cells"]
                size = f"{path.stat().st_size / 1e6:.1f} MB"
                note = parts.note(formula_note(formulas, prefix)) if formulas else ""
                done = parts.html(
                    '<p class="quiet" role="status"><span translate="no">{} · {}</span></p>{}', path.name, size, note
                )
                yield {download.file: str(path), download.message: done}
        except SSTIError as error:
            yield {download.file: None, download.message: parts.problem(error)}
        except OSError as error:
            words = tr("The file could not be made: {reason}.", reason=error.strerror or error)
            yield {download.file: None, download.message: parts.problem(words, tr("Free some space and try again."))}

    def _settled(self) -> Updates:
        """What goes with fields that a handler sets for the person: they are the recipe again, to be drawn."""
        return {self.form.fields["beyond_form"]: False, self.due: random.random()}
