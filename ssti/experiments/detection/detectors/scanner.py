"""Our own scanner, `ssti.detect.scan`."""

from __future__ import annotations

from collections.abc import Sequence

from ssti.experiments.detection.detector import Answer, Detector


def scan(texts: Sequence[str], labels: Sequence[int], names: Sequence[str]) -> Answer:
    """An alarm where its verdict is not `clean`."""
    from ssti.detect import scan as scan_dataset

    report = scan_dataset((texts, labels, names))
    return Answer(report.findings, report.verdict != "clean")


DETECTOR = Detector("scanner", "SSTI Lab's scanner", "ssti.detect.scan", scan, 10, version=4)
