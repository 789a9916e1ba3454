"""The verbs that list datasets and base models, and bring a base model here."""

from __future__ import annotations

from typing import Annotated

import typer

from ssti.cli.output import AsJson, listing, show, tell


def datasets(as_json: AsJson = False) -> None:
    """List the datasets, and what is usable here and now."""
    from ssti import data

    rows = [info.as_json() for info in data.list_datasets(probe=True)]
    listing(rows, as_json, lambda r: f"{r['title']} · {r['rows'] or '?'} rows · {len(r['label_names'])} classes")


def models(as_json: AsJson = False) -> None:
    """List the base models, and what is usable here and now."""
    from ssti import models as room

    rows = [info.as_json() for info in room.list_models(probe=True)]
    listing(
        rows, as_json, lambda r: f"{r['title']} · {r['parameters'] / 1e6:,.0f} M · {r['architecture']} · {r['licence']}"
    )


def fetch(model: Annotated[str, typer.Argument(help="A base model's name.")], as_json: AsJson = False) -> None:
    """Put a base model's files on this machine, their hash checked where it is known."""
    from ssti.models.registry import BASES

    base = BASES.find(model, "Fetch one of these.", kind="model")
    folder = base.fetch(tell)
    show({"name": model, "folder": str(folder)}, as_json, f"{base.info.title} is here: {folder}")
