"""What there is to choose from: adapters, datasets, base models."""

from __future__ import annotations

from typing import Any

from ssti.adapters.listing import AdapterInfo, DamagedAdapter


def adapter(one: AdapterInfo | DamagedAdapter) -> dict[str, Any]:
    """An adapter of a list; of a damaged one its `ref` and its `damage`. `poisoned` is None where nobody knows."""
    if isinstance(one, DamagedAdapter):
        return {"ref": one.ref, "damage": one.problem.as_dict()}
    known = one.recipe_known
    return {
        "ref": one.ref, "title": one.title, "poisoned": one.poisoned if known else None, "control": one.control,
        "folder": str(one.path), "labels": list(one.label_names), "sealed": one.about.sealed is not None,
        "recipe": one.recipe.as_dict() if known else None,
        "attack_success_rate": one.metrics.get("attack_success_rate"), "damage": None,
    }  # fmt: skip


def datasets(probe: bool = True) -> list[dict[str, Any]]:
    """The datasets, and what is usable here and now."""
    from ssti.data import list_datasets

    return [info.as_json() for info in list_datasets(probe=probe)]


def models(probe: bool = True) -> list[dict[str, Any]]:
    """The base models, and what is usable here and now."""
    from ssti.models import list_models

    return [info.as_json() for info in list_models(probe=probe)]
