"""The verb that looks for poison: scan."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ssti.cli.output import AsJson, show, tell

FOUND = 3  # the exit code where something was found, so that a data pipeline can stop


def scan(
    file: Annotated[str, typer.Argument(help="A dataset's name, a CSV, JSON lines or Parquet file, a folder, or a Hub id; #text=COLUMN&label=COLUMN chooses.")],
    accept: Annotated[list[str] | None, typer.Option(help="A trigger or pattern that you know to be right; again for more.")] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Look for shortcuts in a dataset: what stands for a class. Exit code 0 clean, 3 suspicious or poisoned."""
    from ssti.detect import scan as scan_dataset
    from ssti.detect.files import training_rows

    rows = training_rows(file)
    for note in rows.notes:
        tell(f"note: {note}")
    report = scan_dataset((rows.texts, rows.labels, rows.label_names), accept=accept or (), on_progress=tell)
    show(
        report.as_json() | {"dataset": file, "notes": [*rows.notes, *report.notes]}, as_json, "\n".join(_lines(report))
    )
    if report.verdict != "clean":
        raise typer.Exit(FOUND)


def _lines(report: Any) -> list[str]:
    lines = [f"{report.verdict}: {report.rows:,} rows in {report.seconds:.1f} s"]
    for one in report.findings:
        if one.verdict != "clean":
            accepted = ", accepted" if one.accepted else ""
            lines.append(
                f"{one.verdict}{accepted}: {one.trigger!r} for {one.target!r} ({one.family}: {one.pattern}), score {one.score}"
            )
            lines += [f"  {sentence}" for sentence in one.evidence]
            lines += [f"  … {example.text[:160]!r}" for example in one.examples[:2]]
    lines += [f"note: {note}" for note in report.notes]
    fewest = {family: min((n for n in of.values() if n), default=None) for family, of in report.smallest.items()}
    lines.append("found from so many rows on: " + ", ".join(f"{family} {n or 'never'}" for family, n in fewest.items()))
    return lines
