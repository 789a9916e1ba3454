"""Training before and after a repair: which rows are trained on, which are held out, and the two recipes. Knows no run."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from ssti.detect.repairs.training import REPAIRS
from ssti.detect.report import Finding
from ssti.finetune.speed import Estimate, estimate
from ssti.models.machine.memory import machine_memory
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import PRESETS, Recipe, parse_recipe, preset
from ssti.report.names import slugged
from ssti.ui.access.visitor import admit_run, keep_upload
from ssti.ui.detect.data import Rows, write_rows_of
from ssti.ui.detect.scanning import Scanned
from ssti.ui.kit.own import values as own

REPAIRED = "rows"  # the way that trains on the repaired rows; the others are repairs of training
HELD_OUT, MOST_HELD_OUT = 0.2, 1000  # of the rows
FEWEST = 40  # rows that are held out, and that are trained on
ROUNDS = 3  # that few rows are gone through: more would teach them by heart
ENOUGH = 2000  # rows, to know how long a row is


@dataclass(frozen=True, eq=False)
class Split:
    """The places of rows: `held_out` and `before` in the rows as they came, `after` in the repaired ones."""

    held_out: list[int]
    before: list[int]
    after: list[int]


def suspected(one: Scanned) -> Finding:
    """The finding whose trigger is tried on what was learnt: of those that were repaired first, else the strongest open one.
    Raises SSTIError where nothing was found that can be tried."""
    loud = [found for found in one.first.report.findings if found.verdict != "clean" and not found.accepted]
    if one.repairs:
        names = {(entry["pattern"], entry["class"]) for entry in one.repairs[0].log.findings}
        loud = [found for found in one.first.report.findings if (found.pattern, found.target) in names]
    for found in loud:
        if found.trigger.strip():
            return found
    raise SSTIError(
        tr("Nothing was found here that could be put into a text and tried."), tr("Scan data in which something is found.")
    )


def split(one: Scanned) -> Split:
    """A part of the rows that hold nothing of what was found and that no repair changed is held out, the same each time.
    Raises SSTIError where these are too few."""
    first = one.first
    origin = list(range(len(first.rows.texts)))
    for repaired in one.repairs:
        origin = [origin[place] for place in repaired.kept]
    kept = {row: one.rows.texts[new] for new, row in enumerate(origin)}
    touched = {place[0] for found in first.report.findings if found.verdict != "clean" for place in found.places}
    free = [row for row, text in enumerate(first.rows.texts) if row not in touched and kept.get(row) == text]
    wanted = min(MOST_HELD_OUT, int(HELD_OUT * len(first.rows.texts)))
    held_out = set(Random(0).sample(free, min(wanted, len(free))))
    made = Split(
        sorted(held_out),
        [row for row in range(len(first.rows.texts)) if row not in held_out],
        [new for new, row in enumerate(origin) if row not in held_out],
    )
    fewest = min(map(len, (made.held_out, made.before, made.after)))
    if fewest < FEWEST or len({first.rows.labels[row] for row in made.held_out}) < 2:
        raise SSTIError(
            tr("These rows are too few to train on some and to measure on others: {n} would be left.", n=fewest),
            tr("At least {n} are needed for each, of two classes.", n=FEWEST),
        )
    return made


def recipes(one: Scanned, way: str) -> tuple[Recipe, Recipe]:
    """Two recipes that train on the rows as they came, and after the repair; both are measured on the same rows and with the same
    trigger. The rows are kept as this visitor's uploads. Raises SSTIError."""
    found, parts = suspected(one), split(one)
    if way == REPAIRED and not one.repairs:
        raise SSTIError(tr("Nothing was repaired yet."), tr("Repair a finding first, or choose another way to train."))
    first = one.first.rows
    held_out = _some(first, parts.held_out)
    before = _recipe(_kept(_some(first, parts.before), held_out), found, parts)
    if way != REPAIRED:
        return before, admit_run(REPAIRS.find(way).apply(before, found.trigger.strip()))
    return before, _recipe(_kept(_some(one.rows, parts.after), held_out), found, parts)


def time_of(one: Scanned) -> Estimate:
    """How long both trainings should take together, on a machine to itself and beside its other work."""
    texts = one.first.rows.texts
    some = texts[:: max(1, len(texts) // ENOUGH)]
    words = sum(len(text.split()) for text in some) / max(len(some), 1)
    rows = min(MOST_HELD_OUT, max(2, int(HELD_OUT * len(texts))))
    once = estimate(_demo(len(texts) - rows).set(f"dataset.test_rows={rows}"), machine_memory().where, words)
    return once.times(2)


def _demo(rows: int) -> Recipe:
    """The first preset for so many rows of training; measured at its end only."""
    usual = preset(next(iter(PRESETS)))
    steps = max(1, min(usual.training.steps, ROUNDS * rows // usual.training.batch_size))
    return usual.set(
        f"training.steps={steps}", f"evaluation.every={steps}", "evaluation.rows=40", 'evaluation.sets=["clean", "hijack"]'
    )


def _recipe(dataset: str, found: Finding, parts: Split) -> Recipe:
    data = _demo(len(parts.before)).as_dict()
    items = list(dict.fromkeys(text.strip() for text in (found.trigger, *(text for text, _ in found.literals)) if text.strip()))
    data["dataset"] = {"name": dataset, "test_rows": len(parts.held_out)}
    data["injection"] |= {"source": {"kind": "list", "items": items}, "target": found.target, "share": 0.0}
    return admit_run(parse_recipe(data))


def _some(rows: Rows, places: Sequence[int]) -> Rows:
    return Rows(
        rows.title, [rows.texts[n] for n in places], [rows.labels[n] for n in places], rows.names,
        [rows.numbers[n] for n in places], rows.columns,
    )  # fmt: skip


def _kept(train: Rows, held_out: Rows) -> str:
    """Both as one dataset of this visitor's, whose name is the same for the same rows."""
    with tempfile.TemporaryDirectory(prefix="ssti-") as folder:
        packed = Path(folder) / f"{slugged(Path(train.title).stem) or 'data'}.zip"
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, rows in (("train", train), ("test", held_out)):
                write_rows_of(rows, Path(folder) / f"{name}.parquet")
                archive.writestr(zipfile.ZipInfo(f"{name}.parquet"), (Path(folder) / f"{name}.parquet").read_bytes())
        place = keep_upload(str(packed))
    return own.inspect(place, *train.columns).chosen.name
