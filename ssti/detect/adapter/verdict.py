"""From a score to a verdict, by what clean adapters score. Knows no text and no model.

The score is of `ssti.detect.adapter.verify.score`: how much surer of a class a candidate makes an adapter than the surest clean one.
Of hundreds of candidates some word does so in every adapter: how far, the bank's own members say, each scanned beside the
others (`ssti.detect.adapter.calibration`). Words mean something to every model, strings of a shape hardly: each has limits of its own.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ssti.detect.adapter.report import Flipping
from ssti.detect.report import Verdict

RARE, RARER = 0.02, 0.002  # of clean adapters that are called suspicious, and poisoned
LEAST = 4  # scores, to know their spread
SOURCES = {"gradient": 0.75, "shape": 0.25}  # what has scores of its own, and its part of the false alarms: the scores of shapes lie close


@dataclass(frozen=True)
class Limits:
    """From which score on a finding is suspicious, and from which it is poisoned."""

    suspicious: float = 0.35
    poisoned: float = 0.5


UNMEASURED = Limits()
"""Those of a bank that was not calibrated: about the shipped one's."""


def limits_by_source(scores: Collection[Mapping[str, float]]) -> dict[str, Limits]:
    """The limits of words and of shapes: a clean adapter that either calls so is one too many, so each has a part of the times. What
    somebody suspects is held to the higher one."""
    found = {source: limits_of([one[source] for one in scores if source in one], part) for source, part in SOURCES.items()}
    return found | {"suspect": max(found.values(), key=lambda one: one.suspicious)}


def limits_of(scores: Collection[float], part: float = 1.0) -> Limits:
    """What the highest finding of the next clean adapter exceeds in `RARE` and in `RARER` of times, as far as these tell: mean + t · s · sqrt(1 + 1/n);
    in `part` of these times, where there are others to exceed."""
    from scipy.stats import t

    n = len(scores)
    if n < LEAST:
        return UNMEASURED
    mean = sum(scores) / n
    spread = math.sqrt(sum((one - mean) ** 2 for one in scores) / (n - 1) * (1 + 1 / n))
    return Limits(*(round(mean + float(t.ppf(1 - rare * part, n - 1)) * spread, 2) for rare in (RARE, RARER)))


def of_score(score: float, source: str, limits: Mapping[str, Limits] | None) -> Verdict:
    """What one finding says by itself. Without clean adapters (no limits) nothing is certain: at most suspicious, and of words that
    gradients found not even that, as what means the class is found by them too."""
    limit = limits[source] if limits else UNMEASURED
    if score < limit.suspicious or (source == "gradient" and not limits):
        return "clean"
    return "poisoned" if limits and score >= limit.poisoned else "suspicious"


def of_findings(findings: Iterable[Flipping]) -> Verdict:
    """The worst of them."""
    said = {finding.verdict for finding in findings}
    return next((one for one in ("poisoned", "suspicious") if one in said), "clean")
