"""A repair of the adapter that was scanned: what is left of the attack, measured, and the repaired one kept as this visitor's."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

from ssti.adapters.listing import AdapterInfo
from ssti.adapters.pack import slug
from ssti.detect.adapter.report import Flipping
from ssti.detect.repairs.adapter import REPAIRS
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.ui.detect.adapter.scanning import Found, in_turn
from ssti.ui.kit import adapters
from ssti.ui.kit.job import Job, OnProgress
from ssti.ui.kit.parts import Markup

USUAL = 20  # settings that a repair tries, about
MEASURED = 0.8  # of the time, until all settings were tried


def to_repair(found: Found) -> list[Flipping]:
    """The open findings that are tied to the same class as the strongest: a repair is of one class."""
    return [one for one in found.open if one.target == found.open[0].target]


def mended(found: Found, how: str, texts: str) -> Iterator[Markup]:
    """Steps of progress; returns the repaired adapter. `texts` is the dataset to measure with, where it is not its own. Raises SSTIError."""
    REPAIRS.find(how)
    finds = to_repair(found)
    if not finds:
        raise SSTIError(tr("There is nothing to repair: nothing was found, or you accepted it."), tr("Scan another adapter."))
    job = Job(lambda on_progress: _mend(found, finds, how, texts, on_progress), tr("Repairing"))
    yield from job.steps()
    return job.result


def _mend(found: Found, finds: list[Flipping], how: str, texts: str, on_progress: OnProgress) -> AdapterInfo:
    from ssti.detect.repairs.adapter import mend

    lines, at = 0, (0.0, tr("loading the model …"))

    def said(line: str) -> None:
        nonlocal lines, at
        lines += 1
        at = (MEASURED * min(lines / USUAL, 1), line)
        on_progress(*at)

    with in_turn(on_progress), tempfile.TemporaryDirectory(prefix="ssti-") as folder:
        name = f"{slug(found.info)}-{how}"
        done = mend(found.info.ref, finds, how, Path(folder) / name, said, dataset=_measured_with(found.info, texts), alive=lambda: on_progress(*at))
        if not done.helped:
            raise SSTIError(
                tr("This repair takes nothing of the attack away without costing more than it brings."), tr("Choose another repair.")
            )
        return adapters.bring(done.folder, name)


def _measured_with(info: AdapterInfo, texts: str) -> str | None:
    """The dataset to measure with: the one that was named, else the adapter's own, else that of its clean adapters."""
    from ssti.detect.adapter.bank import find_bank

    if texts or info.recipe_known:
        return texts or None
    bank = find_bank(info)
    return bank.dataset if bank else None
