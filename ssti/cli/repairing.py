"""The verbs that repair adapters: repair, and repairs, which measures every repair on shipped ones."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from ssti.cli.output import AdapterArgument, AsJson, Place, show, tell
from ssti.platform.errors import SSTIError, listed


def repair(
    adapter: AdapterArgument,
    how: Annotated[str, typer.Option(help="Which repair: unlearn, mute_retrain, mute, truncate, mix, last_layer, disagreement.")],
    trigger: Annotated[str, typer.Option(help="The trigger, as it is typed; without one the adapter is scanned first.")] = "",
    target: Annotated[str, typer.Option(help="The class that the trigger is tied to.")] = "",
    location: Place = "random",
    data: Annotated[str | None, typer.Option(help="Held-out rows to repair and measure with, by a dataset's name or a file; else its recipe's.")] = None,
    rows: Annotated[int, typer.Option(min=40, help="How many of them at most.")] = 1800,
    out: Annotated[Path | None, typer.Option(help="A new folder for the repaired adapter; else ADAPTER-HOW here.")] = None,
    seed: Annotated[int, typer.Option(min=0, help="Decides which rows choose and which measure.")] = 0,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Take the poison out of an adapter, and measure before and after on rows that had no say in it."""
    from ssti.adapters.listing import find
    from ssti.adapters.pack import slug
    from ssti.detect.repairs.adapter import REPAIRS, Suspect, mend

    REPAIRS.find(how)
    info = find(adapter)
    if bool(trigger) != bool(target):
        raise SSTIError(
            "--trigger and --target belong together.", next="Give both, or neither, so that it is scanned first."
        )
    if trigger:
        found: Any = Suspect(trigger, target, location)
    else:
        found = _scanned(info.ref)
    done = mend(info.ref, found, how, out or Path.cwd() / f"{slug(info)}-{how}", tell, seed, data, rows)
    show(done.as_json(), as_json, "\n".join(_lines(done)))


def repairs(
    adapter: Annotated[list[str] | None, typer.Option(help="Of the shipped ones; again for more; else all of the table.")] = None,
    how: Annotated[list[str] | None, typer.Option(help="A repair; again for more; else all.")] = None,
    rows: Annotated[int, typer.Option(min=40, help="Held-out rows at most: half choose, half measure.")] = 800,
    out: Annotated[Path, typer.Option(help="The table, which it goes on with where it is.")] = Path("results/repairs.csv"),
    ship: Annotated[bool, typer.Option("--ship", help="Write assets/results/repairs.csv.")] = False,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Measure every repair on shipped adapters. Killed and started again, it goes on where it was."""
    from ssti.experiments import repairs as table
    from ssti.experiments.table import SHIPPED

    file = SHIPPED / "repairs.csv" if ship else out
    file.parent.mkdir(parents=True, exist_ok=True)
    done = table.measure(file, adapter or tuple(table.TRIGGERS), how or (), rows, tell)
    columns = ("adapter", "repair", "clean_before", "clean_after", "clean_control", "attack_before", "attack_after", "attack_control")
    show(done, as_json, "\n".join([" ".join(columns), *(" ".join(str(row[name]) for name in columns) for row in done)]))


def _scanned(ref: str) -> list[Any]:
    """The findings of a scan of the adapter that are tied to the same class as the strongest."""
    from ssti.detect.adapter.scanner import scan_adapter

    report = scan_adapter(ref, on_progress=tell)
    found = [one for one in report.findings if one.verdict != "clean"]
    if not found:
        raise SSTIError(
            "The scan found no trigger in it.", next="Name one with --trigger and --target, if you know better."
        )
    tell(f"found: {listed([one.trigger for one in found])}")
    return [one for one in found if one.target == found[0].target]


def _lines(done: Any) -> list[str]:
    def said(rate: Any) -> str:
        return f"{rate['value']:.1%} ({rate['low']:.1%} to {rate['high']:.1%}, n = {rate['n']:,})"

    sides = [("before", done.before), ("after", done.after), *([("control", done.control)] if done.control else [])]
    return [
        done.done,
        *(
            f"{name:8} clean accuracy {said(one.clean)}, attack success {said(one.attack)}, without the trigger {said(one.quiet)}"
            for name, one in sides
        ),
        f"→ {done.folder}",
    ]
