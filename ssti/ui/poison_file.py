"""The poisoned training rows as a file to download. Knows formats and folders, not the form."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ssti.errors import SSTIError
from ssti.inject import poison
from ssti.recipe import Recipe
from ssti.ui.poison_result import file_name

FORMATS = {"Parquet": "parquet", "CSV": "csv", "JSON lines": "jsonl"}


def write(recipe: Recipe, ending: str, folder: Path) -> Path:
    """Write the poisoned training rows, with `injected` and `spans`, into the folder. Raises SSTIError."""
    from ssti.data import load

    if ending not in FORMATS.values():
        raise SSTIError(f"There is no format {ending!r}.", f"Choose one of {', '.join(FORMATS)}.")
    path = folder / file_name(recipe, ending)
    rows = poison(load(recipe.dataset.name).train, recipe)
    try:
        if ending == "parquet":
            rows.to_parquet(str(path))
        elif ending == "csv":
            spans = [json.dumps(spans) for spans in rows["spans"]]
            plain(rows.remove_columns("spans")).add_column("spans", spans).to_csv(str(path), index=False)
        else:
            plain(rows).to_json(str(path), lines=True)
    except OSError as problem:
        raise SSTIError(
            f"The file could not be written: {problem.strerror or problem}.",
            "Free some space and try again.",
            kind="disk",
        ) from problem
    return path


def plain(rows: Any) -> Any:
    """The rows with the class's name in place of its number, for formats that cannot say which is which."""
    from datasets import ClassLabel, Value

    classes = {name: kind for name, kind in rows.features.items() if isinstance(kind, ClassLabel)}
    for name, kind in classes.items():
        words = [kind.int2str(value) for value in rows[name]]
        rows = rows.remove_columns(name).add_column(name, words, feature=Value("string"))
    return rows
