"""The verbs that look for poison: scan, of a dataset or an adapter, and bank, which trains the clean adapters to compare with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from ssti.cli.output import AsJson, show, tell

FOUND = 3  # the exit code where something was found, so that a data pipeline can stop


def scan(
    file: Annotated[str, typer.Argument(metavar="FILE_OR_ADAPTER", help="An adapter (shipped/NAME, run/ID, a run's id, its folder); or a dataset's name, a CSV, JSON lines or Parquet file, a folder, a Hub id; #text=COLUMN&label=COLUMN chooses.")],
    accept: Annotated[list[str] | None, typer.Option(help="A trigger or pattern that you know to be right; again for more.")] = None,
    suspect: Annotated[list[str] | None, typer.Option(help="Of an adapter: a string to try on it as well; again for more.")] = None,
    together: Annotated[str | None, typer.Option("--with", metavar="DATASET", help="Of an adapter: the dataset that it was trained on, to scan both together.")] = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Look for shortcuts: what stands for a class in a dataset, what turns an adapter's answers. Exit code 0 clean, 3 suspicious or poisoned."""
    from ssti.detect.adapter.together import adapter_of

    adapter = adapter_of(file)
    if adapter is not None:
        found = _adapter(adapter, together, accept or [], suspect or [], as_json)
    elif together or suspect:
        raise typer.BadParameter(f"{file} is no adapter: --with and --suspect need one.")
    else:
        found = _dataset(file, accept or [], as_json)
    if found:
        raise typer.Exit(FOUND)


def bank(
    model: Annotated[str, typer.Option(help="The base model of the adapters that are to be scanned.")] = "minilm-l6",
    dataset: Annotated[str, typer.Option(help="Their dataset: clean rows of it.")] = "rotten_tomatoes",
    member: Annotated[list[str] | None, typer.Option(help="Train only this member; again for more.")] = None,
    out: Annotated[Path | None, typer.Option(help="The folder of all banks; else that of this machine.")] = None,
    as_json: AsJson = False,
) -> None:
    """Train the clean adapters that a scan compares a suspect with: eight, of ranks 1 to 64. Those that are there stay. Each is then
    scanned beside the others: from their scores the limits of a verdict follow."""
    from ssti.detect.adapter.calibration import calibrate
    from ssti.detect.adapter.training import train_bank

    made = train_bank(model, dataset, out, member or [], tell)
    scores = {} if member else calibrate(Path(made[0]["folder"]).parent, tell)
    made = [one | {"score": max(scores[one["name"]].values(), default=None) if one["name"] in scores else None} for one in made]
    show(made, as_json, "\n".join(f"{one['name']:14} {one['balanced_accuracy']:.1%}  {one['score'] or '':5} {one['folder']}" for one in made))


def _dataset(file: str, accept: list[str], as_json: bool) -> bool:
    from ssti.detect import scan as scan_dataset
    from ssti.detect.files import training_rows

    rows = training_rows(file)
    for note in rows.notes:
        tell(f"note: {note}")
    report = scan_dataset((rows.texts, rows.labels, rows.label_names), accept=accept, on_progress=tell)
    answer = report.as_json() | {"dataset": file, "notes": [*rows.notes, *report.notes]}
    show(answer, as_json, "\n".join(_lines(report)))
    return report.verdict != "clean"


def _adapter(ref: str, dataset: str | None, accept: list[str], suspects: list[str], as_json: bool) -> bool:
    from ssti.detect.adapter.scanner import scan_adapter
    from ssti.detect.adapter.together import scan_together
    from ssti.detect.files import training_rows

    if dataset is None:
        report = scan_adapter(ref, suspects=suspects, on_progress=_once())
        show(report.as_json(), as_json, "\n".join(_adapter_lines(report)))
        return report.verdict != "clean"
    rows = training_rows(dataset)
    report, of_rows = scan_together(
        ref, rows.texts, rows.labels, rows.label_names, _once(), accept, suspects=suspects
    )  # fmt: skip
    answer = report.as_json() | {"dataset": of_rows.as_json() | {"dataset": dataset, "notes": [*rows.notes, *of_rows.notes]}}
    show(answer, as_json, "\n".join(["The adapter:", *_adapter_lines(report), "", "The dataset:", *_lines(of_rows)]))
    return report.verdict != "clean" or of_rows.verdict != "clean"


def _once() -> Callable[[str], None]:
    """Says a line when it is another than the last: a scan reports after every batch."""
    last = ""

    def say(line: str) -> None:
        nonlocal last
        if line != last:
            last = line
            tell(line)

    return say


def _adapter_lines(report: Any) -> Iterator[str]:
    yield f"{report.verdict}: asked with {report.texts:,} texts, beside {report.bank} clean adapters, in {report.seconds:.0f} s"
    for one in report.findings:
        if one.verdict != "clean":
            yield f"{one.verdict}: {one.trigger!r} turns texts to {one.target!r} ({one.source}: {one.pattern}; {one.location}), score {one.score}"
            yield from (f"  {sentence}" for sentence in one.evidence)
            yield from (f"  … {example.text[:160]!r}" for example in one.examples[:2])
    yield from (f"{'unusual' if sign.unusual else 'usual'}: {sign.sentence}" for sign in report.signs)
    yield from (f"note: {note}" for note in report.notes)


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
