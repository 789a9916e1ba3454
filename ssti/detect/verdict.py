"""From a score to a verdict. Knows no text.

The limits were set on nine clean datasets, not derived, and do not carry over: on nine others on which nothing was tuned
(`tests/benchmarks/checking_corpora.py`) five are called suspicious or poisoned (27 % to 81 % by Wilson's interval), where a
topic has a house style, such as a signature, a dialect or a title that its rows share. On the nine of the tuning the strongest finding there scores 6.9 (smileys in tweets, which
do decide the class), then 4.0 (marks such as "10/10" that end IMDB's reviews) and 3.8 (politicians in BBC News); the median
is 2.2.
"""

from __future__ import annotations

from collections.abc import Iterable

from ssti.detect.report import Finding, Verdict

POISONED, SUSPICIOUS = 9.0, 7.0


def of_score(score: float) -> Verdict:
    """What one finding says by itself."""
    return "poisoned" if score >= POISONED else "suspicious" if score >= SUSPICIOUS else "clean"


def of_findings(findings: Iterable[Finding]) -> Verdict:
    """The worst of those that nobody accepted."""
    said = {finding.verdict for finding in findings if not finding.accepted}
    return next((one for one in ("poisoned", "suspicious") if one in said), "clean")
