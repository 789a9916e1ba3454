"""The left side of the Finetune tab as handlers: recipes arrive, are edited, cloned, started.

A recipe travels as plain data. `mine` is what this tab last knew of it, so that it can tell its own changes
from a recipe that arrives: {"recipe": data, "arrived": its model, lora, training and evaluation then, "pace":
how often it was measured before other steps were typed}.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from ssti.platform.errors import SSTIError
from ssti.recipe import PRESET_TITLES, PRESETS, Recipe, preset
from ssti.ui.access.visitor import admit_run, find_run, starter
from ssti.ui.finetune import form, words
from ssti.ui.finetune.machine import Machine
from ssti.ui.finetune.run import busy
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

MACHINE = Machine()  # one per process, as there is one machine


def first_mine() -> dict[str, Any]:
    """Before anything was changed or arrived."""
    start = preset(next(iter(PRESETS)))
    return {"recipe": None, "arrived": form.sections(start), "pace": form.pace_of(start)}


def values_of(given: tuple[Any, ...]) -> dict[str, Any]:
    """The form's values by field."""
    return dict(zip(form.FIELDS, given, strict=True))


def shown(recipe: Recipe) -> list[Any]:
    """The form's fields, set to a recipe."""
    values = form.to_form(recipe)
    return [
        gr.update(value=values[name], **({"visible": values["rank"] == form.OWN} if name == "rank_own" else {}))
        for name in form.FIELDS
    ]


def about(recipe: Recipe) -> list[Markup]:
    """The line that says what the recipe does, what its preset is, and the time it should take."""
    name = form.preset_of(recipe)
    return [
        parts.html('<p class="works-on">{}</p>', words.recipe_line(recipe)),
        parts.note(PRESET_TITLES[name] if name else "No preset: set up by yourself"),
        MACHINE.time(recipe, busy()),
    ]


def edit(data: Any, mine: Any, *given: Any) -> list[Any]:
    """The person changed a field: recipe, what this tab knows, preset, own rank's field, words, problem."""
    values = values_of(given)
    own = gr.update(visible=values["rank"] == form.OWN)
    try:
        recipe = form.to_recipe(form.recipe_of(data), values, mine.get("pace"))
    except SSTIError as error:
        return [gr.skip(), gr.skip(), gr.skip(), own, *[gr.skip()] * 3, parts.problem(error)]
    new = form.as_data(recipe)
    return [new, {**mine, "recipe": new}, form.preset_of(recipe), own, *about(recipe), None]


def choose_preset(name: str, data: Any, mine: Any) -> list[Any]:
    """The person chose a preset: the recipe, what this tab knows, all fields, words, problem."""
    try:
        recipe = form.with_preset(form.recipe_of(data), name)
    except SSTIError as error:
        return [gr.skip(), gr.skip(), *[gr.skip()] * (len(form.FIELDS) + 3), parts.problem(error)]
    new = form.as_data(recipe)
    return [new, {**mine, "recipe": new, "pace": form.pace_of(recipe)}, *shown(recipe), *about(recipe), None]


def arrive(data: Any, mine: Any) -> list[Any]:
    """A recipe came. What was set here stays, unless the new one trains otherwise."""
    quiet = [gr.skip()] * (2 + len(form.FIELDS) + 4)
    if data is None or data == mine.get("recipe"):
        return quiet
    try:
        recipe = form.recipe_of(data)
        came = form.sections(recipe)
        if came == mine.get("arrived") and mine.get("recipe"):
            kept = form.sections(form.recipe_of(mine["recipe"]))
            recipe = form.recipe_of(form.as_data(recipe) | kept)
    except SSTIError as error:
        return [*quiet[:-1], parts.problem(error)]
    new = form.as_data(recipe)
    return [
        gr.skip() if new == data else new,  # an answer that comes late must not undo what came meanwhile
        {"recipe": new, "arrived": came, "pace": form.pace_of(recipe)},
        *shown(recipe),
        *about(recipe),
        None,
    ]


def clone(run_id: str, mine: Any) -> list[Any]:
    """The form with a run's recipe: as `choose_preset`."""
    try:
        recipe = find_run(run_id).recipe
    except SSTIError as error:
        return [gr.skip(), gr.skip(), *[gr.skip()] * (len(form.FIELDS) + 3), parts.problem(error)]
    new = form.as_data(recipe)
    said = parts.html('<p class="quiet said" role="status">The form holds the recipe of {}.</p>', run_id)
    return [new, {**mine, "recipe": new, "pace": form.pace_of(recipe)}, *shown(recipe), *about(recipe), said]


def start(with_control: bool, data: Any, mine: Any, *given: Any) -> tuple[Any, Any]:
    """Check the form's recipe and start its run: the run's id, and what went wrong."""
    from ssti.backends.control import launch

    try:
        recipe = admit_run(form.to_recipe(form.recipe_of(data), values_of(given), mine.get("pace")))
        runs = launch(recipe, with_control, owner=starter())
    except SSTIError as error:
        return gr.skip(), parts.problem(error)
    except OSError as error:
        return gr.skip(), parts.problem(
            f"The run could not be started: {error.strerror or error}.",
            "Free memory or disk on this machine, then try again.",
        )
    MACHINE.make_room()
    return runs[0].id, None


def settle(data: Any) -> list[Any]:
    """Where, how long, which models and why not the others, whether to ask again. Starts the one measurement."""
    try:
        recipe = form.recipe_of(data)
        pending = busy()
        if not MACHINE.known:
            MACHINE.learn_behind()
        elif not pending:
            MACHINE.measure(recipe)
        time = MACHINE.time(recipe, pending)
    except SSTIError as error:
        return [MACHINE.where(), parts.note(parts.public(error.message)), gr.skip(), gr.skip(), gr.Timer(active=False)]
    unsettled = not MACHINE.known or MACHINE.measuring or MACHINE.learns_from_run(recipe, pending)
    choices, others = gr.skip(), gr.skip()
    if MACHINE.known:
        choices, others = gr.update(choices=model_choices(recipe.model.name)), models_not_here()
    return [MACHINE.where(), time, choices, others, gr.Timer(active=unsettled)]


def model_choices(chosen: str | None = None) -> list[tuple[str, str]]:
    """The base models that can be used here, with their size; and the recipe's own where it is none of the list."""
    known = [(f"{m.title} · {m.parameters / 1e6:,.1f} M", m.name) for m in MACHINE.models if m.available]
    listed = {m.name for m in MACHINE.models}
    return known + ([(f"{chosen} (own)", chosen)] if chosen and chosen not in listed else [])


def models_not_here() -> Markup | None:
    """Why the other base models cannot be used here, and what to do; None where all can."""
    rows = [
        parts.html("<dt>{}</dt><dd>{}</dd>", f"{m.title} · {m.parameters / 1e6:,.0f} M", parts.public(m.reason or ""))
        for m in MACHINE.models
        if not m.available
    ]
    if not rows:
        return None
    return parts.html(
        '<details class="not-here"><summary>{} more that cannot be used here yet</summary><dl>{}</dl></details>',
        len(rows), parts.join(rows),
    )  # fmt: skip
