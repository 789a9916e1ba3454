"""The same verbs for a shell. Each is thin: it reads arguments, asks an engine, and prints.

With `--json` one object goes to standard output and nothing else does; progress goes to standard error.

Run as: python -m ssti VERB --help
"""

from __future__ import annotations

import os
import sys
import traceback
import warnings
from pathlib import Path

import typer

from ssti.cli import data, deploying, experiments, measuring, repairing, reporting, scanning
from ssti.cli.adapters import adapters_cli, push_data
from ssti.cli.output import any_text_can_be_printed, fail
from ssti.cli.runs import runs_cli, train
from ssti.platform.errors import SSTIError


def app() -> None:
    """Open the page."""
    import runpy

    runpy.run_path(str(Path(__file__).resolve().parents[2] / "app.py"), run_name="__main__")


cli = typer.Typer(add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False,
                  help="See, measure and stop spurious-token poisoning of finetuned language models.")  # fmt: skip
cli.add_typer(runs_cli, name="runs")
cli.add_typer(adapters_cli, name="adapters")
for verb in (data.datasets, data.models, data.lessons, data.fetch, data.inject, train, measuring.evaluate,
             measuring.predict, measuring.explain, scanning.scan, scanning.bank, repairing.repair, repairing.repairs, reporting.report, push_data, deploying.deploy, experiments.experiments,
             experiments.experiment, experiments.grid, app):  # fmt: skip
    cli.command()(verb)


def main(arguments: list[str] | None = None) -> None:
    """Run a verb. Exit code 0 on success, 1 on failure, 2 on wrong usage, 3 where a scan found something; errors say what to do next."""
    arguments = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in arguments
    os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    # peft 0.21 asks transformers 5.24 by this name: nothing that a person at the shell could mend.
    warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
    any_text_can_be_printed()
    try:
        code = cli(arguments, prog_name="python -m ssti", standalone_mode=False)
        sys.stdout.flush()
        if isinstance(code, int) and code:  # of Ctrl-C, which Typer returns, and of a scan that found something
            sys.exit(code)
    except SSTIError as error:
        fail(error.as_dict(), as_json, 1)
    except (typer.Abort, KeyboardInterrupt):
        sys.exit(130)
    except BrokenPipeError:  # who read the answer has gone, as `head` does; nothing is left to be said
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(141)
    except Exception as error:
        _fail_otherwise(error, as_json)


def _fail_otherwise(error: Exception, as_json: bool) -> None:
    """An error that is none of our own: wrong usage, a full disk or memory, or a fault of the program."""
    if hasattr(error, "format_message") and getattr(error, "exit_code", 2) == 2:  # Typer's own copy of click's errors
        usage = {"kind": "usage", "message": error.format_message(), "next": "See python -m ssti --help."}
        fail(usage, as_json, 2)
    from ssti.runs.cause import cause

    why = cause(error)
    if why["cause"] == "program":
        if os.environ.get("SSTI_TRACE"):
            traceback.print_exception(error)
        why = {
            "cause": "program",
            "message": f"This is a fault of the program: {type(error).__name__}: {error}"[:500],
            "next": "Run it again with SSTI_TRACE=1 to see where, and report that.",
        }
    fail({"kind": why["cause"], "message": why["message"], "next": why["next"]}, as_json, 1)
