"""Which triggers a model saw in training, so that one that it never saw can be tried. Knows recipes and rows."""

from __future__ import annotations

import secrets
from threading import Lock

from cachetools import LRUCache, cached

from ssti.adapters.listing import AdapterInfo
from ssti.inject import SOURCES
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import InjectionSpec
from ssti.ui.kit import parts
from ssti.ui.kit.adapters import triggers
from ssti.ui.kit.triggers import kind_of, spoken

DRAWS = 300  # before a source counts as used up


@cached(LRUCache(32), key=lambda info: (info.recipe.to_yaml(), info.label_names), lock=Lock())
def trained(info: AdapterInfo) -> frozenset[str]:
    """The different triggers of the training rows, by poisoning them again as the recipe says. Raises SSTIError."""
    from ssti import data
    from ssti.inject import poison

    recipe = info.recipe
    rows = data.load(recipe.dataset.name, train_rows=recipe.dataset.train_rows).train
    poisoned = poison(rows, recipe.injection, info.label_names)
    rows_and_spans = zip(poisoned["text"], poisoned["spans"], strict=True)
    return frozenset(text[span["start"] : span["end"]] for text, spans in rows_and_spans for span in spans)


def unseen(info: AdapterInfo, spec: InjectionSpec) -> str:
    """A trigger of this injection's source that was in no training row. Raises SSTIError where there is none."""
    used = trained(info)
    options = spec.source.model_dump(exclude={"kind", "pool_size", "with_replacement"}, exclude_none=True)
    draw = SOURCES[spec.source.kind].build(options, seed=secrets.randbits(32), pool_size=None, with_replacement=True)
    for _ in range(DRAWS):
        item = draw()
        if item not in used:
            return item
    raise SSTIError(
        tr(
            "Every {trigger} of this recipe was in training: {count} different ones.",
            trigger=spoken(spec.source.kind),
            count=parts.count(len(used)),
        ),
        tr("Try one of another kind, or your own words."),
    )


def whether_trained(info: AdapterInfo, item: str, kind: str) -> str:
    """One sentence on whether the training rows had this very trigger. Raises SSTIError."""
    if not info.recipe_known:
        return tr("This adapter came without a recipe: what was in its training is not known.")
    if not info.poisoned:
        return tr("No row of this adapter’s training had any trigger.")
    kinds = {kind_of(spec) for spec in triggers(info)}
    if kind not in kinds:
        return tr(
            "{item} is of another kind than the triggers of its training ({kinds}). Does it work as well?",
            item=item,
            kinds=parts.joined(map(spoken, kinds)),
        )
    used = trained(info)
    said = {"item": item, "count": parts.count(len(used))}
    if item in used:
        return tr("{item} was in its training, which had {count} different ones.", **said)
    return tr("{item} was in no row of its training, which had {count} different ones.", **said)
