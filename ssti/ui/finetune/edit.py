"""The left side of the Finetune tab as handlers: recipes arrive, are edited, cloned, started."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr

from ssti.backends.control import how_many
from ssti.platform.errors import SSTIError
from ssti.platform.hub import acting_for
from ssti.platform.language import tr
from ssti.recipe import PRESET_TITLES, PRESETS, Recipe, preset
from ssti.ui.access.visitor import admit_run, find_run, starter
from ssti.ui.finetune import form, words
from ssti.ui.finetune.components import Components
from ssti.ui.finetune.machine import MACHINE
from ssti.ui.finetune.memory import FormMemory, Seeds
from ssti.ui.finetune.run import busy
from ssti.ui.kit import parts
from ssti.ui.kit.browser import as_json, sent
from ssti.ui.kit.parts import Markup

Changes = dict[Any, Any]
"""What a handler changes, by component. `gr.skip()` changes nothing."""


@dataclass(frozen=True)
class FormHandlers:
    """The recipe comes as the page carries it (`data`) with the tab's memory of it, and becomes a `Recipe` at once."""

    ui: Components

    def edit(self, data: Any, memory: Any, *values: Any) -> Changes:
        """The person changed a field."""
        ui, fields, memory = self.ui, dict(zip(form.FIELDS, values, strict=True)), FormMemory.read(memory)
        own_rank = {ui.fields["rank_own"]: gr.update(visible=fields["rank"] == form.OWN)}
        try:
            recipe = form.to_recipe(form.recipe_of(data), fields, memory.pace)
        except SSTIError as error:
            return {**own_rank, ui.message: parts.problem(error)}
        return {
            **own_rank,
            **self._remember(recipe, memory.with_recipe(recipe)),
            ui.fields["preset"]: form.preset_of(recipe),
        }

    def choose_preset(self, name: str, data: Any, memory: Any) -> Changes:
        """The person chose a preset."""
        try:
            recipe = form.with_preset(form.recipe_of(data), name)
        except SSTIError as error:
            return {self.ui.message: parts.problem(error)}
        return self._fill(recipe, FormMemory.read(memory))

    def arrive(self, data: Any, memory: Any) -> Changes:
        """A recipe came from another tab. What was set here stays, unless the new one trains in another way."""
        memory = FormMemory.read(memory)
        if data is None or data == memory.recipe:
            return gr.skip()
        try:
            recipe = form.recipe_of(data)
            arrived = form.sections(recipe)
            if arrived == memory.arrived and memory.recipe:
                own = form.sections(form.recipe_of(memory.recipe))
                recipe = form.recipe_of(recipe.as_dict() | own)
        except SSTIError as error:
            return {self.ui.message: parts.problem(error)}
        changes = self._fill(recipe, memory, arrived=arrived)
        if recipe.as_dict() == data:
            del changes[self.ui.shared.recipe]  # an answer that comes late must not undo what came meanwhile
        return changes

    def clone(self, run_id: str, memory: Any) -> Changes:
        """The form with a run's recipe."""
        try:
            recipe = find_run(run_id).recipe
        except SSTIError as error:
            return {self.ui.message: parts.problem(error)}
        done = parts.html(
            '<p class="quiet said" role="status">The form holds the recipe of <span translate="no">{}</span>.</p>',
            run_id,
        )
        return {**self._fill(recipe, FormMemory.read(memory)), self.ui.message: done}

    def start(
        self, token: gr.OAuthToken | None, place: Any, with_control: bool, seeds: Any, data: Any, memory: Any,
        *values: Any,
    ) -> Changes:  # fmt: skip
        """Check the form's recipe and start its run, or those of its seeds. `token`: of who has signed in."""
        from ssti.backends.control import launch

        ui, fields = self.ui, dict(zip(form.FIELDS, values, strict=True))
        try:
            recipe = admit_run(form.to_recipe(form.recipe_of(data), fields, FormMemory.read(memory).pace))
            with acting_for(token.token if token else None):
                runs = launch(recipe, with_control, place, owner=starter(), seeds=sent(Seeds, seeds) or 1)
        except SSTIError as error:
            return {ui.message: parts.problem(error)}
        except OSError as error:
            reason = tr("The run could not be started: {reason}.", reason=error.strerror or error)
            return {ui.message: parts.problem(reason, tr("Free memory or disk space on this machine, then try again."))}
        MACHINE.stop_measuring()
        return {ui.shared.run_id: runs[0].id, ui.message: None}

    def more(self, with_control: bool, seeds: Any, data: Any, memory: Any) -> Changes:
        """The person chose how many runs Start makes."""
        memory = replace(FormMemory.read(memory), control=bool(with_control), seeds=sent(Seeds, seeds) or 1)
        try:
            return {self.ui.memory: as_json(memory), self.ui.time: _time(form.recipe_of(data), memory, busy())}
        except SSTIError as error:
            return {self.ui.message: parts.problem(error)}

    def open(self) -> Changes:
        """What is said of the first recipe when the page loads."""
        return {**self._about(preset(next(iter(PRESETS))), FormMemory()), self.ui.device: MACHINE.where()}

    def settle(self, token: gr.OAuthToken | None, data: Any, memory: Any, place: Any) -> Changes:
        """Places, device, time and models as far as they are known by now. Starts the one measurement."""
        ui = self.ui
        try:
            recipe = form.recipe_of(data)
            pending = busy()
            if not MACHINE.known:
                MACHINE.learn_behind()
            elif not pending:
                MACHINE.measure(recipe)
            time = _time(recipe, FormMemory.read(memory), pending)
        except SSTIError as error:
            problem = parts.note(parts.public(error.message))
            return {ui.device: MACHINE.where(), ui.time: problem, ui.settling: gr.update(active=False)}
        unsettled = not MACHINE.known or MACHINE.measuring or MACHINE.learns_from_run(recipe, pending)
        changes = {ui.device: MACHINE.where(), ui.time: time, ui.settling: gr.update(active=unsettled)}
        if MACHINE.known:
            with acting_for(token.token if token else None):
                places, changes[ui.elsewhere] = MACHINE.places(recipe)
            chosen = place if place in [name for _, name in places] else places[0][1]
            changes[ui.place] = gr.update(choices=places, value=chosen, visible=len(places) > 1)
            changes[ui.fields["model"]] = gr.update(choices=MACHINE.choices(recipe.model.name))
            changes[ui.other_models] = MACHINE.others()
        return changes

    def _fill(self, recipe: Recipe, memory: FormMemory, **changes: Any) -> Changes:
        """The whole form set to a recipe."""
        values = form.to_form(recipe)
        fields = {self.ui.fields[name]: gr.update(value=value) for name, value in values.items()}
        fields[self.ui.fields["rank_own"]]["visible"] = values["rank"] == form.OWN
        memory = memory.with_recipe(recipe, pace=form.pace_of(recipe), **changes)
        return {**fields, **self._remember(recipe, memory)}

    def _remember(self, recipe: Recipe, memory: FormMemory) -> Changes:
        """The recipe for all tabs and for this one's memory, and what is said of it."""
        ui = self.ui
        return {
            ui.shared.recipe: recipe.as_dict(),
            ui.memory: as_json(memory),
            **self._about(recipe, memory),
            ui.message: None,
        }

    def _about(self, recipe: Recipe, memory: FormMemory) -> Changes:
        """What the recipe does, what its preset is, and the time that all that Start starts should take."""
        name = form.preset_of(recipe)
        return {
            self.ui.recipe_line: parts.html('<p class="works-on">{}</p>', words.recipe_line(recipe)),
            self.ui.preset_note: parts.note(PRESET_TITLES[name] if name else tr("No preset: your own settings")),
            self.ui.time: _time(recipe, memory, busy()),
        }


def _time(recipe: Recipe, memory: FormMemory, pending: bool) -> Markup:
    return MACHINE.time(recipe, pending, how_many(recipe, memory.control, memory.seeds))
