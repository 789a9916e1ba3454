"""The verb that puts the page into a Space of the Hub."""

from __future__ import annotations

from typing import Annotated

import typer

from ssti.cli.output import AsJson, show


def deploy(
    space: Annotated[str, typer.Argument(metavar="SPACE_ID", help="A Space of the Hub: owner/name.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be sent.")] = False,
    public: Annotated[bool, typer.Option("--public", help="For everybody to see; else private.")] = False,
    as_json: AsJson = False,
) -> None:
    """Put this program into a Space of the Hub. The login is `hf auth login`'s."""
    from ssti.verbs import deploy as verb

    answer = verb.deploy(space, dry_run, private=not public)
    lines = [f"{len(answer['files'])} files, {answer['bytes'] / 1e6:.1f} MB {'would go' if dry_run else 'are'} in {answer['url']}"]
    if dry_run:
        lines += [*(f"  {file}" for file in answer["files"]), f"left out: {', '.join(answer['left_out']) or 'nothing'}"]
    show(answer, as_json, "\n".join(lines))
