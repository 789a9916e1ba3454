"""The same verbs for a shell. Each is thin: it reads arguments, asks an engine, and prints.

With `--json` one object goes to standard output and nothing else does; progress goes to standard error.

Run as: python -m ssti VERB --help
"""

from __future__ import annotations

import json
import os
import sys
import time
import warnings
from pathlib import Path
from typing import Annotated, Any

import typer

from ssti.errors import SSTIError, listed, nearest

cli = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
                  help="See, measure and stop spurious-token poisoning of finetuned language models.")  # fmt: skip
runs_cli = typer.Typer(help="The runs of this machine.", invoke_without_command=True)
cli.add_typer(runs_cli, name="runs")

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")]
RecipeArgument = Annotated[str, typer.Argument(help="A YAML file, a preset's name, or - for standard input.")]
Overrides = Annotated[list[str] | None, typer.Option("--set", help="Override a field, such as lora.rank=64.")]
AdapterArgument = Annotated[str, typer.Argument(help="shipped/NAME, run/ID, a run's id, or an adapter's folder.")]
Text = Annotated[str, typer.Option(help="The text to classify.")]
Trigger = Annotated[str | None, typer.Option(help="A trigger to put into the text as well.")]
Place = Annotated[str, typer.Option(help="Where the trigger goes: beginning, random or end.")]


def tell(line: str) -> None:
    """Progress, on standard error."""
    print(line, file=sys.stderr, flush=True)


def show(value: Any, as_json: bool, text: str | None = None) -> None:
    """The answer, on standard output."""
    print(json.dumps(value, ensure_ascii=False) if as_json else text if text is not None else _plain(value))


def _plain(value: Any, indent: str = "") -> str:
    if isinstance(value, dict):
        return "\n".join(
            f"{indent}{key}:\n{_plain(v, indent + '  ')}" if isinstance(v, dict) and v else f"{indent}{key}: {v}"
            for key, v in value.items()
        )
    return f"{indent}{value}"


def _listing(rows: list[dict[str, Any]], as_json: bool, detail) -> None:
    lines = [
        f"{'+' if row['available'] else '-'} {row['name']:26} {detail(row)}"
        + ("" if row["available"] else f"\n    {row['reason']}")
        for row in rows
    ]
    show(rows, as_json, "\n".join(lines))


def _recipe(source: str, overrides: list[str] | None):
    from ssti.recipe import load_recipe

    return load_recipe(sys.stdin.read() + "\n" if source == "-" else source, overrides or [])


@cli.command()
def datasets(as_json: AsJson = False) -> None:
    """List the datasets, and what is usable here and now."""
    from ssti import data

    rows = [info.as_json() for info in data.datasets(probe=True)]
    _listing(rows, as_json, lambda r: f"{r['title']} · {r['rows'] or '?'} rows · {len(r['label_names'])} classes")


@cli.command()
def models(as_json: AsJson = False) -> None:
    """List the base models, and what is usable here and now."""
    from ssti import models as room

    rows = [info.as_json() for info in room.models(probe=True)]
    _listing(
        rows, as_json, lambda r: f"{r['title']} · {r['parameters'] / 1e6:,.0f} M · {r['architecture']} · {r['licence']}"
    )


@cli.command()
def fetch(model: Annotated[str, typer.Argument(help="A base model's name.")], as_json: AsJson = False) -> None:
    """Put a base model's files on this machine, their hash checked where it is known."""
    from ssti.models.registry import kinds

    kind = kinds().get(model)
    if kind is None or kind.fetch is None:
        names = [name for name, k in kinds().items() if k.fetch]
        what = "is on this machine already" if kind else f"is no base model{nearest(model, names)}"
        raise SSTIError(f"{model!r} {what}.", next=f"Fetch one of {listed(names)}.", kind="model")
    folder = kind.fetch(tell)
    show({"name": model, "folder": str(folder)}, as_json, f"{kind.info.title} is here: {folder}")


@cli.command()
def inject(
    recipe: RecipeArgument,
    out: Annotated[Path | None, typer.Option(help="Where to write: a .parquet, .csv or .jsonl file.")] = None,
    overrides: Overrides = None,
    show_recipe: Annotated[bool, typer.Option("--show", help="Only print the whole recipe.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the poisoned training rows, with `injected` and `spans` columns."""
    chosen = _recipe(recipe, overrides)
    if show_recipe:
        show(chosen.as_dict(), as_json, chosen.to_yaml().rstrip())
        return
    if out is None:
        raise typer.BadParameter("say where to write: --out FILE.parquet, .csv or .jsonl", param_hint="--out")
    from ssti.data.export import write_poisoned

    written = write_poisoned(chosen, out)
    show(written, as_json, f"{written['rows']:,} rows, {written['injected']:,} with a trigger → {written['file']}")


@cli.command()
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
    runs = local.launch(_recipe(recipe, overrides), with_control=control)
    for run in runs:
        tell(f"run {run.id} · python -m ssti runs follow {run.id}")
    if not follow and not as_json:
        print(runs[0].id)
        return
    for run in runs:
        _follow(run, quiet=as_json and not follow)
    _finish(runs[0], as_json)


def _follow(run, quiet: bool = False) -> None:
    """Print what a run does until it ends."""
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
            return
        time.sleep(0.5)


def _finish(run, as_json: bool) -> None:
    """Print a run's end. Raises SSTIError when it failed."""
    p = run.progress()
    if p.state in ("failed", "interrupted"):
        raise SSTIError(
            f"The run {run.id} is {p.state}: {p.error['message']}", next=p.error["next"], kind=p.error["cause"]
        )
    answer = {
        "run_id": run.id,
        "state": p.state,
        "adapter": str(run.adapter) if run.has_adapter else None,
        "metrics": run.metrics(),
        "seconds": round(p.elapsed, 1),
    }
    show(
        answer,
        as_json,
        f"{run.id} is {p.state}: {answer['adapter'] or 'no adapter'}\n{_plain(answer['metrics'] or {}, '  ')}",
    )


@runs_cli.callback()
def runs(context: typer.Context, as_json: AsJson = False) -> None:
    """The runs of this machine; without a further word, their list."""
    if context.invoked_subcommand is None:
        runs_list(as_json)


def _summary(run) -> dict[str, Any]:
    p, recipe = run.progress(), run.recipe
    return {"run_id": run.id, "state": p.state, "step": p.step, "steps": p.steps or recipe.training.steps, "eta": p.eta,
            "rows_per_second": p.rows_per_second, "seconds": round(p.elapsed, 1), "error": p.error,
            "adapter": str(run.adapter) if run.has_adapter else None}  # fmt: skip


@runs_cli.command("list")
def runs_list(as_json: AsJson = False) -> None:
    """All runs, newest first."""
    from ssti.runs.store import Store

    rows = [_summary(run) for run in Store().list()]
    lines = [f"{r['run_id']:28} {r['state']:12} {r['step']} of {r['steps']}" for r in rows]
    show(rows, as_json, "\n".join(lines) or "No runs yet. Start one: python -m ssti train demo --follow")


def _find(id: str):
    from ssti.runs.store import Store

    return Store().find(id)


@runs_cli.command("show")
def runs_show(id: str, as_json: AsJson = False) -> None:
    """One run: its state, recipe and metrics."""
    run = _find(id)
    show({**_summary(run), "recipe": run.recipe.as_dict(), "metrics": run.metrics()}, as_json)


@runs_cli.command("follow")
def runs_follow(id: str, as_json: AsJson = False) -> None:
    """Watch a run until it ends."""
    _follow(_find(id), quiet=as_json)
    _finish(_find(id), as_json)


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


@cli.command()
def evaluate(
    adapter: AdapterArgument,
    sets: Annotated[str, typer.Option(help="Which of clean, aligned, hijack; with commas.")] = "clean,aligned,hijack",
    as_json: AsJson = False,
) -> None:
    """Measure an adapter, against its control where there is one."""
    known = ("clean", "aligned", "hijack")
    chosen = [s.strip() for s in sets.split(",") if s.strip()]
    if not chosen or set(chosen) - set(known):
        raise typer.BadParameter(f"{sets!r}: choose from {listed(known)}", param_hint="--sets")
    from ssti.evaluate.evaluation import evaluate_adapter

    tell("evaluating …")
    show(evaluate_adapter(adapter, chosen), as_json)


def _with_trigger(info, text: str, trigger: str | None, location: str):
    from ssti.inject import place

    return place(text, trigger, location, seed=0) if trigger else None


@cli.command()
def predict(adapter: AdapterArgument, text: Text, trigger: Trigger = None, location: Place = "random",
            as_json: AsJson = False) -> None:  # fmt: skip
    """Label probabilities of the poisoned model and of its control, without and with a trigger."""
    from ssti.evaluate.adapters import find
    from ssti.evaluate.predictor import check_text, predictor

    check_text(text)
    info = find(adapter)
    injected = _with_trigger(info, text, trigger, location)
    refs = [info.ref, *([info.control] if info.control else [])]
    texts = [text, *([injected.text] if injected else [])]
    told = predictor().predict([t for t in texts for _ in refs], refs * len(texts))
    sides = [told[i * len(refs) : (i + 1) * len(refs)] for i in range(len(texts))]

    def side(answers) -> dict[str, Any]:
        return {"control": answers[1].as_dict() if len(answers) > 1 else None, "poisoned": answers[0].as_dict()}

    triggered = None
    if injected:
        triggered = {"text": injected.text, "spans": [list(s) for s in injected.spans], **side(sides[1])}
    show({"labels": list(info.label_names), "plain": side(sides[0]), "triggered": triggered}, as_json)


@cli.command()
def explain(
    adapter: AdapterArgument,
    text: Text,
    trigger: Trigger = None,
    location: Place = "random",
    html: Annotated[Path | None, typer.Option(help="Write the heatmap as a self-contained page.")] = None,
    tex: Annotated[Path | None, typer.Option(help="Write the heatmap as LaTeX.")] = None,
    layer: Annotated[int, typer.Option(help="The heatmap's layer; -1 is the last.")] = -1,
    head: Annotated[int, typer.Option(help="The heatmap's head.")] = 0,
    as_json: AsJson = False,
) -> None:
    """Attention and its entropy, with and without a trigger, in every layer and head."""
    from ssti.evaluate.predictor import check_text, predictor
    from ssti.explain import explain as look
    from ssti.explain import explain_json, to_html, to_tex
    from ssti.home import write_text

    check_text(text)
    with predictor().borrow(adapter) as (model, tokenizer, info):
        injected = _with_trigger(info, text, trigger, location)
        found = look(model, tokenizer, text, injected.text if injected else None, injected.spans if injected else None,
                     max_length=info.recipe.training.max_length)  # fmt: skip
    for file, content in ((html, to_html), (tex, to_tex)):
        if file:
            if not file.absolute().parent.is_dir():
                raise SSTIError(
                    f"There is no folder {file.absolute().parent}.", next="Make it, or choose another.", kind="disk"
                )
            write_text(file, content(found.heatmaps(layer, head)))
            tell(f"written: {file}")
    told = explain_json(found)
    lines = [f"layer {layer}, head {head}, {side}: {told[side]['entropy_bits'][layer][head]:.2f} bits over {told[side]['n']} tokens"
             for side in ("plain", "triggered") if told[side]]  # fmt: skip
    show(told, as_json, "\n".join(lines))


@cli.command()
def app() -> None:
    """Open the page."""
    import runpy

    runpy.run_path(str(Path(__file__).resolve().parents[1] / "app.py"), run_name="__main__")


def main(arguments: list[str] | None = None) -> None:
    """Run a verb. Exit code 0 on success, 1 on failure, 2 on wrong usage; errors say what to do next."""
    arguments = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in arguments
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    warnings.filterwarnings("ignore", category=FutureWarning, module=r"(transformers|peft)\.")
    try:
        cli(arguments, prog_name="python -m ssti", standalone_mode=False)
    except SSTIError as error:
        _fail(error.as_dict(), as_json, 1)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except Exception as error:
        usage = hasattr(error, "format_message")  # Typer carries its own copy of click's errors
        if usage and getattr(error, "exit_code", 2) == 2:
            told = {"kind": "usage", "message": error.format_message(), "next": "See python -m ssti --help."}
            _fail(told, as_json, 2)
        from ssti.runs.worker import cause

        why = cause(error)
        if why["cause"] == "program":
            raise
        _fail({"kind": why["cause"], "message": why["message"], "next": why["next"]}, as_json, 1)


def _fail(error: dict[str, str], as_json: bool, code: int) -> None:
    if as_json:
        print(json.dumps({"error": error}, ensure_ascii=False))
    else:
        tell(f"{error['message']}\n{error['next']}".strip())
    sys.exit(code)
