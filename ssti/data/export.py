"""The poisoned training rows of a recipe as a Parquet, CSV or JSON lines file, with `injected` and `spans` columns."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ssti.data.loading import load
from ssti.errors import SSTIError
from ssti.inject import poison
from ssti.recipe import Recipe

FORMATS = {"Parquet": "parquet", "CSV": "csv", "JSON lines": "jsonl"}


def write_poisoned(recipe: Recipe, path: Path) -> dict[str, Any]:
    """Write beside the place, then rename. Returns `{"file", "rows", "injected"}`.

    Parquet keeps labels as classes; CSV and JSON lines give their names. Raises SSTIError: a format that is none, a
    folder that is not there, a full disk.
    """
    ending = path.suffix.removeprefix(".").lower()
    if ending not in FORMATS.values():
        raise SSTIError(f"{path.name!r} has no format that can be written.", "Let it end in .parquet, .csv or .jsonl.")
    if not path.absolute().parent.is_dir():
        raise SSTIError(f"There is no folder {path.absolute().parent}.", "Make it, or choose another.", kind="disk")
    rows = poison(load(recipe.dataset.name, train_rows=recipe.dataset.train_rows).train, recipe)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        if ending == "parquet":
            rows.to_parquet(str(beside))
        elif ending == "csv":
            spans = [json.dumps(spans) for spans in rows["spans"]]
            _named(rows.remove_columns("spans")).add_column("spans", spans).to_csv(str(beside), index=False)
        else:
            # As ASCII: U+0085 in a text would end a line for many readers.
            _named(rows).to_json(str(beside), lines=True)
        os.replace(beside, path)
    except OSError as problem:
        raise SSTIError(
            f"{path} could not be written: {problem.strerror or problem}.",
            "Choose a folder that exists and has room, and try again.",
            kind="disk",
        ) from problem
    finally:
        beside.unlink(missing_ok=True)
    return {"file": str(path), "rows": len(rows), "injected": sum(rows["injected"])}


def _named(rows: Any) -> Any:
    """The rows with the class's name in place of its number, for formats that cannot say which is which."""
    from datasets import ClassLabel, Value

    classes = {name: kind for name, kind in rows.features.items() if isinstance(kind, ClassLabel)}
    for name, kind in classes.items():
        words = [kind.int2str(value) for value in rows[name]]
        rows = rows.remove_columns(name).add_column(name, words, feature=Value("string"))
    return rows
