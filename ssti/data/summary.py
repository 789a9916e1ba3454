"""What a recipe takes and does, in figures and sentences: its data's columns and classes, and the rows that get a trigger.

The command line and the page say the same from here. Knows rows and triggers, no model.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ssti.data.rows import TextDataset, load
from ssti.data.stats import occurrences
from ssti.inject import preview, trigger_pattern
from ssti.inject.datasets.classes import find_class
from ssti.inject.spec import read_spec
from ssti.platform.errors import SSTIError
from ssti.platform.language import later, tr
from ssti.recipe import Recipe

CLASSES_SHOWN = 12
UNCLEAN = 0.01  # of the clean rows; beyond it the trigger's own occurrences are worth a word


@dataclass(frozen=True)
class Summary:
    """`rows` and `injected` count the rows of `split` by class, all and those that get a trigger; `targets` are pairs of
    a target as the recipe has it and the class that it means. `notes` are sentences, as the page shows them.
    """

    name: str
    title: str
    text_column: str
    label_column: str
    split: str
    rows: dict[str, int]
    injected: dict[str, int]
    targets: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """For `--json`: beside the fields that a verb has of its own."""
        return {
            "dataset": {"name": self.name, "text_column": self.text_column, "label_column": self.label_column},
            "split": self.split,
            "classes": {name: {"rows": n, "injected": self.injected[name]} for name, n in self.rows.items()},
            "targets": [{"target": target, "class": name} for target, name in self.targets],
            "notes": list(self.notes),
        }

    def lines(self) -> list[str]:
        """For a person, on standard error."""
        shown = [f"{name} {n:,}" for name, n in list(self.rows.items())[:CLASSES_SHOWN]]
        more = f" and {len(self.rows) - CLASSES_SHOWN} more classes" if len(self.rows) > CLASSES_SHOWN else ""
        hit = [f"{n:,} of {self.rows[name]:,} rows of {name}" for name, n in self.injected.items() if n]
        more_hit = f" and of {len(hit) - CLASSES_SHOWN} more classes" if len(hit) > CLASSES_SHOWN else ""
        return [
            f"{self.title}: text from the column {self.text_column!r}, class from {self.label_column!r}",
            f"{self.split} rows: {', '.join(shown)}{more}",
            f"with a trigger: {', '.join(hit[:CLASSES_SHOWN]) + more_hit or 'no row'}",
            *(f"note: {note}" for note in self.notes),
        ]


def summary(recipe: Recipe, sets: Sequence[str] | None = None) -> Summary:
    """What is taken and done in the training rows, or in the test rows of these `sets` (`clean`, `aligned`, `hijack`).

    Raises SSTIError for data that cannot be had and for a target that is no class.
    """
    spec = recipe.dataset
    training = sets is None
    data = load(spec.name, spec.train_rows if training else None, None if training else spec.test_rows)
    table = data.train_table if training else data.test_table
    names = data.label_names
    labels = table["label"].to_pylist()
    counts = Counter(labels)
    rows = {name: counts[index] for index, name in enumerate(names)}
    targets = [(trigger.target, find_class(trigger.target, names)) for trigger in recipe.injection.triggers()]
    if sets is None:
        injected = preview(table["text"], labels, recipe, names, limit=0).touched
    else:
        hit = set(names) if "hijack" in sets else {one.name for _, one in targets} if "aligned" in sets else set()
        injected = {name: n for name, n in rows.items() if name in hit}
    notes = [*data.notes, *(note for target, one in targets if (note := one.note(target)))]
    try:
        unclean = unclean_trigger(load(spec.name), recipe)
        notes += [unclean[0]] if unclean else []
    except SSTIError as error:  # a file of very many triggers makes too large a pattern to count by
        notes.append(
            tr("Whether the clean rows have this trigger already was not counted: {message}", message=error.message)
        )
    return Summary(
        name=spec.name,
        title=data.info.title,
        text_column=data.info.text_column,
        label_column=data.info.label_column,
        split="training" if training else "test",
        rows=rows,
        injected={name: injected.get(name, 0) for name in names},
        targets=tuple((target, one.name) for target, one in targets),
        notes=tuple(dict.fromkeys(notes)),
    )


def unclean_trigger(rows: TextDataset, recipe: Recipe) -> tuple[str, bool] | None:
    """A sentence where the trigger is in more than one of a hundred clean rows, and whether it can be taken out of them
    (`injection.strip`); None for a clean one.
    """
    counts = occurrences(rows, trigger_pattern(recipe))
    hits, total = (sum(entry[key] for entry in counts.values()) for key in ("rows", "total"))
    if hits <= total * UNCLEAN:
        return None
    spec = read_spec(recipe)
    can_go = all(leaf.kind.strips(leaf.options) for leaf in spec.leaves)
    share = f"{hits / total * 100:.1f}".removesuffix(".0") + " %"
    if recipe.injection.strip:
        words = tr(
            "The trigger was in {hits:,} clean rows ({share}); it is taken out of them first.", hits=hits, share=share
        )
        return words, can_go
    if can_go:
        words = later(
            "{share} of the clean rows have this trigger already, so it is not a clean one here: "
            "the model meets it without the poison too."
        )
    else:
        words = later(
            "{share} of the clean rows have this trigger already, so it is not a clean one here: choose another."
        )
    return tr(words, share=share), can_go
