"""One trigger is many features: its shape at three grains, its characters, its phrases. Joins those that lie over each other.

Knows no statistics: the first of a group is the one with the strongest evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ssti.detect.candidates import Candidate
from ssti.detect.report import Span

SHARED = 0.6  # of the rows of both: one trigger, wherever in the text
INSIDE = 0.8  # of the rows of the smaller: one trigger where the places touch too
FEW = 0.25  # of all rows: a stronger feature in no more explains the weaker ones whose rows of the class it holds
NEARLY = 0.95  # of the rows of the strongest, that what names the trigger holds as well
MORE = 1.1  # times as many rows of the class
LOOKED_AT = 12  # rows whose places are compared


@dataclass(eq=False)
class Group:
    """Candidates of one trigger, the strongest first."""

    best: Candidate
    others: list[Candidate] = field(default_factory=list)

    @property
    def members(self) -> list[Candidate]:
        return [self.best, *self.others]

    @property
    def named(self) -> Candidate:
        """What names the trigger: of the members that stand where the strongest does, in clearly more rows of its class and no more
        of others, the one that holds most. A date and the word behind it may stand out more than the date alone, in fewer rows."""
        wider = [one for one in self.others if _wider(one, self.best)]
        return max(wider, key=lambda one: one.k, default=self.best)


def merge(candidates: Sequence[Candidate], most: int) -> list[Group]:
    """At most `most` groups, in the order of their strongest members."""
    groups: list[Group] = []
    for one in candidates:
        if home := next((group for group in groups if _same(one, group.best)), None):
            home.others.append(one)
        elif len(groups) < most:
            groups.append(Group(one))
    return groups


def _same(one: Candidate, other: Candidate) -> bool:
    both = np.intersect1d(one.rows, other.rows, assume_unique=True)
    if not len(both):
        return False
    if len(both) >= SHARED * (len(one.rows) + len(other.rows) - len(both)):
        return True
    if one.target == other.target and len(both) >= INSIDE * one.k and other.n <= FEW * other.features.held.shape[0]:
        return True
    if len(both) < INSIDE * min(len(one.rows), len(other.rows)):
        return False
    return touching(one, other, both)


def _wider(one: Candidate, best: Candidate) -> bool:
    if one.target != best.target or one.k < MORE * best.k or one.n - one.k > best.n - best.k:
        return False
    both = np.intersect1d(one.rows, best.rows, assume_unique=True)
    return len(both) >= NEARLY * best.n and touching(one, best, both)


def touching(one: Candidate, other: Candidate, rows: np.ndarray) -> bool:
    """Whether they lie at the same places, in most of some rows."""
    some = rows[:: max(len(rows) // LOOKED_AT, 1)][:LOOKED_AT]
    hits = sum(any(touch(a, b) for a in spans_of(one, row) for b in spans_of(other, row)) for row in some)
    return hits > len(some) / 2


def spans_of(one: Candidate, row: int) -> list[Span]:
    return one.features.locate(one.column, int(row))


def touch(a: Span, b: Span) -> bool:
    return a[0] <= b[1] + 1 and b[0] <= a[1] + 1
