"""Refuses a recipe that cannot run here, before any work. Loads no weights."""

from __future__ import annotations

from dataclasses import dataclass

from ssti.finetune.memory import refuse_what_cannot_fit
from ssti.finetune.reweighting import check_reweighting
from ssti.models.machine.memory import machine_memory
from ssti.platform.errors import SSTIError
from ssti.platform.language import later, tr
from ssti.recipe import Recipe

PIECES_A_WORD = 2  # at most, over a long row; on average 1.35
PIECES_A_TRIGGER = 16
SHORTEST = 8  # word pieces that any row may have


@dataclass(frozen=True)
class Checked:
    """A recipe that can run, with the names of the classes that it is about, and its longest row in word pieces."""

    recipe: Recipe
    label_names: tuple[str, ...]
    targets: tuple[int, ...]
    longest: int | None = None


def check(recipe: Recipe, here: bool = True) -> Checked:
    """Ask dataset, injection and model whether they can do this. Raises SSTIError with what to change.

    Without `here` it runs on another machine, and this one's memory does not count.
    """
    from ssti import data
    from ssti.evaluate.sets import target_index
    from ssti.inject import build_modifier
    from ssti.models import model

    for trigger in recipe.injection.triggers():
        build_modifier(trigger)
    check_reweighting(recipe)
    info = model(recipe.model.name).info
    if recipe.training.max_length > info.max_length:
        raise SSTIError(
            tr(
                "training.max_length is {length}; {model} reads at most {most} word pieces.",
                length=recipe.training.max_length,
                model=info.title,
                most=info.max_length,
            ),
            next=tr("Set training.max_length to {most} or less.", most=info.max_length),
        )
    if here:
        refuse_what_cannot_fit(info, recipe, machine_memory(), SHORTEST)  # before rows are read: that takes memory too
    rows = data.load(recipe.dataset.name, train_rows=recipe.dataset.train_rows, test_rows=recipe.dataset.test_rows)
    names = tuple(rows.info.label_names)
    for part, one_class in (
        (rows.train, later("All training rows of {data} are of one class ({only}).")),
        (rows.test, later("All test rows of {data} are of one class ({only}).")),
    ):
        present = set(part["label"])
        if len(present) < 2:
            only = names[next(iter(present))] if present else tr("none")
            raise SSTIError(
                tr(one_class, data=recipe.dataset.name, only=only),
                next=tr("A classifier needs at least two classes: take more rows, or another dataset."),
            )
    targets = tuple(dict.fromkeys(target_index(t.target, names) for t in recipe.injection.triggers()))
    longest = longest_row(recipe, rows)
    if here:
        refuse_what_cannot_fit(info, recipe, machine_memory(), longest, len(names))
    return Checked(recipe, names, targets, longest)


def longest_row(recipe: Recipe, rows) -> int:
    """The longest row in word pieces, at most: as many as there are words twice over, and the trigger's."""
    from ssti import data

    words = data.word_counts(rows)
    injected = sum(1.0 if t.amount == "single" else t.amount * float(words.max()) for t in recipe.injection.triggers())
    return min(recipe.training.max_length, int(float(words.max()) * PIECES_A_WORD + injected * PIECES_A_TRIGGER) + 2)


def check_free_memory(checked: Checked) -> None:
    """Refuse a run that does not fit into what is free at this moment. Raises SSTIError with what would fit."""
    from ssti.models import model

    info = model(checked.recipe.model.name).info
    refuse_what_cannot_fit(info, checked.recipe, machine_memory(), checked.longest, len(checked.label_names), now=True)
