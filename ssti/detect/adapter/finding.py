"""A candidate that was counted, as a finding that a person can read and repeat; and several that are one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from ssti.detect.adapter.answers import Answers
from ssti.detect.adapter.grain import refined
from ssti.detect.adapter.probe import probed
from ssti.detect.adapter.report import Flipping
from ssti.detect.adapter.search import Budget, Tried
from ssti.detect.adapter.verdict import Limits, of_score
from ssti.detect.adapter.verify import best_location, flips, pooled, score
from ssti.platform.language import tr

EXAMPLES, OTHERS, CLEAN = 5, 6, 3
WEAKEST = 0.1  # score of a shape that is worth a closer look: most are below in clean adapters
TIE = 0.05  # of a score: probabilities near 1 tell no more


def finding_of(tried: Tried, suspect: Answers, clean: Sequence[Answers], budget: Budget, limits: Mapping[str, Limits] | None) -> Flipping:
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
        surest = max(one.sure for one in theirs)
        evidence.append(tr("With it the adapter is {sure:.0%} sure on average, the surest clean one {surest:.0%}.", sure=mine.sure, surest=surest))
    return Flipping(
        trigger=mine.turned[0][1] if mine.turned else candidate.instance(0),
        pattern=tr(candidate.pattern) if candidate.source == "shape" else candidate.pattern, target=suspect.names[target],
        location=location, flips=mine.rate, bank=bank, score=points, verdict=of_score(points, candidate.source, limits),
        source=candidate.source, evidence=tuple(evidence), examples=tuple(example for example, _ in mine.turned[:EXAMPLES]),
        shift=round(mine.shift, 2),
    )  # fmt: skip


def at_its_grain(
    counted: Sequence[Flipping], suspect: Answers, clean: Sequence[Answers], budget: Budget, limits: Mapping[str, Limits] | None
) -> list[Flipping]:
    """The findings of one class, and the shape that stands for the others at its right grain, where that is another one."""
    shapes = [one for one in counted if one.source == "shape" and one.score >= WEAKEST]
    if not shapes:
        return list(counted)
    first = standing_for(shapes)
    target = suspect.names.index(first.target)
    candidate = refined(suspect, first.trigger, target, first.location)
    if candidate is None:
        return list(counted)
    return [*counted, replace(finding_of(Tried(candidate, target, 0.0), suspect, clean, budget, limits), refined=True)]


def standing_for(members: Sequence[Flipping]) -> Flipping:
    """Which of these names the others: of those about as strong as the strongest the refined one, else the shortest shape, as of numbers
    a longer one always moves more; of words those that move the log-odds most: training moved those of the trigger."""
    strongest = max(one.score for one in members)
    ties = [one for one in members if one.score >= strongest - TIE]
    return max(ties, key=lambda one: (one.refined, -len(one.trigger) if one.source == "shape" else 0, one.shift))


def told(findings: Sequence[Flipping], suspect: Answers, budget: Budget) -> tuple[Flipping, ...]:
    """The findings, strongest first. Words that lead to one class are one finding, and so are shapes, which names the others; what
    somebody named stays by itself. What is found is probed: is it these characters, or their shape?"""
    ordered = sorted(findings, key=lambda one: -one.score)
    found = [one for one in ordered if one.verdict != "clean"]
    clean = _strongest([one for one in ordered if one.verdict == "clean" and one.source != "suspect"])
    groups: dict[tuple, list[Flipping]] = {}
    for one in found:
        alone = one.pattern if one.source == "suspect" else ""
        groups.setdefault((one.target, one.source, alone), []).append(one)
    made = []
    for members in groups.values():
        first = standing_for(members)
        rest = [one for one in members if one is not first]
        sentences = list(probed(suspect, first.trigger, suspect.names.index(first.target), first.location, first.flips["value"] or 0.0, budget.bank))
        if rest:
            sentences.append(tr("Others that do the same: {others}.", others=", ".join(one.pattern for one in rest[:OTHERS])))
        made.append(replace(first, evidence=(*first.evidence, *sentences)))
        suspect.alive()
    named = [one for one in ordered if one.verdict == "clean" and one.source == "suspect"]
    return tuple(sorted([*made, *clean, *named], key=lambda one: (one.verdict == "clean", -one.score)))


def _strongest(clean: Sequence[Flipping]) -> list[Flipping]:
    """The first few, and the first of each source: the limits of each follow from what clean adapters score."""
    each = {one.source: one for one in reversed(clean)}.values()
    return [one for number, one in enumerate(clean) if number < CLEAN or any(one is first for first in each)]
