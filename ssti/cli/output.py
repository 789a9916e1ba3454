"""What every verb prints, and the arguments that several take. Knows no verb.

The answer goes to standard output, progress to standard error.
"""

from __future__ import annotations

import json
import sys
from typing import Annotated, Any

import typer

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
    print(json.dumps(value, ensure_ascii=False) if as_json else text if text is not None else plain(value))


def plain(value: Any, indent: str = "") -> str:
    if isinstance(value, dict):
        return "\n".join(
            f"{indent}{key}:\n{plain(v, indent + '  ')}" if isinstance(v, dict) and v else f"{indent}{key}: {v}"
            for key, v in value.items()
        )
    return f"{indent}{value}"


def listing(rows: list[dict[str, Any]], as_json: bool, detail) -> None:
    lines = [
        f"{'+' if row['available'] else '-'} {row['name']:26} {detail(row)}"
        + ("" if row["available"] else f"\n    {row['reason']}")
        for row in rows
    ]
    show(rows, as_json, "\n".join(lines))


def read_recipe(source: str, overrides: list[str] | None):
    from ssti.recipe import load_recipe

    return load_recipe(sys.stdin.read() + "\n" if source == "-" else source, overrides or [])


def fail(error: dict[str, str], as_json: bool, code: int) -> None:
    if as_json:
        print(json.dumps({"error": error}, ensure_ascii=False))
    else:
        tell(f"{error['message']}\n{error['next']}".strip())
    sys.exit(code)
