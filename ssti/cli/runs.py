"""The verb that starts a run, and the verbs under `runs`: list, show, follow, log, stop, resume, clone, rm."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ssti.cli.output import AsJson, Overrides, RecipeArgument, plain, read_recipe, report, show, tell
from ssti.platform.errors import SSTIError

if TYPE_CHECKING:
    from ssti.runs.progress import Progress
    from ssti.runs.run import Run

runs_cli = typer.Typer(help="The runs of this machine.", invoke_without_command=True)
RunId = Annotated[str, typer.Argument(metavar="ID", help="A run's id.")]
BackendOption = Annotated[str, typer.Option("--backend", help="Where it runs, by name; by default this machine.")]


def train(
    recipe: RecipeArgument,
    overrides: Overrides = None,
    backend: BackendOption = "local",
    follow: Annotated[bool, typer.Option(help="Show the run's progress until it ends.")] = False,
    control: Annotated[bool, typer.Option(help="Train its clean twin after it, too.")] = False,
    seeds: Annotated[int, typer.Option(min=1, max=100, help="So many runs: of its seed and of those after it.")] = 1,
    address: Annotated[str, typer.Option(help="A Ray cluster's HOST:PORT (--backend ray), else RAY_ADDRESS.")] = "",
    as_json: AsJson = False,
) -> None:
    """Start a run; with --follow or --json, wait for its end. Ctrl-C leaves it running."""
    from ssti.backends.api import BACKENDS
    from ssti.backends.control import launch

    if address:
        os.environ["RAY_ADDRESS"] = address
    where = BACKENDS.find(backend)  # before the recipe's data are read
    chosen = read_recipe(recipe, overrides)
    about = report(chosen)
    runs = launch(chosen, control, backend, seeds=seeds)
    tell(f"{where.title}: {where.offer(chosen).sentence}")
    for run in runs:
        tell(f"run {run.id} · python -m ssti runs follow {run.id}")
    if not follow and not as_json:
        print(runs[0].id)
        return
    for run in runs:
        _follow(run, quiet=as_json and not follow)
    for run in runs:
        _ended_well(run)
    _finish(runs[0], as_json, about, runs if len(runs) > 1 else ())


@runs_cli.callback()
def runs(context: typer.Context, as_json: AsJson = False) -> None:
    """The runs of this machine; without a further word, their list."""
    if context.invoked_subcommand is None:
        runs_list(as_json)


@runs_cli.command("list")
def runs_list(as_json: AsJson = False) -> None:
    """All runs, newest first."""
    from ssti.backends.control import tend
    from ssti.runs.store import Store

    store = Store()
    tend(store)
    rows = [_summary(run) for run in store.list()]
    show(rows, as_json, "\n".join(map(_line, rows)) or "No runs yet. Start one: python -m ssti train demo --follow")


@runs_cli.command("show")
def runs_show(id: RunId, as_json: AsJson = False) -> None:
    """One run: its state, recipe and metrics."""
    from ssti.verbs.runs import details

    show(details(_find(id)), as_json)


@runs_cli.command("follow")
def runs_follow(id: RunId, as_json: AsJson = False) -> None:
    """Watch a run until it ends."""
    run = _find(id)
    _follow(run, quiet=as_json)
    _finish(run, as_json)


@runs_cli.command("log")
def runs_log(id: RunId, as_json: AsJson = False) -> None:
    """What a run's program has written: the place to look where it failed."""
    from ssti.backends.control import backend_of

    run = _find(id)
    lines = [line.rstrip("\n") for line in backend_of(run).logs(run)]
    show({"run_id": id, "lines": lines}, as_json, "\n".join(lines))


@runs_cli.command("stop")
def runs_stop(id: RunId, as_json: AsJson = False) -> None:
    """End a run now; it keeps its adapter."""
    from ssti.backends.control import stop, wait

    run = _find(id)
    stop(run)
    show({**_summary(run), "state": (state := wait(run, timeout=60))}, as_json, f"{id} is {state}")


@runs_cli.command("resume")
def runs_resume(id: RunId, as_json: AsJson = False) -> None:
    """Go on from a run's last checkpoint."""
    from ssti.backends.control import resume

    run = _find(id)
    resume(run)
    show(_summary(run), as_json, f"{id} goes on · python -m ssti runs follow {id}")


@runs_cli.command("clone")
def runs_clone(id: RunId, overrides: Overrides = None, backend: BackendOption = "", as_json: AsJson = False) -> None:
    """Start a new run with this run's recipe, where that ran unless --backend says otherwise."""
    from ssti.backends.control import launch

    origin = _find(id)
    run = launch(origin.recipe.set(*(overrides or [])), backend=backend or origin.backend)[0]
    show(_summary(run), as_json, run.id)


@runs_cli.command("rm")
def runs_rm(id: RunId, as_json: AsJson = False) -> None:
    """Delete a run that has ended. Its control stays."""
    from ssti.backends.control import remove, twin_of

    run = _find(id)
    twin = twin_of(run)
    remove(run)
    left = f"; its control {twin.id} stays: python -m ssti runs rm {twin.id}" if twin else ""
    show({"run_id": id, "removed": True, "control": twin.id if twin else None}, as_json, f"{id} is gone{left}")


def _find(id: str) -> Run:
    from ssti.runs.store import Store

    return Store().find(id)


def _summary(run: Run) -> dict[str, Any]:
    from ssti.verbs.runs import summary

    return summary(run)


def _line(row: dict[str, Any]) -> str:
    line = f"{row['run_id']:28} {row['state']:12} {row['step']} of {row['steps']}"
    if row["skipped_events"]:
        line += f" · {row['skipped_events']} damaged lines in events.jsonl"
    return f"{line}\n    {row['damage']['message']} {row['damage']['next']}" if row["damage"] else line


def _follow(run: Run, quiet: bool = False) -> None:
    """Print what a run does until it ends."""
    from ssti.backends.control import progress, tend
    from ssti.runs.store import Store

    last = None
    while (p := progress(run)).going:
        eta = f" · {p.eta:.0f} s left" if p.eta is not None else ""
        line = f"{run.id} · {p.state} · {p.step} of {p.steps}{eta}"
        if p.evals:
            line += f" · attack success {p.evals[-1]['attack_success_rate']['value'] or 0:.1%}"
        if not quiet and line != last:
            tell(line)
        last = line
        tend(Store(run.path.parent))
        time.sleep(0.5)


def _ended_well(run: Run) -> Progress:
    """How a run ended. Raises SSTIError when it failed."""
    from ssti.backends.control import progress

    p = progress(run)
    if p.state in ("failed", "interrupted", "damaged"):
        raise SSTIError(
            f"The run {run.id} is {p.state}: {p.error['message']}", next=p.error["next"], kind=p.error["cause"]
        )
    return p


def _finish(run: Run, as_json: bool, about: dict[str, Any] | None = None, runs: Sequence[Run] = ()) -> None:
    """Print a run's end, what it was `about` (`report`), and the `runs` that were started with it, over their seeds.

    Raises SSTIError when it failed.
    """
    from ssti.verbs.seeds import measured, together

    p = _ended_well(run)
    answer = {
        "run_id": run.id,
        "state": p.state,
        "adapter": str(run.adapter) if run.has_adapter else None,
        "metrics": run.metrics(),
        "seconds": round(p.elapsed, 1),
        **(about or {}),
    }
    metrics = plain(answer["metrics"] or {}, "  ")
    said = f"{run.id} is {p.state}: {answer['adapter'] or 'no adapter'}\n{metrics}"
    if runs:
        controls = {one.control_of: one for one in runs if one.control_of}
        pairs = [(one, controls.get(one.id)) for one in runs if not one.control_of]
        over = together([measured(one.metrics(), its and its.metrics()) for one, its in pairs])
        answer["runs"] = [
            {"run_id": one.id, "seed": one.recipe.training.seed, "metrics": one.metrics(),
             "control": its and {"run_id": its.id, "metrics": its.metrics()}}
            for one, its in pairs
        ]  # fmt: skip
        answer["over_seeds"] = {name: {"value": e.value, "low": e.low, "high": e.high, "n": e.n} for name, e in over.items()}
        said += "".join(f"\n{name:28} {one.text}" for name, one in over.items())
    show(answer, as_json, said)
