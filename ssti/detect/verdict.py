"""From a score to a verdict. The limits were set on clean datasets (tests/benchmarks), not derived. Knows no text."""

from __future__ import annotations

from collections.abc import Iterable

from ssti.detect.report import Finding, Verdict

POISONED, SUSPICIOUS = 6.0, 4.0
SHOWN = 1.0  # a finding below is not shown


def of_score(score: float) -> Verdict:
    """What one finding says by itself."""
    return "poisoned" if score >= POISONED else "suspicious" if score >= SUSPICIOUS else "clean"


def of_findings(findings: Iterable[Finding]) -> Verdict:
    """The worst of those that nobody accepted."""
    said = {finding.verdict for finding in findings if not finding.accepted}
    return next((one for one in ("poisoned", "suspicious") if one in said), "clean")
