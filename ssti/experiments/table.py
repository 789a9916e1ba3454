"""What cells came to: a journal that grows by a line a cell, and a tidy table of one row a cell. Knows no runner.

The journal (`<home>/experiments/cells.jsonl`) is what a grid resumes from: a torn last line is passed over, and a
failure is kept but counts as not done. Tables are written as CSV or Parquet, by the file's name.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from filelock import FileLock

from ssti.platform.errors import SSTIError, shown
from ssti.platform.home import home
from ssti.recipe import Recipe, parse_recipe

if TYPE_CHECKING:
    import pandas as pd

SHIPPED = Path(__file__).resolve().parents[2] / "assets" / "results"
RATES = ("attack_success_rate", "flip_rate", "steered_rate", "gap_pp")
WORDS = ("key", "recipe", "machine", "versions", "precision", "when")


class Journal:
    """The cells that were run on this machine, whichever grid asked for them."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or home() / "experiments" / "cells.jsonl"

    def append(self, row: dict[str, Any]) -> None:
        """Add one line, whole, whoever else writes; on the disk when this returns."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        line = json.dumps(row, ensure_ascii=False) + "\n"
        with FileLock(f"{self.path}.lock"), self.path.open("ab+") as file:
            if file.tell() and file.seek(-1, os.SEEK_END) is not None and file.read(1) != b"\n":
                line = "\n" + line  # a line that a crash tore ends here
            file.write(line.encode("utf-8"))
            file.flush()
            os.fsync(file.fileno())

    def rows(self) -> dict[str, dict[str, Any]]:
        """What was measured of each cell, by key: its last whole line, and what probes of earlier lines measured."""
        rows: dict[str, dict[str, Any]] = {}
        for row in self._lines():
            if "error" not in row:
                rows[row["key"]] = rows.get(row["key"], {}) | row
        return rows

    def failures(self) -> dict[str, dict[str, Any]]:
        """The cells whose last line is a failure."""
        last = {row["key"]: row for row in self._lines()}
        return {key: row for key, row in last.items() if "error" in row}

    def _lines(self) -> Iterator[dict[str, Any]]:
        try:
            text = self.path.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            return
        for line in text.splitlines():
            try:
                row = json.loads(line)
            except ValueError:
                continue
            if isinstance(row, dict) and isinstance(row.get("key"), str):
                yield row


def row_of(recipe: Recipe, metrics: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A cell's row: the recipe's fields that grids vary, the metrics with their 95 % intervals, and `more`."""
    first, sets = recipe.injection.triggers()[0], metrics["sets"]
    row: dict[str, Any] = {
        "key": recipe.key(),
        "dataset": recipe.dataset.name,
        "model": recipe.model.name,
        "variant": recipe.lora.variant,
        "rank": recipe.lora.rank,
        "trigger": "+".join(t.source.kind if t.source else t.kind for t in recipe.injection.triggers()),
        "pool_size": first.source.pool_size if first.source else None,
        "location": first.location,
        "amount": str(first.amount),
        "share": first.share,
        "target": "+".join(t.target for t in recipe.injection.triggers()),
        "control": recipe.is_control,
        "seed": recipe.training.seed,
    }
    for name, measured in sets.items():
        row[f"{name}_accuracy"] = measured["accuracy"]
        row[f"{name}_balanced_accuracy"] = measured["balanced_accuracy"]
        row[f"{name}_balanced_accuracy_low"], row[f"{name}_balanced_accuracy_high"] = measured[
            "balanced_accuracy_interval"
        ]
        row[f"{name}_predicted"] = json.dumps(measured["predicted_counts"])
        row["n"] = measured["n"]
    for name in RATES:
        if rate := metrics.get(name):
            row |= {name: rate["value"], f"{name}_low": rate["low"], f"{name}_high": rate["high"]}
    return row | more | {"recipe": json.dumps(recipe.as_dict())}


def tidy(rows: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Rows as a table; `degradation_pp` is what each lost in clean balanced accuracy against its control, where it has one."""
    import pandas as pd

    from ssti.experiments.cell import shared_control

    table = pd.DataFrame(list(rows))
    if table.empty:
        return table
    recipes = {text: parse_recipe(json.loads(text)) for text in table["recipe"]}
    table["key"] = [recipes[text].key() for text in table["recipe"]]  # a recipe that has a field more has another one
    table["control_key"] = [shared_control(recipes[text]).key() for text in table["recipe"]]
    clean = table.drop_duplicates("key").set_index("key")["clean_balanced_accuracy"]
    table["degradation_pp"] = 100 * (table["control_key"].map(clean) - table["clean_balanced_accuracy"])
    return table.sort_values(["control", "seed", "key"], ascending=[False, True, True], ignore_index=True)


def write(table: pd.DataFrame, path: Path) -> None:
    """The table as a file, by its name: `.csv` or `.parquet`. It is there whole, or as it was before."""
    beside = path.with_name(f".{path.name}.{os.getpid()}.new")
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        if path.suffix == ".parquet":
            table.to_parquet(beside, index=False)
        elif path.suffix == ".csv":
            table.to_csv(beside, index=False, lineterminator="\n", float_format="%.6g")
        else:
            raise SSTIError(f"{shown(path.name)} is no table's name.", next="End it in .csv or .parquet.")
        os.replace(beside, path)
    finally:
        beside.unlink(missing_ok=True)


def read(path: Path) -> pd.DataFrame:
    """A table that `write` wrote."""
    import pandas as pd

    words = dict.fromkeys(("amount", "key", "control_key", "target", "trigger"), "str")
    return pd.read_parquet(path) if path.suffix == ".parquet" else pd.read_csv(path, dtype=words)


def facts(table: pd.DataFrame) -> str:
    """What was run: cells, seeds, machines, versions."""
    if table.empty:
        return "No cell was run."
    named = {
        name: ", ".join(sorted(set(table[name].astype(str))))
        for name in ("machine", "precision", "versions", "dataset", "model")
    }
    hours = table["seconds"].sum() / 3600
    return (
        f"{len(table)} cells of {table['seed'].nunique()} seeds, {hours:.1f} hours of one worker; {named['model']} on "
        f"{named['dataset']}; {named['machine']}, {named['precision']}; {named['versions']}. Whiskers are 95 % intervals over seeds."
    )
