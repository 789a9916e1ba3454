"""The verb that starts a run, and the watching of one."""

from __future__ import annotations

import time
from typing import Annotated, Any

import typer

from ssti.cli.output import AsJson, Overrides, RecipeArgument, plain, read_recipe, report, show, tell
from ssti.platform.errors import SSTIError


def train(
    recipe: RecipeArgument,
    overrides: Overrides = None,
    backend: Annotated[str, typer.Option(help="Where it runs. Here: local.")] = "local",
    follow: Annotated[bool, typer.Option(help="Show the run's progress until it ends.")] = False,
    control: Annotated[bool, typer.Option(help="Train its clean twin after it, too.")] = False,
    as_json: AsJson = False,
) -> None:
    """Start a run; with --follow or --json, wait for its end. Ctrl-C leaves it running."""
    from ssti.backends import local

    if backend != "local":
        raise SSTIError(f"There is no backend {backend!r}.", next="Use --backend local.")
    chosen = read_recipe(recipe, overrides)
    about = report(chosen)
    runs = local.launch(chosen, with_control=control)
    for run in runs:
        tell(f"run {run.id} · python -m ssti runs follow {run.id}")
    if not follow and not as_json:
        print(runs[0].id)
        return
    for run in runs:
        follow_run(run, quiet=as_json and not follow)
    finish_run(runs[0], as_json, about)


def follow_run(run, quiet: bool = False) -> None:
    """Print what a run does until it ends."""
    from ssti.backends import local

    last = None
    while True:
        p = run.progress()
        eta = f" · {p.eta:.0f} s left" if p.eta is not None else ""
        line = f"{run.id} · {p.state} · {p.step} of {p.steps}{eta}"
        if p.evals:
            line += f" · attack success {p.evals[-1]['attack_success_rate']['value'] or 0:.1%}"
        if not quiet and line != last:
            tell(line)
        last = line
        if not p.going:
            local.wait(run)  # until all was said
            return
        local.supervise(run.path.parent)
        time.sleep(0.5)


def finish_run(run, as_json: bool, about: dict[str, Any] | None = None) -> None:
    """Print a run's end, and what it was `about` (`report`). Raises SSTIError when it failed."""
    p = run.progress()
    if p.state in ("failed", "interrupted", "damaged"):
        raise SSTIError(
            f"The run {run.id} is {p.state}: {p.error['message']}", next=p.error["next"], kind=p.error["cause"]
        )
    answer = {
        "run_id": run.id,
        "state": p.state,
        "adapter": str(run.adapter) if run.has_adapter else None,
        "metrics": run.metrics(),
        "seconds": round(p.elapsed, 1),
        **(about or {}),
    }
    show(
        answer,
        as_json,
        f"{run.id} is {p.state}: {answer['adapter'] or 'no adapter'}\n{plain(answer['metrics'] or {}, '  ')}",
    )
