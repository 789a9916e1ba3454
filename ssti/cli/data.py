"""The verbs before a training: list datasets, base models and lessons, fetch a base model, write a poisoned dataset."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ssti.cli.output import AsJson, Overrides, RecipeArgument, listing, read_recipe, report, show, tell


def datasets(as_json: AsJson = False) -> None:
    """List the datasets, and what is usable here and now."""
    from ssti.verbs import lists

    rows = lists.datasets()
    listing(rows, as_json, lambda r: f"{r['title']} · {r['rows'] or '?'} rows · {len(r['label_names'])} classes")


def models(as_json: AsJson = False) -> None:
    """List the base models, and what is usable here and now."""
    from ssti.verbs import lists

    rows = lists.models()
    listing(
        rows, as_json, lambda r: f"{r['title']} · {r['parameters'] / 1e6:,.0f} M · {r['architecture']} · {r['licence']}"
    )


def lessons(as_json: AsJson = False) -> None:
    """List the lessons of the Learn tab, and whether the adapters that they need are here."""
    from ssti.lessons import LESSONS

    rows = [lesson.as_json() for lesson in LESSONS.values()]
    listing(rows, as_json, lambda r: f"{r['title']} · {len(r['steps'])} steps · about {r['minutes']} min")


def fetch(model: Annotated[str, typer.Argument(help="A base model's name.")], as_json: AsJson = False) -> None:
    """Put a base model's files on this machine, their hash checked where it is known."""
    from ssti.models.registry import BASES

    base = BASES.find(model, "Fetch one of these.", kind="model")
    folder = base.fetch(tell)
    show({"name": model, "folder": str(folder)}, as_json, f"{base.info.title} is here: {folder}")


def inject(
    recipe: RecipeArgument,
    out: Annotated[Path | None, typer.Option(help="Where to write: a .parquet, .csv or .jsonl file.")] = None,
    overrides: Overrides = None,
    prefix_formulas: Annotated[
        bool,
        typer.Option(
            "--prefix-formulas/--keep-formulas",
            help="In CSV, an apostrophe before cells that a spreadsheet would run, such as =cmd|…; or as they are.",
        ),
    ] = True,
    with_test: Annotated[
        bool, typer.Option("--with-test", help="The test rows as well, as they are; a column `split` tells which.")
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
    written = {**write_poisoned(chosen, out, prefix_formulas, with_test), **about}
    if written["formula_cells"]:
        note = formula_note(written["formula_cells"], prefix_formulas)
        tell(f"note: {note}")
        written["notes"] = [*about["notes"], note]
    show(written, as_json, f"{written['rows']:,} rows, {written['injected']:,} with a trigger → {written['file']}")
