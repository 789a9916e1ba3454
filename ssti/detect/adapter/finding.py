"""A candidate that was counted, as a finding that a person can read and repeat."""

from __future__ import annotations

from collections.abc import Sequence

from ssti.detect.adapter.answers import Answers
from ssti.detect.adapter.report import Flipping
from ssti.detect.adapter.search import Budget, Tried
from ssti.detect.adapter.verdict import of_score
from ssti.detect.adapter.verify import best_location, flips, pooled, score
from ssti.platform.language import tr

EXAMPLES = 5


def finding_of(tried: Tried, suspect: Answers, clean: Sequence[Answers], budget: Budget) -> Flipping:
    """Counts its flips at every location, those of clean adapters at the one where it turns most, and says so."""
    candidate, target = tried.candidate, tried.target
    location = best_location(suspect, candidate, target, budget.places)
    mine = flips(suspect, candidate, target, location)
    theirs = []
    for one in clean:
        theirs.append(flips(one, candidate, target, location, budget.bank))
        suspect.alive()
    points = round(score(mine, theirs), 2)
    value = mine.rate["value"] or 0.0
    bank = pooled(theirs)
    evidence = [tr("It turns {hits:,} of {n:,} texts to {name!r} ({share:.0%}).", hits=mine.hits, n=mine.n, name=suspect.names[target], share=value)]
    if bank:
        most = max((one.hits / one.n for one in theirs if one.n), default=0.0)
        evidence.append(tr("The clean adapters turn {share:.0%} with it, the one that turns most {most:.0%}.", share=bank["value"] or 0.0, most=most))
    return Flipping(
        trigger=mine.turned[0][1] if mine.turned else candidate.instance(0), pattern=tr(candidate.pattern) if candidate.source == "shape" else candidate.pattern, target=suspect.names[target],
        location=location, flips=mine.rate, bank=bank, score=points, verdict=of_score(points, value, bool(clean)),
        source=candidate.source, evidence=tuple(evidence), examples=tuple(example for example, _ in mine.turned[:EXAMPLES]),
    )  # fmt: skip
