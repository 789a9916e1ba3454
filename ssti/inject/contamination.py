"""How often a trigger already occurs in the clean texts, per class. A trigger that does is not clean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from ssti.inject.build import trigger_pattern
from ssti.inject.datasets.preview import class_name
from ssti.inject.datasets.select import as_list


def contamination(
    texts: Iterable[str], labels: Any, recipe: Any, label_names: Sequence[str] | None = None
) -> dict[str, dict[str, int]]:
    """`{class: {"rows": n with the trigger, "total": n}}`, by `trigger_pattern(recipe)`, before any
    injection.
    """
    search = re.compile(trigger_pattern(recipe)).search
    found: dict[str, dict[str, int]] = {}
    for text, label in zip(texts, as_list(labels), strict=True):
        entry = found.setdefault(class_name(label, label_names), {"rows": 0, "total": 0})
        entry["total"] += 1
        entry["rows"] += bool(text and search(text))
    return dict(sorted(found.items()))


def contamination_warning(found: dict[str, dict[str, int]]) -> str | None:
    """A sentence for a trigger that already occurs, None for a clean one."""
    rows = sum(entry["rows"] for entry in found.values())
    total = sum(entry["total"] for entry in found.values())
    if not rows:
        return None
    classes = ", ".join(f"{name}: {entry['rows']:,} of {entry['total']:,}" for name, entry in found.items())
    return (
        f"This trigger is not clean: {rows:,} of {total:,} texts ({rows / total:.1%}) have it already "
        f"({classes}). "
        "Choose another, or strip it first (strip: true)."
    )
