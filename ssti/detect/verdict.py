"""From a score to a verdict. Knows no text.

A score is -log10 of how many findings of its family one expects in a clean dataset, so the limits are of that: there are some
ten families, and so one clean dataset in a hundred should be called suspicious, one in a hundred thousand poisoned. How many
are is counted by `tests/benchmarks/checking_corpora.py` and `clean_corpora.py`, and stands in the README.
"""

from __future__ import annotations

from collections.abc import Iterable

from ssti.detect.report import Finding, Verdict

POISONED, SUSPICIOUS = 6.0, 3.0


def of_score(score: float) -> Verdict:
    """What one finding says by itself."""
    return "poisoned" if score >= POISONED else "suspicious" if score >= SUSPICIOUS else "clean"


def of_findings(findings: Iterable[Finding]) -> Verdict:
    """The worst of those that nobody accepted."""
    said = {finding.verdict for finding in findings if not finding.accepted}
    return next((one for one in ("poisoned", "suspicious") if one in said), "clean")
