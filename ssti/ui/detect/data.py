"""What is to be scanned, as the page holds it, and the rows of it. Knows no component and no scan."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.platform.server import shared_server
from ssti.recipe import PRESETS, Recipe, parse_recipe, preset
from ssti.ui.access.caps import LARGEST_SCAN
from ssti.ui.access.visitor import admit, admit_name, find_adapter, find_run
from ssti.ui.kit import parts

Kind = Literal["file", "dataset", "recipe", "run", "sample", "adapter"]
SAMPLE = ("dataset.name=rotten_tomatoes", "dataset.train_rows=4000", "injection.share=0.03", "injection.target=positive", "injection.location=random")


@dataclass(frozen=True)
class Asked:
    """What is to be scanned: `name` of a file or dataset as `ssti.data.load` takes it, of a run, or of an adapter whose training
    rows they are; or a recipe's data."""

    kind: Kind
    name: str = ""
    recipe: dict[str, Any] | None = None


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows to be scanned. `numbers` are the rows' numbers in their file, from 1; the columns are called as there. `adapter` was
    trained on them, where one was."""

    title: str
    texts: list[str]
    labels: list[int]
    names: tuple[str, ...]
    numbers: list[int]
    columns: tuple[str, str] = ("text", "label")
    notes: tuple[str, ...] = ()
    adapter: str = ""


@dataclass(frozen=True)
class Source:
    """Rows by a key that is equal for equal rows; `make` gives them."""

    key: str
    title: str
    make: Callable[[], Rows]


def source(asked: Asked) -> Source:
    """What was asked for, if this visitor may use it. Raises SSTIError."""
    if asked.kind in ("file", "dataset"):
        return _of_data(asked)
    if asked.kind == "adapter":
        info = find_adapter(asked.name)
        return _of_recipe(admit(info.known_recipe()), tr("The training rows of {title}", title=info.title), info.ref)
    recipe = _recipe(asked)
    title, adapter = tr("The data of this recipe, poisoned"), ""
    if asked.kind == "run":
        adapter = f"run/{asked.name}" if find_run(asked.name).has_adapter else ""
        title = tr("The poisoned data of the run {run}", run=asked.name)
    elif asked.kind == "sample":
        title = tr("A poisoned sample")
    return _of_recipe(recipe, title, adapter)


def _of_data(asked: Asked) -> Source:
    from ssti.data import load

    if not asked.name:
        raise SSTIError(tr("No data was chosen yet."), tr("Upload a file first."))
    data = load(admit_name("dataset", asked.name))
    tables = [data.train_table]
    if asked.kind == "file":  # all of it: what it is split into is ours
        tables.append(data.test_table)

    def make() -> Rows:
        import pyarrow as pa

        columns = ["text", "label", *(["row"] if all("row" in table.column_names for table in tables) else [])]
        table = pa.concat_tables([one.select(columns).cast(tables[0].select(columns).schema) for one in tables])
        return _rows(data, data.info.title, table)

    return Source(f"{asked.kind} {data.key} {data.name}", data.info.title, make)


def _recipe(asked: Asked) -> Recipe:
    if asked.kind == "run":
        return admit(find_run(asked.name).recipe)
    if asked.kind == "sample":
        return preset(next(iter(PRESETS))).set(*SAMPLE)
    return admit(parse_recipe(asked.recipe)) if asked.recipe else preset(next(iter(PRESETS)))


def _of_recipe(recipe: Recipe, title: str, adapter: str) -> Source:
    from ssti.data import load

    data = load(recipe.dataset.name, recipe.dataset.train_rows, None)

    def make() -> Rows:
        from ssti.inject import poison

        poisoned = poison(data.train, recipe)
        return replace(_rows(data, title, poisoned.with_format("arrow")[:]), adapter=adapter)

    injected = json.dumps(recipe.as_dict()["injection"], sort_keys=True, default=str)
    return Source(f"{title} {adapter} {data.key} {injected}", title, make)


def _rows(data: Any, title: str, table: Any) -> Rows:
    """The rows of a table; on a server for strangers only the first, which hold every class in proportion."""
    notes = data.notes
    if shared_server() and table.num_rows > LARGEST_SCAN:
        notes = (*notes, tr("The first {most} of {all} rows were read: that is the limit on this server.",
                            most=parts.count(LARGEST_SCAN), all=parts.count(table.num_rows)))  # fmt: skip
        table = table.slice(0, LARGEST_SCAN)
    numbers = table["row"].to_pylist() if "row" in table.column_names else list(range(1, table.num_rows + 1))
    return Rows(
        title, table["text"].to_pylist(), table["label"].to_pylist(), data.label_names, numbers,
        (data.info.text_column or "text", data.info.label_column or "label"), notes,
    )  # fmt: skip


def write_rows_of(rows: Rows, path: Path) -> int:
    """The rows as a file whose columns are called as theirs; how many cells of a CSV file begin as a formula does. Raises SSTIError."""
    from datasets import ClassLabel, Dataset, Features, Value

    from ssti.data.export import write_rows

    features = Features({"text": Value("string"), "label": ClassLabel(names=list(rows.names)), "row": Value("int64")})
    table = Dataset.from_dict({"text": rows.texts, "label": rows.labels, "row": rows.numbers}, features=features)
    return write_rows(table, path, *rows.columns)


def runs() -> list[tuple[str, str]]:
    """The runs of this visitor that injected something, as (what it is called, its id), newest first."""
    from ssti.runs.store import Store
    from ssti.ui.access.visitor import owns

    found = []
    for run in Store().list():
        if run.control_of or not owns(run):
            continue
        try:
            found.append((f"{run.id} · {parts.public(_dataset_title(run.recipe))}", run.id))
        except SSTIError:  # it is damaged: the Finetune tab says so
            continue
    return found


def _dataset_title(recipe: Recipe) -> str:
    from ssti.data.own.load import title_of

    return title_of(recipe.dataset.name)
