"""The verbs under `adapters`: list, export, import, remove, push, pull; and one that pushes poisoned data."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ssti.cli.output import AdapterArgument, AsJson, Overrides, RecipeArgument, read_recipe, report, show, tell

adapters_cli = typer.Typer(help="The adapters: shipped, of runs, and imported.", invoke_without_command=True)
Repo = Annotated[str, typer.Argument(metavar="OWNER/NAME", help="A repository of the Hub.")]
Public = Annotated[bool, typer.Option("--public", help="For everybody to see; else private.")]


@adapters_cli.callback()
def adapters(context: typer.Context, as_json: AsJson = False) -> None:
    """The adapters of this machine; without a further word, their list."""
    if context.invoked_subcommand is None:
        adapters_list(as_json)


@adapters_cli.command("list")
def adapters_list(as_json: AsJson = False) -> None:
    """All adapters, own ones first."""
    from ssti.adapters.listing import listing
    from ssti.verbs import lists

    rows = [lists.adapter(one) for one in listing()]
    show(rows, as_json, "\n".join(map(_line, rows)))


@adapters_cli.command("export")
def adapters_export(
    adapter: AdapterArgument,
    out: Annotated[Path, typer.Argument(help="A .zip file, or a new folder.")],
    control: Annotated[bool, typer.Option(help="With its clean control.")] = True,
    as_json: AsJson = False,
) -> None:
    """Write an adapter with card, recipe, metrics and labels as one ZIP archive, or as a folder."""
    from ssti.adapters.listing import find
    from ssti.adapters.pack import export

    files = export(find(adapter), out, control)
    show({"file": str(out), "files": files}, as_json, f"{len(files)} files → {out}")


@adapters_cli.command("import")
def adapters_import(
    source: Annotated[Path, typer.Argument(help="A .zip file or a folder that holds an adapter.", exists=True)],
    name: Annotated[str, typer.Option(help="What to call it; else as its file is called.")] = "",
    as_json: AsJson = False,
) -> None:
    """Check an adapter that somebody gave you, and keep it."""
    from ssti.adapters.imported import bring

    _kept(bring(source, name=name), as_json)


@adapters_cli.command("rm")
def adapters_rm(adapter: AdapterArgument, as_json: AsJson = False) -> None:
    """Delete an imported adapter and its control."""
    from ssti.adapters.imported import remove
    from ssti.adapters.listing import find

    info = find(adapter)
    remove(info)
    show({"ref": info.ref, "removed": True}, as_json, f"{info.ref} is gone")


@adapters_cli.command("push")
def adapters_push(adapter: AdapterArgument, repo: Repo, public: Public = False, as_json: AsJson = False) -> None:
    """Put an adapter on the Hub, with a card that says first that it is poisoned. The login is `hf auth login`'s."""
    from ssti.adapters.listing import find
    from ssti.adapters.publish import push_adapter

    done = push_adapter(find(adapter), repo, private=not public)
    show(done, as_json, f"{len(done['files'])} files → {done['url']}")


@adapters_cli.command("pull")
def adapters_pull(repo: Repo, revision: Annotated[str | None, typer.Option(help="A branch, tag or commit.")] = None,
                  as_json: AsJson = False) -> None:  # fmt: skip
    """Fetch an adapter from the Hub, check it, and keep it."""
    from ssti.adapters.publish import pull_adapter

    _kept(pull_adapter(repo, revision=revision), as_json)


def push_data(
    recipe: RecipeArgument, repo: Repo, overrides: Overrides = None, public: Public = False, as_json: AsJson = False
) -> None:
    """Put the poisoned training rows of a recipe on the Hub, with a card that says first that they are poisoned."""
    from ssti.adapters.publish import push_data as push

    chosen = read_recipe(recipe, overrides)
    about = report(chosen)
    done = push(chosen, repo, private=not public)
    show({**done, **about}, as_json, f"{done['rows']:,} rows → {done['url']}")


def _kept(info: Any, as_json: bool) -> None:
    from ssti.verbs import lists

    if not info.recipe_known:
        tell("note: it came without a recipe: its data, its trigger and its target are not known.")
    elif info.poisoned:
        tell("note: it is poisoned: never use it to classify anything.")
    show(lists.adapter(info), as_json, f"{info.ref}: {info.title}")


def _line(row: dict[str, Any]) -> str:
    if row["damage"]:
        return f"! {row['ref']:48} {row['damage']['message']}"
    rate = (row["attack_success_rate"] or {}).get("value")
    return f"  {row['ref']:48} {row['title']}" + (f" · attack success {rate:.1%}" if rate is not None else "")
