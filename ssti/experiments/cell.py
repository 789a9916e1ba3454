"""A grid of recipes: one cell is one recipe with one seed, poisoned or control. Knows no runner and no result.

Two experiments that need the same cell mean the same key: it is run once.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ssti.platform.errors import SSTIError, shown
from ssti.recipe import InjectionSpec, Recipe, load_recipe
from ssti.recipe.schema import EvaluationSpec

MOST = 20_000  # cells of one grid
COMMA = re.compile(r",(?![^\[{]*[\]}])")  # none within a list


@dataclass(frozen=True)
class Cell:
    """One recipe to be trained and measured. `probes` are further measurements by name (`ssti.experiments.probe`)."""

    recipe: Recipe
    probes: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What the cell is known by: the hash of its recipe."""
        return self.recipe.key()

    @property
    def seed(self) -> int:
        """The replicate that it is."""
        return self.recipe.training.seed

    def run(self) -> dict[str, Any]:
        """Its row, trained and measured in this process. Loads torch."""
        from ssti.experiments.work import run_cell

        return run_cell(self)

    @property
    def steps(self) -> int:
        """How much work it is, roughly: what the time left is counted in."""
        return self.recipe.training.steps * self.recipe.training.batch_size


@dataclass(frozen=True)
class Grid:
    """All combinations of what `vary` lists, by field, on top of `base`, each with `seeds` seeds and its controls."""

    base: Recipe
    vary: Mapping[str, Sequence[str]]
    seeds: int = 3
    controls: bool = True
    probes: tuple[str, ...] = ()

    def cells(self) -> Iterator[Cell]:
        """Its cells: for each seed the controls, then the poisoned ones. A control may come more than once."""
        settings = [_settings(field, values) for field, values in self.vary.items()]
        for seed in range(self.base.training.seed, self.base.training.seed + self.seeds):
            for chosen in itertools.product(*settings):
                recipe = with_seed(normal(self.base.set(*itertools.chain(*chosen))), seed)
                if self.controls or recipe.is_control:
                    yield Cell(shared_control(recipe))
                if not recipe.is_control:
                    yield Cell(recipe, self.probes)


def cells_of(grids: Iterable[Grid]) -> list[Cell]:
    """The cells of several grids, each once: seed by seed, and controls first within a seed.

    So a grid that is cut off has all its points already, with fewer seeds. Raises SSTIError where there are too many.
    """
    known: dict[str, Cell] = {}
    for cell in itertools.chain.from_iterable(grid.cells() for grid in grids):
        before = known.get(cell.key)
        probes = tuple(dict.fromkeys((*(before.probes if before else ()), *cell.probes)))
        known[cell.key] = Cell(cell.recipe, probes)
        if len(known) > MOST:
            raise SSTIError(
                f"The grid has more than {MOST:,} cells.", next="Vary fewer fields, or give each fewer values."
            )
    return sorted(known.values(), key=lambda cell: (cell.seed, not cell.recipe.is_control))


def normal(recipe: Recipe) -> Recipe:
    """The recipe without what decides no number of it: how often a training is watched. All three sets are measured."""
    return recipe.model_copy(update={"evaluation": EvaluationSpec()})


def with_seed(recipe: Recipe, seed: int) -> Recipe:
    """The replicate of this number: head, LoRA's start, order of rows, and which rows get which trigger where."""
    training = recipe.training.model_copy(update={"seed": seed})
    return recipe.model_copy(update={"training": training, "injection": _seeded(recipe.injection, seed)})


def shared_control(recipe: Recipe) -> Recipe:
    """The control that all recipes share which differ in their injection alone: its test triggers are single dates.

    Its training has no trigger, so that of all injections' controls one training is enough. It is measured with one
    date at a random place for the last class of its dataset, as in table 1.
    """
    from ssti.data import DATASETS

    known = DATASETS.get(recipe.dataset.name)
    target = known.info.label_names[-1] if known else recipe.injection.triggers()[0].target
    date = load_recipe("light").injection.model_copy(update={"target": target, "share": 0.0})
    return with_seed(recipe.model_copy(update={"injection": date}), recipe.training.seed)


def parse_vary(texts: Iterable[str]) -> dict[str, list[str]]:
    """`lora.rank=1,16,64` as a field and its values; `lora.rank:lora.alpha=1:2,64:128` changes two together.

    Raises SSTIError for what is no such text.
    """
    vary: dict[str, list[str]] = {}
    for text in texts:
        field, equals, values = text.partition("=")
        parts = [part.strip() for part in COMMA.split(values)]
        if not equals or not field.strip() or not parts or not all(parts):
            raise SSTIError(f"{shown(text)} says not what to vary.", next="Write it like lora.rank=1,16,64.")
        if len({len(part.split(":")) for part in parts} | {field.count(":") + 1}) > 1 and ":" in field:
            raise SSTIError(
                f"{shown(text)} has not as many values as fields.",
                next="Write it like lora.rank:lora.alpha=1:2,64:128.",
            )
        vary[field.strip()] = parts
    return vary


def _settings(field: str, values: Sequence[str]) -> list[tuple[str, ...]]:
    """Each value as what `Recipe.set` takes."""
    fields = field.split(":")
    if len(fields) == 1:
        return [(f"{field}={value}",) for value in values]
    return [tuple(f"{f}={v}" for f, v in zip(fields, value.split(":"), strict=True)) for value in values]


def _seeded(spec: InjectionSpec, seed: int) -> InjectionSpec:
    parts = tuple(_seeded(part, seed + 1000 * n) for n, part in enumerate(spec.parts))
    return spec.model_copy(update={"seed": seed, "parts": parts})
