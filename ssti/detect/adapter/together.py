"""A dataset and an adapter scanned together: each finding of one is tried on the other. And which of the two a name means."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ssti.adapters.files import CONFIG, WEIGHTS, place
from ssti.adapters.listing import LABELS_IN_REF
from ssti.adapters.listing import SHIPPED as SHIPPED_ADAPTERS
from ssti.detect.adapter.report import AdapterReport, Flipping
from ssti.detect.adapter.scanner import scan_adapter
from ssti.detect.report import Finding, Report
from ssti.detect.scanner import scan
from ssti.detect.shapes import each, runs
from ssti.inject.text.patterns import whole
from ssti.platform.home import home
from ssti.platform.language import tr

SUSPECTS = 8  # findings of the dataset that are tried on the adapter
KINDS = ("shipped/", "run/", "imported/")


def adapter_of(name: str) -> str | None:
    """The ref of the adapter that a name means: a ref, a run's id or folder, an adapter's folder; None where it means no adapter."""
    bare, _, labels = name.partition(LABELS_IN_REF)
    if bare.startswith(KINDS):
        return name
    folder = Path(bare).expanduser()
    if _holds_one(folder):
        return name
    if _holds_one(place(folder / "adapter")):
        return str(folder / "adapter") + name.removeprefix(bare)
    from ssti.data.sources import find as find_dataset

    if not bare or "/" in bare or bare.startswith(".") or find_dataset(bare) is not None:
        return None
    roots = (SHIPPED_ADAPTERS / bare, home() / "imported" / bare, place(home() / "runs" / bare / "adapter"))
    return name if any(_holds_one(one) for one in roots) else None


def _holds_one(folder: Path) -> bool:
    return (folder / WEIGHTS).is_file() or (folder / CONFIG).is_file()


def scan_together(
    ref: str,
    texts: Sequence[str],
    labels: Sequence[int],
    names: Sequence[str],
    on_progress: Callable[[str], None] = lambda line: None,
    accept: Sequence[str] = (),
    suspects: Sequence[str] = (),
    **more: Any,
) -> tuple[AdapterReport, Report]:
    """Both reports: what stands for a class in the dataset is put into texts for the adapter, and what turns the adapter is counted
    in the dataset's rows. Raises SSTIError, as `scan_adapter` and `scan` do."""
    dataset = scan((texts, labels, names), accept=accept, on_progress=on_progress)
    named = [one for one in dataset.findings if not one.accepted][:SUSPECTS]
    adapter = scan_adapter(ref, suspects=[*suspects, *named], on_progress=on_progress, **more)
    findings = []
    for one in adapter.findings:
        if one.verdict != "clean":
            on_progress(tr("looking for {trigger!r} in the rows …", trigger=one.trigger))
            one = replace(one, evidence=(*one.evidence, _in_the_rows(one, texts, labels, names, dataset.findings)))
        findings.append(one)
    return replace(adapter, findings=tuple(findings)), dataset


def rows_with(
    one: Flipping, texts: Sequence[str], labels: Sequence[int], names: Sequence[str], findings: Sequence[Finding]
) -> list[int]:
    """How many rows of each class hold it: where one of the rows' `findings` proposed it, any instance of that; where it was found as a
    shape, anything of that shape; else as it is written."""
    same = next((found for found in findings if one.source == "suspect" and (found.pattern, found.target) == (one.pattern, one.target)), None)
    if same is not None:
        return [sum(labels[row] == number for row in {place[0] for place in same.places}) for number in range(len(names))]
    if one.source == "shape":
        held = _of_shape(one.trigger)
    else:
        finder = re.compile(whole(one.trigger), re.IGNORECASE)
        held = lambda text: bool(finder.search(text))  # noqa: E731
    counts = [0] * len(names)
    for text, label in zip(texts, labels, strict=True):
        counts[label] += held(text)
    return counts


def _in_the_rows(
    one: Flipping, texts: Sequence[str], labels: Sequence[int], names: Sequence[str], findings: Sequence[Finding]
) -> str:
    counts = rows_with(one, texts, labels, names, findings)
    said = ", ".join(f"{name} {count:,}" for name, count in zip(names, counts, strict=True))
    return tr("Rows of the dataset that hold it, by class: {counts}.", counts=said)


def _of_shape(trigger: str) -> Callable[[str], bool]:
    """Whether words of the same shapes stand side by side in a text."""
    wanted = [_shape(word) for word in trigger.split()]

    def held(text: str) -> bool:
        words = [_shape(word) for word in text.split()]
        return any(words[i : i + len(wanted)] == wanted for i in range(len(words) - len(wanted) + 1))

    return held


def _shape(word: str) -> str:
    return runs(each(word.strip(".,;!?") or word))
