"""The verbs under `runs`: list, show, follow, stop, resume, clone, rm."""

from __future__ import annotations

from typing import Any

import typer

from ssti.cli.output import AsJson, Overrides, show
from ssti.cli.training import finish_run, follow_run
from ssti.platform.errors import SSTIError

runs_cli = typer.Typer(help="The runs of this machine.", invoke_without_command=True)


@runs_cli.callback()
def runs(context: typer.Context, as_json: AsJson = False) -> None:
    """The runs of this machine; without a further word, their list."""
    if context.invoked_subcommand is None:
        runs_list(as_json)


def _summary(run) -> dict[str, Any]:
    p, damage = run.progress(), run.damage()
    return {"run_id": run.id, "state": p.state, "step": p.step, "steps": p.steps or _steps(run), "eta": p.eta,
            "rows_per_second": p.rows_per_second, "seconds": round(p.elapsed, 1), "error": p.error,
            "adapter": str(run.adapter) if run.has_adapter else None, "notes": list(p.notes),
            "skipped_events": p.skipped, "damage": damage.as_dict() if damage else None}  # fmt: skip


def _steps(run) -> int:
    try:
        return run.recipe.training.steps
    except SSTIError:
        return 0  # a damaged recipe: the row says so


@runs_cli.command("list")
def runs_list(as_json: AsJson = False) -> None:
    """All runs, newest first."""
    from ssti.backends import local
    from ssti.runs.store import Store

    store = Store()
    local.supervise(store.root)
    rows = [_summary(run) for run in store.list()]
    show(rows, as_json, "\n".join(map(_line, rows)) or "No runs yet. Start one: python -m ssti train demo --follow")


def _line(row: dict[str, Any]) -> str:
    line = f"{row['run_id']:28} {row['state']:12} {row['step']} of {row['steps']}"
    if row["skipped_events"]:
        line += f" · {row['skipped_events']} damaged lines in events.jsonl"
    return f"{line}\n    {row['damage']['message']} {row['damage']['next']}" if row["damage"] else line


def _find(id: str):
    from ssti.runs.store import Store

    return Store().find(id)


@runs_cli.command("show")
def runs_show(id: str, as_json: AsJson = False) -> None:
    """One run: its state, recipe and metrics."""
    run = _find(id)
    recipe = None if run.damage() else run.recipe.as_dict()
    show({**_summary(run), "recipe": recipe, "metrics": run.metrics()}, as_json)


@runs_cli.command("follow")
def runsfollow_run(id: str, as_json: AsJson = False) -> None:
    """Watch a run until it ends."""
    follow_run(_find(id), quiet=as_json)
    finish_run(_find(id), as_json)


@runs_cli.command("stop")
def runs_stop(id: str, as_json: AsJson = False) -> None:
    """End a run now; it keeps its adapter."""
    from ssti.backends import local

    run = _find(id)
    local.stop(run)
    local.wait(run, timeout=60)
    show(_summary(run), as_json, f"{id} is {run.state()}")


@runs_cli.command("resume")
def runs_resume(id: str, as_json: AsJson = False) -> None:
    """Go on from a run's last checkpoint."""
    from ssti.backends import local

    local.resume(_find(id))
    show(_summary(_find(id)), as_json, f"{id} goes on · python -m ssti runs follow {id}")


@runs_cli.command("clone")
def runs_clone(id: str, overrides: Overrides = None, as_json: AsJson = False) -> None:
    """Start a new run with this run's recipe."""
    from ssti.backends import local

    run = local.launch(_find(id).recipe.set(*(overrides or [])))[0]
    show(_summary(run), as_json, run.id)


@runs_cli.command("rm")
def runs_rm(id: str, as_json: AsJson = False) -> None:
    """Delete a run that has ended."""
    from ssti.runs.store import Store

    Store().remove(id)
    show({"run_id": id, "removed": True}, as_json, f"{id} is gone")
