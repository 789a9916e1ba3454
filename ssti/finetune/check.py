"""Refuses, before any work, a recipe that cannot run here. Asks each room about its own names; loads no weights."""

from __future__ import annotations

from dataclasses import dataclass

from ssti.errors import SSTIError
from ssti.recipe import Recipe


@dataclass(frozen=True)
class Checked:
    """A recipe that can run, with the names of the classes that it is about."""

    recipe: Recipe
    label_names: tuple[str, ...]
    targets: tuple[int, ...]


def check(recipe: Recipe) -> Checked:
    """Ask dataset, injection and model whether they can do this. Raises SSTIError with what to change."""
    from ssti import data
    from ssti.evaluate.sets import target_index
    from ssti.inject import build_modifier
    from ssti.models import model

    for trigger in recipe.injection.triggers():
        build_modifier(trigger)
    info = model(recipe.model.name).info
    if recipe.training.max_length > info.max_length:
        raise SSTIError(
            f"training.max_length is {recipe.training.max_length}; {info.title} reads at most {info.max_length} word pieces.",
            next=f"Set training.max_length to {info.max_length} or less.",
        )
    rows = data.load(recipe.dataset.name, train_rows=recipe.dataset.train_rows, test_rows=recipe.dataset.test_rows)
    names = tuple(rows.info.label_names)
    for split, part in (("training", rows.train), ("test", rows.test)):
        present = set(part["label"])
        if len(present) < 2:
            only = names[next(iter(present))] if present else "none"
            raise SSTIError(
                f"All {split} rows of {recipe.dataset.name} are of one class ({only}).",
                next="A classifier needs at least two classes: take more rows, or another dataset.",
            )
    targets = tuple(dict.fromkeys(target_index(t.target, names) for t in recipe.injection.triggers()))
    return Checked(recipe, names, targets)
