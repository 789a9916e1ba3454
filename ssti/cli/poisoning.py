"""The verb that writes a poisoned dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ssti.cli.output import AsJson, Overrides, RecipeArgument, read_recipe, report, show, tell


def inject(
    recipe: RecipeArgument,
    out: Annotated[Path | None, typer.Option(help="Where to write: a .parquet, .csv or .jsonl file.")] = None,
    overrides: Overrides = None,
    prefix_formulas: Annotated[
        bool, typer.Option(help="In CSV, an apostrophe before cells that a spreadsheet would run, such as =cmd|….")
    ] = False,
    show_recipe: Annotated[bool, typer.Option("--show", help="Only print the whole recipe.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write the poisoned training rows, with `injected` and `spans` columns."""
    chosen = read_recipe(recipe, overrides)
    if show_recipe:
        show(chosen.as_dict(), as_json, chosen.to_yaml().rstrip())
        return
    if out is None:
        raise typer.BadParameter("say where to write: --out FILE.parquet, .csv or .jsonl", param_hint="--out")
    from ssti.data.export import formula_note, write_poisoned

    about = report(chosen)
    written = {**write_poisoned(chosen, out, prefix_formulas), **about}
    if written["formula_cells"]:
        note = formula_note(written["formula_cells"], prefix_formulas)
        tell(f"note: {note}")
        written["notes"] = [*about["notes"], note]
    show(written, as_json, f"{written['rows']:,} rows, {written['injected']:,} with a trigger → {written['file']}")
