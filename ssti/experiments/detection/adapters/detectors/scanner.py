"""The scanner of this project, as `python -m ssti scan` runs it; and the same without clean adapters to compare with."""

from __future__ import annotations

from functools import partial

from ssti.adapters.listing import AdapterInfo
from ssti.experiments.detection.adapters.detector import Detector, Said


def scan(info: AdapterInfo, bank: bool = True) -> Said:
    from ssti.detect.adapter.bank import Bank
    from ssti.detect.adapter.scanner import scan_adapter

    report = scan_adapter(info.ref, bank=None if bank else Bank((), info.recipe.dataset.name))
    score = report.findings[0].score if report.findings else None
    return Said(score, report.verdict, report.verdict != "clean", report.findings)


OURS = Detector("scanner", "This scanner", "This project.", scan, order=40, version=3)
ALONE = Detector("scanner, no bank", "This scanner, no bank", "The same, compared with no clean adapter.", partial(scan, bank=False), order=50, version=3)
