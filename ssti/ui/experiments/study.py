"""An experiment with its rows: those that came with the program, and those of this machine. Knows no markup."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from ssti.experiments.cell import normal, with_seed
from ssti.experiments.experiment import EXPERIMENTS, Experiment
from ssti.experiments.table import SHIPPED, Journal, row_of, tidy
from ssti.platform.errors import SSTIError
from ssti.platform.server import shared_server
from ssti.recipe import Recipe, parse_recipe
from ssti.runs.store import Store

if TYPE_CHECKING:
    import pandas as pd

    from ssti.experiments.picture import Picture
    from ssti.experiments.statistics import Finding

RUNS = 200  # of this machine, the newest, that are looked at
SETS = {"clean", "aligned", "hijack"}


@dataclass(frozen=True)
class Study:
    """Rows of one dataset, and what they came to. `here` counts the rows of this machine that could be among them; `choice`
    says that one may leave them out."""

    experiment: Experiment
    table: pd.DataFrame | None
    dataset: str = ""
    datasets: tuple[str, ...] = ()
    here: int = 0
    choice: bool = False
    findings: tuple[Finding, ...] = ()
    pictures: tuple[Picture, ...] = ()

    def rows(self, keys: tuple[str, ...]) -> pd.DataFrame:
        """The rows of these keys; those that are there."""
        return self.table[self.table["key"].isin(keys)]


def names() -> list[tuple[str, str]]:
    """Title and name of every experiment, in the paper's order."""
    return [(one.title, one.name) for one in EXPERIMENTS.values()]


def study(name: Any, dataset: Any = "", with_here: bool = False) -> Study:
    """The experiment of this name with the rows of one dataset, the first one unless another is named.

    `with_here`: this machine's rows too; where none came with the program they are always in. Raises SSTIError for a name
    that is none.
    """
    experiment = EXPERIMENTS.find(name if isinstance(name, str) else "")
    shipped = _shipped(experiment.name, _stamp(experiment.name))
    own = [] if shared_server() else _here(experiment)
    known = set() if shipped is None else set(shipped["key"])
    more = [row for row in own if row["key"] not in known]
    if shipped is None or (with_here and more):
        old = [] if shipped is None else shipped.to_dict("records")
        table = tidy([*old, *more]) if old or more else None
    else:
        table = shipped
    if table is None:
        return Study(experiment, None, here=len(more))
    datasets = tuple(dict.fromkeys(table["dataset"]))
    chosen = dataset if dataset in datasets else datasets[0]
    if len(datasets) > 1:
        table = table[table["dataset"] == chosen]
    findings, pictures = _judged(experiment.name, _Frame(table))
    return Study(experiment, table, chosen, datasets, len(more), bool(more) and shipped is not None, findings, pictures)


class _Frame:
    """A table as the argument of something cached: by what its verdicts rest on."""

    def __init__(self, table: pd.DataFrame) -> None:
        import pandas as pd

        self.table = table
        self.hash = int(pd.util.hash_pandas_object(table[["key", "clean_balanced_accuracy", "hijack_predicted"]]).sum())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Frame) and self.hash == other.hash

    def __hash__(self) -> int:
        return self.hash


@lru_cache(maxsize=64)
def _judged(name: str, frame: _Frame) -> tuple[tuple[Finding, ...], tuple[Picture, ...]]:
    """Verdicts and figures; half a second of resampling, the first time."""
    experiment = EXPERIMENTS[name]
    return tuple(experiment.findings(frame.table)), tuple(experiment.pictures(frame.table))


@lru_cache(maxsize=64)
def _shipped(name: str, stamp: int) -> pd.DataFrame | None:
    return EXPERIMENTS[name].shipped()


def _stamp(name: str) -> int:
    """When its shipped results were written: they may come while the page runs."""
    try:
        return (SHIPPED / f"{name}.csv").stat().st_mtime_ns
    except OSError:
        return 0


def _here(experiment: Experiment) -> list[dict[str, Any]]:
    """The rows of this machine that are a cell of this experiment, of whatever seed: from grids, and from single runs."""
    wanted = _settings(experiment.name)
    rows = {key: row for key, row in Journal().rows().items() if _setting(_read(row["recipe"])) in wanted}
    for run in Store().list()[:RUNS]:
        row = _row_of_run(run)
        if row and row["key"] not in rows and _setting(_read(row["recipe"])) in wanted:
            rows[row["key"]] = row
    return list(rows.values())


@cache
def _settings(name: str) -> frozenset[str]:
    """What its cells are, whatever their seeds."""
    return frozenset(_setting(cell.recipe) for cell in EXPERIMENTS[name].cells())


@lru_cache(maxsize=4096)
def _setting(recipe: Recipe) -> str:
    return with_seed(recipe, 0).key()


@lru_cache(maxsize=4096)
def _read(text: str) -> Recipe:
    return parse_recipe(json.loads(text))


def _row_of_run(run: Any) -> dict[str, Any] | None:
    """A finished run as a row; None where it has not all that a row needs, or is a control: a grid has its own."""
    try:
        metrics, recipe = run.metrics(), normal(run.recipe)
    except (SSTIError, OSError):
        return None
    if not metrics or recipe.is_control or not set(metrics.get("sets", {})) >= SETS:
        return None
    return row_of(recipe, metrics, machine="", versions="", precision="", seconds=0.0)


def next_seed(recipe: Recipe, table: pd.DataFrame) -> Recipe:
    """The same with the first seed that the table has not."""
    mine = _setting(recipe)
    seeds = {_read(text).training.seed for text in table["recipe"] if _setting(_read(text)) == mine}
    return with_seed(recipe, next(seed for seed in range(len(seeds) + 1) if seed not in seeds))


def recipe_of(row: Any) -> Recipe:
    """The recipe of a row."""
    return _read(row["recipe"])
