"""What every verb prints, and the arguments that several take. Knows no verb.

The answer goes to standard output, progress to standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ssti.platform.errors import SSTIError

if TYPE_CHECKING:
    from ssti.recipe import Recipe

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object, for machines.")]
RecipeArgument = Annotated[str, typer.Argument(help="A YAML file, a preset's name, or - for standard input.")]
Overrides = Annotated[list[str] | None, typer.Option("--set", help="Override a field, such as lora.rank=64.")]
AdapterArgument = Annotated[str, typer.Argument(help="shipped/NAME, run/ID, a run's id, or an adapter's folder.")]
Text = Annotated[str, typer.Option(help="The text to classify.")]
Trigger = Annotated[str | None, typer.Option(help="A trigger to put into the text as well.")]
Place = Annotated[str, typer.Option(help="Where the trigger goes: beginning, random or end.")]


def any_text_can_be_printed() -> None:
    """A file's name may hold bytes that are no text, and a terminal may know few letters: such are written as escapes."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def tell(line: str) -> None:
    """Progress, on standard error."""
    print(line, file=sys.stderr, flush=True)


def show(value: Any, as_json: bool, text: str | None = None) -> None:
    """The answer, on standard output."""
    print(_json(value) if as_json else text if text is not None else plain(value))


def _json(value: Any) -> str:
    """One line of JSON, in plain letters where standard output cannot take all of them."""
    line = json.dumps(value, ensure_ascii=False, default=str)
    try:
        line.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(value, default=str)
    return line


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


def read_recipe(source: str, overrides: list[str] | None) -> Recipe:
    """The recipe that a verb was given, with what `--set` changes. Raises SSTIError."""
    from ssti.recipe import load_recipe

    return load_recipe(_standard_input() + "\n" if source == "-" else source, overrides or [])


def _standard_input() -> str:
    stream = getattr(sys.stdin, "buffer", None)
    try:
        return stream.read().decode("utf-8-sig") if stream else sys.stdin.read()
    except UnicodeDecodeError as error:
        raise SSTIError(
            f"Standard input is not UTF-8 (byte {error.start:,}).", next="A recipe is YAML in UTF-8."
        ) from error


def report(recipe: Recipe, sets: Sequence[str] | None = None) -> dict[str, Any]:
    """Say on standard error what a recipe takes and does, with every note; the same for `--json`. Raises SSTIError.

    Of the training rows, or of the test rows in these `sets`.
    """
    from ssti.data.summary import summary

    made = summary(recipe, sets)
    for line in made.lines():
        tell(line)
    return made.as_dict()


def fail(error: dict[str, str], as_json: bool, code: int) -> None:
    """Print what went wrong and what to do next, and end."""
    if as_json:
        print(_json({"error": error}))
    else:
        tell(f"{error['message']}\n{error['next']}".strip())
    sys.exit(code)
