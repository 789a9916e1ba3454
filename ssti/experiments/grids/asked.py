"""What a grid is, as its folder keeps it: experiments by name, or a base recipe with what varies. Starts nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pydantic import BaseModel, Field, model_validator

from ssti.experiments.cell import Cell, Grid, cells_of, with_seed
from ssti.experiments.experiment import EXPERIMENTS
from ssti.platform.language import tr
from ssti.recipe import Recipe, parse_recipe


class Asked(BaseModel, frozen=True, extra="forbid"):
    """A grid. `seed`: of experiments, this replicate alone. The fields from `recipe` on are those of a grid of one's own."""

    experiments: tuple[str, ...] = ()
    pocket: bool = True
    seed: int | None = Field(None, ge=0)
    recipe: dict[str, Any] | None = None
    vary: dict[str, tuple[str, ...]] = {}
    seeds: int = Field(3, ge=1, le=100)
    controls: bool = True

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Asked:
        if bool(self.experiments) == (self.recipe is not None):
            raise ValueError("a grid is of experiments or of a recipe")
        return self

    @property
    def own(self) -> bool:
        """Whether it is a grid of one's own, and no experiment."""
        return self.recipe is not None

    @property
    def id(self) -> str:
        """What its folder is called: the same grid has the same one, so that to start it again is to resume it."""
        first = "grid" if self.own else "-".join(self.experiments)[:48]
        return f"{first}-{hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:8]}"

    @property
    def base(self) -> Recipe:
        """What a grid of one's own varies. Raises SSTIError where its recipe is none any more."""
        return parse_recipe(self.recipe or {})

    @property
    def title(self) -> str:
        """What it is called on the page."""
        if not self.own:
            named = " + ".join(EXPERIMENTS[name].title for name in self.experiments if name in EXPERIMENTS)
            return named if self.seed is None else f"{named} · seed {self.seed}"
        varied = "; ".join(f"{field} {', '.join(values)}" for field, values in self.vary.items())
        return varied or tr("one recipe, {count} seeds", count=self.seeds)

    def grids(self) -> Sequence[Grid]:
        """Raises SSTIError where an experiment or a field of it is not known here."""
        if self.own:
            return [Grid(self.base, self.vary, self.seeds, self.controls)]
        chosen = [EXPERIMENTS.find(name) for name in self.experiments]
        grids = [grid for one in chosen for grid in (one.pocket if self.pocket else one.full)]
        if self.seed is None:
            return grids
        return [replace(grid, base=with_seed(grid.base, self.seed), seeds=1) for grid in grids]

    def cells(self) -> list[Cell]:
        """Its cells, each once."""
        return cells_of(self.grids())
