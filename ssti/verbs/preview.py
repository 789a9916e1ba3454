"""What a recipe would do to its dataset, before anything is written or trained."""

from __future__ import annotations

from typing import Any

from ssti.data.rows import load
from ssti.data.summary import summary
from ssti.inject import preview as rows_of
from ssti.recipe import Recipe


def preview(recipe: Recipe, rows: int = 6) -> dict[str, Any]:
    """The first `rows` that get a trigger, before and after, and how many of which class do. Raises SSTIError."""
    data = load(recipe.dataset.name, recipe.dataset.train_rows, None)
    table = data.train_table
    made = rows_of(table["text"].to_pylist(), table["label"].to_pylist(), recipe, data.label_names, limit=rows)
    shown = [
        {"index": row.index, "label": row.label, "before": row.before, "after": row.after,
         "spans": [list(span) for span in row.spans]}
        for row in made.rows
    ]  # fmt: skip
    return {**summary(recipe).as_dict(), "rows": shown, "words_added": made.words_added, "recipe": recipe.as_dict()}
