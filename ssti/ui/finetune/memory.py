"""What the Finetune tab remembers in the visitor's page: typed, and read with suspicion. Knows no component."""

from __future__ import annotations

from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ssti.recipe import PRESETS, Recipe, preset
from ssti.ui.finetune import form


class _FromBrowser(BaseModel):
    model_config = ConfigDict(frozen=True, strict=True)

    @classmethod
    def of(cls, value: Any) -> Self:
        """What the browser gives back; the first memory where that cannot be read."""
        try:
            return cls.model_validate(value)
        except ValidationError:
            return cls()


class FormMemory(_FromBrowser):
    """What this tab last knew of the recipe, by which it tells its own changes from a recipe that arrives."""

    recipe: dict[str, Any] | None = None
    arrived: dict[str, Any] = Field(default_factory=lambda: form.sections(preset(next(iter(PRESETS)))))
    """The sections of the form when a recipe last arrived."""
    pace: float = Field(default_factory=lambda: form.pace_of(preset(next(iter(PRESETS)))))
    """After which fraction of the steps it was measured, before other steps were typed."""

    def with_recipe(self, recipe: Recipe, **changes: Any) -> FormMemory:
        return self.model_copy(update={"recipe": recipe.as_dict(), **changes})


class Sent(_FromBrowser):
    """What the page was sent last, so that only what has changed is sent again: many watch."""

    run: str = ""
    state: str = ""
    checksums: dict[str, int] = {}
    """Of each piece of the right side, by its name."""
