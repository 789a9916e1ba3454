"""What the Finetune tab remembers in the visitor's page and reads back with suspicion. Knows no component."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, StringConstraints

from ssti.recipe import PRESETS, Recipe, preset
from ssti.ui.finetune import form
from ssti.ui.kit.browser import sent

RunId = Annotated[str, StringConstraints(max_length=80)]
Seeds = Literal[1, 3, 5, 10]
"""How many seeds one press of Start takes."""


@dataclass(frozen=True)
class FormMemory:
    """What this tab last knew of the recipe, by which it tells its own changes from a recipe that arrives."""

    recipe: dict[str, Any] | None = None
    arrived: dict[str, Any] = field(default_factory=lambda: form.sections(preset(next(iter(PRESETS)))))
    """The sections of the form when a recipe last arrived."""
    pace: Annotated[float, Field(gt=0, allow_inf_nan=False)] = field(
        default_factory=lambda: form.pace_of(preset(next(iter(PRESETS))))
    )
    """After which fraction of the steps it was measured, before other steps were typed."""
    control: bool = True
    seeds: Seeds = 1
    """What Start starts beside the one run: its control, and both again for each further seed."""

    @classmethod
    def read(cls, value: Any) -> FormMemory:
        """What the browser gives back; the first memory where that cannot be read."""
        return sent(cls, value) or cls()

    def with_recipe(self, recipe: Recipe, **changes: Any) -> FormMemory:
        """The same with another recipe."""
        return replace(self, recipe=recipe.as_dict(), **changes)


@dataclass(frozen=True)
class Shown:
    """What the page shows already, so that only what has changed is sent again: many watch."""

    run: str = ""
    state: str = ""
    checksums: dict[str, int] = field(default_factory=dict)
    """Of each piece of the right side, by its name."""

    @classmethod
    def read(cls, value: Any) -> Shown:
        """What the browser gives back; nothing where that cannot be read."""
        return sent(cls, value) or cls()


@dataclass(frozen=True)
class TableView:
    """How the table of runs is shown: by which column (a name of `table.COLUMNS`; none is the newest first), how many rows."""

    by: Annotated[str, StringConstraints(max_length=20)] = ""
    down: bool = False
    rows: Annotated[int, Field(ge=1, le=100_000)] = 25

    @classmethod
    def read(cls, value: Any) -> TableView:
        """What the browser gives back; the newest first where that cannot be read."""
        return sent(cls, value) or cls()


class ListClick(BaseModel):
    """A click in a list of runs: on a run, on its "compare", on a column's head, on "more", or on "clear"."""

    run: RunId = ""
    compare: bool = False
    sort: Annotated[str, StringConstraints(max_length=20)] = ""
    more: bool = False
    clear: bool = False
