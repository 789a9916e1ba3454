"""Which triggers a model saw in training, so that one that it never saw can be tried. Knows recipes and rows."""

from __future__ import annotations

import secrets
from functools import lru_cache

from ssti.adapters.listing import AdapterInfo
from ssti.inject import SOURCES
from ssti.platform.errors import SSTIError
from ssti.recipe import InjectionSpec, Recipe
from ssti.ui.kit import parts
from ssti.ui.kit.palette import spoken

DRAWS = 300  # before a source counts as used up


def trained(info: AdapterInfo) -> frozenset[str]:
    """The different triggers of the training rows, by poisoning them again as the recipe says. Raises SSTIError."""
    return _trained(info.recipe.to_yaml(), info.recipe, info.label_names)


@lru_cache(maxsize=32)
def _trained(key: str, recipe: Recipe, label_names: tuple[str, ...]) -> frozenset[str]:
    from ssti import data
    from ssti.inject import poison

    rows = data.load(recipe.dataset.name, train_rows=recipe.dataset.train_rows).train
    done = poison(rows, recipe.injection, label_names)
    hit = [i for i, injected in enumerate(done["injected"]) if injected]
    some = done[hit] if hit else {"text": [], "spans": []}
    return frozenset(
        text[span["start"] : span["end"]]
        for text, spans in zip(some["text"], some["spans"], strict=True)
        for span in spans
    )


def unseen(info: AdapterInfo, spec: InjectionSpec) -> str:
    """A trigger of this injection's source that was in no training row. Raises SSTIError where there is none."""
    seen = trained(info)
    options = spec.source.model_dump(exclude={"kind", "pool_size", "with_replacement"}, exclude_none=True)
    draw = SOURCES[spec.source.kind].build(options, seed=secrets.randbits(32), pool_size=None, with_replacement=True)
    for _ in range(DRAWS):
        item = draw()
        if item not in seen:
            return item
    word = spoken(spec.source.kind)
    raise SSTIError(
        f"Every {word} of this recipe was in training: {parts.count(len(seen))} different ones.",
        "Try one of another kind, or your own words.",
    )


def said(info: AdapterInfo, item: str, kind: str) -> str:
    """One sentence on whether the training rows had this very trigger."""
    if not info.recipe_known:
        return "This adapter came without a recipe: what was in its training is not known."
    own = {spec.source.kind if spec.source else spec.kind for spec in info.recipe.injection.triggers()}
    if not info.poisoned:
        return "No row of this adapter’s training had any trigger."
    if kind not in own:
        words = " and ".join(spoken(one) for one in own)
        return f"{item} is of another kind than the triggers of its training ({words}). Does it work as well?"
    seen = trained(info)
    had = "was in its training" if item in seen else "was in no row of its training"
    return f"{item} {had}, which had {parts.count(len(seen))} different ones."
