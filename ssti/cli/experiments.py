"""The verbs of experiments: list them, rerun and redraw one, and run a grid of one's own."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ssti.cli.output import AsJson, Overrides, RecipeArgument, listing, read_recipe, show, tell
from ssti.platform.errors import SSTIError, listed, nearest, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ssti.experiments.cell import Cell
    from ssti.experiments.experiment import Experiment
    from ssti.experiments.grids.asked import Asked
    from ssti.experiments.run import Runner
    from ssti.experiments.table import Journal

RUNNERS = ("local", "ray")
Out = Annotated[Path | None, typer.Option(help="A folder for table (.csv, .parquet) and figure (.html).")]
Workers = Annotated[
    int | None, typer.Option(min=1, max=256, help="Cells at a time; by default one a core, or one on a GPU.")
]
Backend = Annotated[str, typer.Option(help="Where cells run: local (this machine) or ray (a cluster).")]
Address = Annotated[
    str, typer.Option(help="A Ray cluster's HOST:PORT, else RAY_ADDRESS, else a Ray of this machine alone.")
]
Gpus = Annotated[
    float | None, typer.Option("--gpus-per-cell", help="Of Ray's GPUs; 0.25 lets four cells share one; by default 1.")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Count the cells, and run none.")]


def experiments(
    cost: Annotated[bool, typer.Option("--cost", help="GPU-hours of the full grids, reckoned from their recipes.")] = False,
    as_json: AsJson = False,
) -> None:
    """The paper's tables and figures that can be rerun, and the benchmarks of scanners."""
    from ssti.experiments.detection.adapters.benchmark import ADAPTERS
    from ssti.experiments.detection.benchmark import DETECTION
    from ssti.experiments.experiment import EXPERIMENTS

    if cost:
        from ssti.experiments.cost.bills import bills, lines

        rows = bills()
        show(rows, as_json, "\n".join(lines(rows)))
        return
    rows = [
        {"name": one.name, "title": one.title, "cites": one.cites, "available": (reason := one.missing(probe=True)) is None,
         "reason": reason, "pocket_cells": len(one.cells()), "full_cells": len(one.cells(pocket=False)), "shipped": one.shipped() is not None}
        for one in (*EXPERIMENTS.values(), DETECTION, ADAPTERS)
    ]  # fmt: skip
    listing(rows, as_json, lambda row: f"{row['title']} ({row['pocket_cells']} cells; {row['full_cells']} in full)")


def experiment(
    names: Annotated[list[str], typer.Argument(help="Experiments by name; their cells are run together.")],
    pocket: Annotated[
        bool, typer.Option("--pocket/--full", help="The grid that two cores can afford, or the paper's.")
    ] = True,
    shipped: Annotated[
        bool, typer.Option("--shipped", help="Run nothing: take the results that came with the program.")
    ] = False,
    ship: Annotated[bool, typer.Option("--ship", help="Write the tables to assets/results.")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="Run cells again that are done already.")] = False,
    clean: Annotated[
        list[str] | None, typer.Option(help="detection: a further dataset without poison, by name or file, for false alarms.")
    ] = None,
    out: Out = None,
    workers: Workers = None,
    backend: Backend = "local",
    address: Address = "",
    gpus_per_cell: Gpus = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Rerun experiments and redraw their figures. Killed and started again, it goes on where it was."""
    from ssti.experiments.cell import cells_of
    from ssti.experiments.detection.adapters.benchmark import ADAPTERS
    from ssti.experiments.detection.benchmark import DETECTION
    from ssti.experiments.experiment import EXPERIMENTS
    from ssti.experiments.grids.asked import Asked
    from ssti.experiments.page import write_page
    from ssti.experiments.table import SHIPPED, Journal, write

    runner = _runner(backend, workers, address, gpus_per_cell)
    if scans := next((one for one in (DETECTION, ADAPTERS) if one.name in names), None):  # no grid of trainings
        if len(names) > 1:
            raise SSTIError(f"{scans.name} runs by itself: its cells are scans.", next="Run the others by a command of their own.")
        chosen = [replace(scans, clean=tuple(clean or ()))]
        cells, asked, journal = chosen[0].cells(pocket), None, chosen[0].journal
    else:
        chosen = [EXPERIMENTS.find(name.replace("_", "-")) for name in names]
        if backend == "local" and not (shipped or dry_run):
            _refuse_what_is_not_here(chosen, pocket)
        cells = cells_of(grid for one in chosen for grid in (one.pocket if pocket else one.full))
        asked, journal = Asked(experiments=tuple(one.name for one in chosen), pocket=pocket), Journal()
    done = {} if shipped else _run(asked, cells, runner, fresh, dry_run, journal)
    if dry_run:
        show({"cells": len(cells), "missing": done["missing"]}, as_json)
        return
    answers = []
    for one in chosen:
        table = (
            one.shipped() if shipped else one.tidy(done["rows"][c.key] for c in one.cells(pocket) if c.key in done["rows"])
        )
        if table is None:
            raise SSTIError(f"No results of {one.name} came with the program.", next="Leave --shipped out to run it.")
        folder = out or Path.cwd() / "results"
        folder.mkdir(parents=True, exist_ok=True)
        for file in (
            [SHIPPED / f"{one.name}.csv"] if ship else [folder / f"{one.name}.csv", folder / f"{one.name}.parquet"]
        ):
            write(table, file)
        findings = write_page(one, table, folder / f"{one.name}.html")
        answers.append(
            {"name": one.name, "cells": len(table), "failed": done.get("failed", 0), "figure": str(folder / f"{one.name}.html"),
             "findings": [{"claim": f.claim, "verdict": f.verdict, "statistic": f.statistic, "p": f.p} for f in findings],
             "table": one.brief(table)}
        )  # fmt: skip
    lines = [
        f"{answer['name']}: {answer['figure']}\n"
        + "\n".join(f"  {f['verdict']:14} {f['claim']}\n{'':17}{f['statistic']}" for f in answer["findings"])
        + "".join("\n  " + " · ".join(f"{name} {value}" for name, value in row.items()) for row in answer["table"])
        for answer in answers
    ]
    show(answers[0] if len(answers) == 1 else answers, as_json, "\n".join(lines))


def grid(
    recipe: RecipeArgument,
    vary: Annotated[list[str] | None, typer.Option(help="A field and its values, such as lora.rank=1,16,64.")] = None,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="Replicates: of its seed and of those after it.")] = 3,
    control: Annotated[bool, typer.Option(help="Train the controls too.")] = True,
    overrides: Overrides = None,
    out: Annotated[Path | None, typer.Option(help="A file for the table: .csv or .parquet.")] = None,
    workers: Workers = None,
    backend: Backend = "local",
    address: Address = "",
    gpus_per_cell: Gpus = None,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """A grid of one's own: a row for each setting, with its mean over seeds and the 95 % interval."""
    from ssti.experiments.cell import parse_vary
    from ssti.experiments.grids.asked import Asked
    from ssti.experiments.summary import summary
    from ssti.experiments.table import tidy, write

    runner = _runner(backend, workers, address, gpus_per_cell)
    varied = parse_vary(vary or [])
    asked = Asked(recipe=read_recipe(recipe, overrides).as_dict(), vary=varied, seeds=seeds, controls=control)
    cells = asked.cells()
    done = _run(asked, cells, runner, False, dry_run)
    if dry_run:
        show({"cells": len(cells), "missing": done["missing"]}, as_json)
        return
    table = tidy(done["rows"][cell.key] for cell in cells if cell.key in done["rows"])
    if table.empty:
        raise SSTIError(f"All {len(cells)} cells failed.", next="See what was said of each above.", kind="run")
    if out:
        write(table, out)
    rows = summary(table, cells, varied)
    lines = ["  ".join(f"{key} {value}" for key, value in row.items()) for row in rows]
    show({"cells": len(table), "failed": done["failed"], "rows": rows}, as_json, "\n".join(lines))


def _refuse_what_is_not_here(chosen: Sequence[Experiment], pocket: bool) -> None:
    """Raises SSTIError for an experiment with cells to be run whose dataset or model is not here: each would fail."""
    from ssti.experiments.run import has
    from ssti.experiments.table import Journal

    done = Journal().rows()
    for one in chosen:
        if all(has(done.get(cell.key), cell) for cell in one.cells(pocket)):
            continue
        if reason := one.missing(pocket, probe=True):
            raise SSTIError(
                f"{one.name} cannot be run here. {reason}",
                next="Bring what is missing, or leave this experiment out.",
                kind="data",
            )


def _runner(backend: str, workers: int | None, address: str, gpus_per_cell: float | None) -> Runner:
    """Where cells run. Raises SSTIError where that cannot be had."""
    if backend not in RUNNERS:
        raise SSTIError(
            f"Cells do not run on {shown(backend)}, but on {listed(RUNNERS)}{nearest(backend, RUNNERS)}",
            next="Name one of these with --backend.",
        )
    if backend == "local":
        if address or gpus_per_cell is not None:
            raise SSTIError("--address and --gpus-per-cell are Ray's.", next="Add --backend ray, or leave them out.")
        from ssti.experiments.local import Local

        return Local(workers)
    from ssti.experiments.ray import Ray

    if address:
        os.environ["RAY_ADDRESS"] = address
    return Ray(workers, gpus_per_cell)


def _run(
    asked: Asked | None, cells: Sequence[Cell], runner: Runner, fresh: bool, dry_run: bool, journal: Journal | None = None
) -> dict[str, Any]:
    """Run what is missing, telling how far it is; the rows by key. What was `asked` shows on the page, too, unless `fresh`."""
    import tempfile
    from contextlib import nullcontext

    from ssti.experiments.grids.going import following
    from ssti.experiments.run import Progress, has, run
    from ssti.experiments.table import Journal

    journal = Journal(Path(tempfile.mkdtemp()) / "cells.jsonl") if fresh else journal or Journal()
    if dry_run:
        done = journal.rows()
        return {"missing": sum(not has(done.get(cell.key), cell) for cell in cells)}
    failed = 0

    def report(progress: Progress) -> None:
        nonlocal failed
        failed = progress.failed
        error = progress.last and progress.last.error
        tell(f"{progress.line}{' · failed: ' + error['message'] + ' ' + error['next'] if error else ''}")

    with nullcontext(lambda progress: None) if fresh or asked is None else following(asked, runner.workers) as page:
        rows = run(cells, runner, journal, lambda progress: (report(progress), page(progress)))
    return {"rows": {row["key"]: row for row in rows}, "failed": failed}
