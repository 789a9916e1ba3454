"""An experiment, or a grid of one's own, with its rows: those that came with the program, and those of this machine.

Knows no markup.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal

from ssti.experiments.cell import Cell, normal, with_seed
from ssti.experiments.experiment import EXPERIMENTS, Experiment
from ssti.experiments.grids.asked import Asked
from ssti.experiments.grids.going import find, started
from ssti.experiments.grids.own import experiment_of
from ssti.experiments.run import has
from ssti.experiments.table import SHIPPED, Journal, row_of, tidy
from ssti.platform.errors import SSTIError
from ssti.platform.server import shared_server
from ssti.recipe import Recipe, parse_recipe
from ssti.runs.files import stamp
from ssti.runs.store import Store
from ssti.ui.experiments.narrow import narrowed

if TYPE_CHECKING:
    import pandas as pd

    from ssti.experiments.picture import Picture
    from ssti.experiments.statistics import Finding

ALL = "all"  # the name of the overview
BITE = 0.5  # seconds of judging before the page is drawn again
RUNS = 200  # of this machine, the newest, that are looked at
SETS = {"clean", "aligned", "hijack"}
Whose = Literal["shipped", "both", "here"]
Row = dict[str, Any]


@dataclass(frozen=True)
class Study:
    """Rows of one dataset, and what they came to. `table` is the whole, on which the verdicts rest, `shown` what a filter
    leaves of it, which is drawn. `here` counts the rows of this machine; `choice` says that one may leave them out."""

    experiment: Experiment
    asked: Asked
    table: pd.DataFrame | None = None
    shown: pd.DataFrame | None = None
    dataset: str = ""
    datasets: tuple[str, ...] = ()
    here: int = 0
    choice: bool = False
    findings: tuple[Finding, ...] = ()
    pictures: tuple[Picture, ...] = ()
    pending: bool = False
    """Its verdicts are on their way."""

    def rows(self, keys: tuple[str, ...]) -> pd.DataFrame:
        """The rows of these keys; those that are there."""
        return self.table[self.table["key"].isin(keys)]


def names() -> list[tuple[str, str]]:
    """Title and name of every experiment, in the paper's order."""
    return [(one.title, one.name) for one in EXPERIMENTS.values()]


def own_grids() -> list[tuple[str, str]]:
    """Title and id of every grid of one's own, the newest first; none where others use the server."""
    return [] if shared_server() else [(one.asked.title, one.id) for one in started() if one.asked.own]


def asked_of(name: Any) -> Asked:
    """What is to be run for an experiment, or for a grid of one's own. Raises SSTIError for a name that is none."""
    name = name if isinstance(name, str) else ""
    if name in EXPERIMENTS or name not in dict((id, title) for title, id in own_grids()):
        return Asked(experiments=(EXPERIMENTS.find(name).name,))
    return find(name).asked


def study(name: Any, dataset: Any = "", whose: Any = "shipped", only: Sequence[str] = ()) -> Study:
    """The experiment of this name with the rows of one dataset, the first one unless another is named.

    `whose` rows: where none came with the program, always this machine's. `only`: what a filter leaves
    (`narrow`). Raises SSTIError for a name that is none.
    """
    asked = asked_of(name)
    return _study(asked, [] if shared_server() else _own(asked), dataset, whose, only)


def _study(
    asked: Asked, own: Sequence[Row], dataset: Any, whose: Any, only: Sequence[str] = (), draw: bool = True
) -> Study:
    experiment = experiment_of(asked)
    shipped = None if asked.own else _shipped(experiment.name, stamp(SHIPPED / f"{experiment.name}.csv"))
    known = set() if shipped is None or whose == "here" else set(shipped["key"])
    more = [row for row in own if row["key"] not in known]
    if shipped is None or (whose in ("both", "here") and more):
        old = [] if shipped is None or whose == "here" else shipped.to_dict("records")
        table = tidy([*old, *more]) if old or more else None
    else:
        table = shipped
    if table is None or (shipped is None and not asked.own and table["control"].all()):  # controls alone check no claim
        return Study(experiment, asked)
    datasets = tuple(dict.fromkeys(table["dataset"]))
    chosen = dataset if dataset in datasets else datasets[0]
    if len(datasets) > 1:
        table = table[table["dataset"] == chosen]
    shown = narrowed(table, only)
    key = asked.model_dump_json()
    return Study(
        experiment, asked, table, shown, chosen, datasets, len(more), bool(own) and shipped is not None,
        _findings(key, _Frame(table)), _pictures(key, _Frame(shown)) if draw else (),
    )  # fmt: skip


def overview(ready: int) -> tuple[list[Study], int]:
    """Every experiment, each of its datasets, with the rows that came with the program, else with this machine's.

    Half a second's worth of them is judged, and one at least beyond the first `ready` experiments; the rest is `pending`.
    With it, how many experiments are ready now.
    """
    rows, end = [] if shared_server() else _rows_here(), time.monotonic() + BITE
    studies, done = [], 0
    for name in EXPERIMENTS:
        asked = Asked(experiments=(name,))
        if done > ready and time.monotonic() > end:
            studies.append(Study(EXPERIMENTS[name], asked, pending=True))
            continue
        own = _cells_of(name, rows)
        first = _study(asked, own, "", "shipped", draw=False)
        studies += [first, *(_study(asked, own, dataset, "shipped", draw=False) for dataset in first.datasets[1:])]
        done += 1
    return studies, done


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
def _findings(asked: str, frame: _Frame) -> tuple[Finding, ...]:
    """Verdicts of a grid (`Asked` as JSON): a tenth of a second of resampling, the first time."""
    return tuple(experiment_of(Asked.model_validate_json(asked)).findings(frame.table))


@lru_cache(maxsize=64)
def _pictures(asked: str, frame: _Frame) -> tuple[Picture, ...]:
    return tuple(experiment_of(Asked.model_validate_json(asked)).pictures(frame.table))


@lru_cache(maxsize=64)
def _shipped(name: str, _: Any) -> pd.DataFrame | None:
    """Read once for as long as the file stays as it is: results may come while the page runs."""
    return EXPERIMENTS[name].shipped()


def shipped_rows(asked: Asked) -> list[Row]:
    """The rows of an experiment that came with the program."""
    if asked.own:
        return []
    name = experiment_of(asked).name
    table = _shipped(name, stamp(SHIPPED / f"{name}.csv"))
    return [] if table is None else table.to_dict("records")


def journal() -> dict[str, Row]:
    """The cells that were run on this machine, by key; read once for as long as the file stays as it is."""
    path = Journal().path
    return _journal(path, stamp(path))


@lru_cache(maxsize=2)
def _journal(path: Any, _: Any) -> dict[str, Row]:
    return Journal(path).rows()


def _own(asked: Asked) -> list[Row]:
    """The rows of this machine that are a cell of this grid; of an experiment, of whatever seed, from single runs too."""
    if asked.own:
        rows = journal()
        return [rows[cell.key] for cell in asked.cells() if cell.key in rows]
    return _cells_of(experiment_of(asked).name, _rows_here())


def _cells_of(name: str, rows: Iterable[Row]) -> list[Row]:
    """Those of an experiment, with all its probes: another grid may have run the same cell without them."""
    probes = _settings(name)
    cells = [(row, _read(row["recipe"])) for row in rows]
    return [row for row, recipe in cells if _setting(recipe) in probes and has(row, Cell(recipe, probes[_setting(recipe)]))]


def _rows_here() -> list[Row]:
    """All rows of this machine: from grids, and from single runs."""
    rows = dict(journal())
    for run in Store().list()[:RUNS]:
        row = _row_of_run(run)
        if row:
            rows.setdefault(row["key"], row)
    return list(rows.values())


@cache
def _settings(name: str) -> dict[str, tuple[str, ...]]:
    """What its cells are, whatever their seeds, each with its probes."""
    return {_setting(cell.recipe): cell.probes for cell in EXPERIMENTS[name].cells()}


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
    return row_of(recipe, metrics, machine="", versions="", precision="", seconds=0.0, run=run.id)


def next_seed(recipe: Recipe, table: pd.DataFrame) -> Recipe:
    """The same with the first seed that the table has not."""
    mine = _setting(recipe)
    seeds = {_read(text).training.seed for text in table["recipe"] if _setting(_read(text)) == mine}
    return with_seed(recipe, next(seed for seed in range(len(seeds) + 1) if seed not in seeds))


def recipe_of(row: Any) -> Recipe:
    """The recipe of a row."""
    return _read(row["recipe"])
