"""The poisoned training rows of a recipe as a Parquet, CSV or JSON lines file, with `injected` and `spans` columns.

A person's own data keep the names of their columns and classes, and each row the number that it has in their file.
"""

from __future__ import annotations

import csv
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ssti.data.rows import load
from ssti.inject import poison
from ssti.platform.errors import SSTIError
from ssti.platform.language import later, tr
from ssti.recipe import Recipe

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")
NUMBER = re.compile(r"[+-]?\d++(?:[.,]\d++)?%?")
FORMATS = {later("Parquet"): "parquet", later("CSV"): "csv", later("JSON lines"): "jsonl"}


def write_poisoned(
    recipe: Recipe, path: Path, prefix_formulas: bool = True, with_test: bool = False
) -> dict[str, Any]:
    """Write beside the place, then rename. Returns `{"file", "rows", "injected", "formula_cells", "notes"}`.

    Labels are the names of their classes. `with_test`: the test rows follow, as they are, and a column `split` tells
    which are which. `formula_cells` counts the cells of a CSV file that a spreadsheet would run; with `prefix_formulas`
    each gets an apostrophe before it, and spans move with it. Of our own columns, one that a person's data have already
    begins with `ssti_`. `notes` are sentences for people: how the dataset was read, and what to know of such cells. Raises SSTIError: a
    format that is none, a folder that is not there, a full disk.
    """
    _check(path)
    if not path.absolute().parent.is_dir():
        raise SSTIError(
            tr("There is no folder {folder}.", folder=path.absolute().parent),
            tr("Make it, or choose another."),
            kind="disk",
        )
    dataset = load(recipe.dataset.name, recipe.dataset.train_rows, recipe.dataset.test_rows)
    rows = poison(dataset.train, recipe)
    injected = sum(rows["injected"])
    if with_test:
        rows = _with_test(rows, dataset.test)
    formulas = write_rows(rows, path, dataset.info.text_column, dataset.info.label_column, prefix_formulas)
    return {
        "file": str(path),
        "rows": len(rows),
        "injected": injected,
        "formula_cells": formulas,
        "notes": [*dataset.notes, *([formula_note(formulas, prefix_formulas)] if formulas else [])],
    }


def write_rows(rows: Any, path: Path, text_column: str, label_column: str, prefix_formulas: bool = True) -> int:
    """A `datasets.Dataset` of `text`, `label` and more as a file, beside the place, then renamed. Returns how many cells of a
    CSV file begin as a formula does. Raises SSTIError."""
    ending = _check(path)
    names = column_names(text_column, label_column, rows.column_names)
    rows = _named(rows).rename_columns(names)
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    formulas = 0
    try:
        if ending == "parquet":
            rows.to_parquet(str(beside))
        elif ending == "csv":
            formulas = _write_csv(rows, beside, prefix_formulas, names["text"], names.get("spans", ""))
        else:
            # As ASCII: U+0085 in a text would end a line for many readers.
            rows.to_json(str(beside), lines=True)
        os.replace(beside, path)
    except OSError as problem:
        raise SSTIError(
            tr("{path} could not be written: {reason}.", path=path, reason=problem.strerror or problem),
            tr("Choose a folder that exists and has room, and try again."),
            kind="disk",
        ) from problem
    finally:
        beside.unlink(missing_ok=True)
    return formulas


def _check(path: Path) -> str:
    """The file's ending. Raises SSTIError for one that no format has."""
    ending = path.suffix.removeprefix(".").lower()
    if ending not in FORMATS.values():
        raise SSTIError(
            tr("{name!r} has no format that can be written.", name=path.name),
            tr("Let it end in .parquet, .csv or .jsonl."),
        )
    return ending


def column_names(text: str, label: str, columns: Sequence[str]) -> dict[str, str]:
    """What each of our columns is called in a file whose text and label columns have these names."""
    own = {"text": text, "label": label}
    return {name: own.get(name) or (f"ssti_{name}" if name in own.values() else name) for name in columns}


def _with_test(train: Any, test: Any) -> Any:
    """The training rows, then the test rows, which nothing was injected into."""
    from datasets import Value, concatenate_datasets

    test = test.add_column("injected", [False] * len(test), feature=train.features["injected"])
    test = test.add_column("spans", [[] for _ in range(len(test))], feature=train.features["spans"])
    parts = (("train", train), ("test", test.select_columns(train.column_names)))
    return concatenate_datasets(
        [rows.add_column("split", [name] * len(rows), feature=Value("string")) for name, rows in parts]
    )


def formula_note(cells: int, prefixed: bool) -> str:
    """What a person should know of cells that a spreadsheet would run, such as `=cmd|…`."""
    if prefixed:
        return tr(
            "An apostrophe was put before {cells:,} cells that a spreadsheet would have run as formulas.", cells=cells
        )
    return tr(
        "{cells:,} cells begin as a formula does (=, +, -, @): a spreadsheet would run them. Open the file in a program "
        "that does not, or write it with an apostrophe before them.",
        cells=cells,
    )


def is_formula(cell: str) -> bool:
    """Would a spreadsheet run this cell? A plain number would do no harm."""
    return cell[:1] in FORMULA_STARTS and not NUMBER.fullmatch(cell)


def without_formula(cell: str) -> str:
    """The cell as a spreadsheet shows it and runs nothing: an apostrophe before what it would run."""
    return f"'{cell}" if is_formula(cell) else cell


def _write_csv(rows: Any, file: Path, prefix: bool, text: str, spans: str) -> int:
    """Every text in quotes, so that any line break in it stays in it for every reader. Returns how many formulas."""
    formulas = 0
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
        writer.writerow([without_formula(name) if prefix else name for name in rows.column_names])
        for row in rows:
            for name, value in row.items():
                if isinstance(value, str) and is_formula(value):
                    formulas += 1
                    if prefix:
                        row[name] = without_formula(value)
                        if name == text and spans:
                            row[spans] = [{**s, "start": s["start"] + 1, "end": s["end"] + 1} for s in row[spans]]
            writer.writerow([json.dumps(value) if name == spans else value for name, value in row.items()])
    return formulas


def _named(rows: Any) -> Any:
    """The rows with the class's name in place of its number, in the same order of columns."""
    from datasets import ClassLabel, Value

    classes = {name: feature for name, feature in rows.features.items() if isinstance(feature, ClassLabel)}
    for name, feature in classes.items():
        words = [feature.int2str(value) for value in rows[name]]
        order = rows.column_names
        rows = rows.remove_columns(name).add_column(name, words, feature=Value("string")).select_columns(order)
    return rows
