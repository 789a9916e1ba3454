"""The repaired data to take along: a file with what was done to it, or data to train on. Knows no component."""

from __future__ import annotations

import json
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from ssti.data.export import FORMATS, formula_note
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import PRESETS, Recipe, parse_recipe, preset
from ssti.report.names import slugged
from ssti.ui.access.visitor import admit, keep_upload
from ssti.ui.detect.data import write_rows_of
from ssti.ui.detect.scanning import Scanned
from ssti.ui.kit.own import values as own


def pack(one: Scanned, ending: str, folder: Path) -> tuple[Path, int]:
    """A ZIP archive of the rows, a README and a JSON file of what was done; and how many cells got an apostrophe. Raises SSTIError."""
    if ending not in FORMATS.values():  # it becomes part of a path
        raise SSTIError(tr("There is no such file."), tr("Choose one of {names}.", names=", ".join(FORMATS.values())))
    name = f"{slugged(Path(one.rows.title).stem) or 'data'}-repaired"
    data = folder / f"{name}.{ending}"
    formulas = write_rows_of(one.rows, data)
    about = json.dumps(done(one, data.name), ensure_ascii=False, indent=2)
    packed = folder / f"{name}.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(data, data.name)
        archive.writestr("README.md", readme(one, data.name, formulas))
        archive.writestr("repairs.json", about)
    return packed, formulas


def done(one: Scanned, file: str) -> dict[str, Any]:
    """What was done, as data."""
    first = one.first
    return {
        "data": first.rows.title, "file": file, "rows_before": len(first.rows.texts), "rows_after": len(one.rows.texts),
        "verdict_before": first.report.verdict, "verdict_after": one.report.verdict,
        "repairs": [repaired.log.as_json() for repaired in one.repairs],
    }  # fmt: skip


def readme(one: Scanned, file: str, formulas: int = 0) -> str:
    """What was done, in words."""
    from ssti.detect.repairs.data import REPAIRS

    first = one.first
    lines = [
        f"# {file}", "",
        tr("{title}, repaired by SSTI Lab. {before} rows before, {after} after.", title=first.rows.title,
           before=f"{len(first.rows.texts):,}", after=f"{len(one.rows.texts):,}"), "",
        tr("Verdict before: {before}. Verdict after: {after}.", before=tr(first.report.verdict), after=tr(one.report.verdict)), "",
    ]  # fmt: skip
    for repaired in one.repairs:
        log, way = repaired.log, REPAIRS[repaired.log.how]
        lines.append(f"- **{tr(way.title)}** ({log.how}, seed {log.seed}). {tr(way.description)}")
        lines += [f"  - `{found['trigger']!r}`: {found['pattern']} → {found['class']}" for found in log.findings]
        lines += [f"  - {name}: {n:,}" for name, n in log.changed.items()]
        lines += [f"  - {name}: −{n:,}" for name, n in log.dropped.items()]
    if formulas:
        lines += ["", formula_note(formulas, True)]
    return "\n".join([*lines, "", tr("The column row is each row’s number in the data as it was."), ""])


def recipe_of(one: Scanned) -> Recipe:
    """A recipe that trains on the repaired rows as they are, and tries the trigger that was found on what it learnt. Raises SSTIError."""
    with tempfile.TemporaryDirectory(prefix="ssti-") as folder:
        path = Path(folder) / f"{slugged(Path(one.rows.title).stem) or 'data'}-repaired.parquet"
        write_rows_of(one.rows, path)
        place = keep_upload(str(path))
    name = own.inspect(place, one.rows.columns[0], one.rows.columns[1]).chosen.name
    log = one.repairs[0].log
    data = preset(next(iter(PRESETS))).as_dict()
    data["dataset"] = {"name": name}
    items = [found["trigger"].strip() for found in log.findings if found["trigger"].strip()]
    source = {"source": {"kind": "list", "items": items}} if items else {}
    data["injection"] = {**data["injection"], **source, "target": log.findings[0]["class"], "share": 0.0}
    return admit(parse_recipe(data))
