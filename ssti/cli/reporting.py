"""The verb that writes a report to take away."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ssti.cli.output import AdapterArgument, AsJson, Place, Trigger, show, tell
from ssti.platform.errors import SSTIError


def report(
    adapter: AdapterArgument,
    out: Annotated[Path, typer.Option(help="Where to write: an .html file.")],
    text: Annotated[str | None, typer.Option(help="A text to try; by default one of the test rows.")] = None,
    trigger: Trigger = None,
    location: Place = "random",
    as_json: AsJson = False,
) -> None:
    """Write a report of a run or an adapter: one HTML file that opens anywhere, and prints."""
    if trigger and text is None:
        raise typer.BadParameter("say which text the trigger goes into: --text", param_hint="--trigger")
    if not out.absolute().parent.is_dir():
        raise SSTIError(f"There is no folder {out.absolute().parent}.", "Make it, or choose another.", kind="disk")
    from ssti.platform.home import write_text
    from ssti.report.contents import Probe, contents
    from ssti.report.whole import report as written
    from ssti.verbs.asking import with_trigger

    probe = None
    if text is not None:
        injected = with_trigger(text, trigger, location)
        probe = Probe(text, injected.text, tuple(injected.spans)) if injected else Probe(text, text)
    made = contents(adapter, probe, on_progress=lambda part: tell(f"{part:.0%} done"))
    write_text(out, written(made))
    size = out.stat().st_size
    show(
        {"file": str(out), "adapter": made.info.ref, "bytes": size, "missing": made.missing}, as_json, f"written: {out}"
    )
