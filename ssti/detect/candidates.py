"""The features that lean to a class more than the others of their kind do. Knows no words for people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ssti.detect.cohesion import Topics
from ssti.detect.context import Context
from ssti.detect.family import Family, Features
from ssti.detect.meaning import Foretold
from ssti.detect.statistics import LEAST_OF_WORDS, LEAST_RHO, Spread, log_tail, over_classes, squares
from ssti.detect.voices import voices

KEPT = 50  # candidates of a family, in all classes; three of each at least
AS_DRAWN = 2.5  # standard deviations: as many again of those whose rows hang together no more than drawn ones
LOOKED_AT = 80  # occurrences whose neighbours are looked at
SAME = 0.5  # features that share so much of their rows with a candidate do not count as its kind
STEEPEST = 2.5  # by how much at most what a meaning foretells is stretched
OUT_OF_PLACE = -0.7  # log10: as easily taken out as a fifth of the frequent words; groups of synonyms are at -0.3
RELATIVES = 0.25  # how much a feature of another family counts for the spread, beside 1 for the family's own


@dataclass(frozen=True, eq=False)
class Counted:
    """A family's distinct features in numbers: `columns` of its features, rows `n`, rows of each class `k`, `held` by rows.
    `cohesion` of words is infinite: many stand for a class, and in any of its rows, so that it tells nothing of them."""

    family: Family
    features: Features
    columns: np.ndarray
    n: np.ndarray
    k: np.ndarray
    held: sparse.csc_array
    cohesion: np.ndarray


@dataclass(frozen=True, eq=False)
class Candidate:
    """A feature (a `column` of its family's features) and a class. `association` and `context` are log10 tails, `context`
    None where the neighbours say nothing; `expected` is log10 of how many such the family would have in clean data."""

    family: Family
    features: Features
    column: int
    target: int
    rows: np.ndarray
    k: int
    n: int
    association: float
    context: float | None
    expected: float
    predicted: float | None = None

    @property
    def key(self) -> str:
        return self.features.keys[self.column]


def count(family: Family, features: Features, classes: np.ndarray, topics: Topics) -> Counted:
    """Counts per class; features that hold the very same rows are one, the first."""
    held = features.held
    n = np.asarray(held.sum(axis=0)).ravel()
    marks = held.T @ np.random.default_rng(0).random(held.shape[0])
    enough = np.flatnonzero((n >= family.minimum) & (n < held.shape[0]))
    _, first = np.unique(np.round(marks[enough], 6), return_index=True)
    columns = np.sort(enough[first])
    kept = held[:, columns].tocsc()
    k = np.asarray(kept.T @ classes)
    cohesion = np.full(len(columns), np.inf) if family.meaning else topics.cohesion(kept, k)
    return Counted(family, features, columns, n[columns].astype(float), k, kept, cohesion)


class Kind:
    """Families whose features lean to classes for like reasons: the forms, or what has a meaning. Each family's spread
    comes from its own features first, and from its relatives'. The first of those with a meaning are the single words."""

    def __init__(self, families: Sequence[Counted], priors: np.ndarray) -> None:
        self.families, self.priors = families, priors
        self.n = np.concatenate([one.n for one in families])
        self.k = np.concatenate([one.k for one in families])
        self.cohesion = np.concatenate([one.cohesion for one in families])
        self.of = np.repeat(np.arange(len(families)), [len(one.n) for one in families])
        self.held = sparse.hstack([one.held for one in families], format="csc")
        self.by_row = self.held.tocsr()
        self.foretold, self.voices = None, np.ones(len(self.n))
        if families[0].family.meaning:
            keys = [one.family.words(one.features.keys[column]) for one in families for column in one.columns]
            self.foretold = Foretold([key[0] for key in keys[: len(families[0].n)]], families[0].n, keys)
        else:  # words are too many to compare, and their house styles few beside them
            self.voices = voices(self.held, self.n)
        self.targets = np.flatnonzero(priors)
        self.means = {int(target): self._means(int(target)) for target in self.targets}
        self.over = {target: squares(self.k[:, target], self.n, means) - 1 for target, means in self.means.items()}
        self.whole = over_classes(self.k[:, self.targets], self.n, np.array([*self.means.values()]).T)

    def _means(self, target: int) -> np.ndarray:
        """The share of a class that each feature has by what it means; without a meaning, that of all rows."""
        prior = self.priors[target]
        if self.foretold is None:
            return np.full(len(self.n), prior)
        said = self.foretold.of(self.families[0].k[:, target], prior) - prior
        leans = self.k[:, target] / self.n - prior
        weight = self.n / (1 + 0.1 * (self.n - 1))
        for number in range(len(self.families)):  # a ridge foretells too little: by how much, the family itself tells
            own = self.of == number
            slope = (weight * said * leans)[own].sum() / max((weight * said**2)[own].sum(), 1e-9)
            said[own] *= np.clip(slope, 1, STEEPEST)
        return np.clip(prior + said, 0.02, 0.98)

    def _spread(self, number: int, target: int) -> Spread:
        lent = np.array([RELATIVES if one.family.lends else 0.0 for one in self.families])[self.of]
        weight = np.where(self.of == number, 1.0, lent)
        least = LEAST_OF_WORDS if self.foretold else LEAST_RHO
        return Spread(self.n, (self.over[target], self.whole), self.cohesion, weight, self.voices, least)

    def spreads(self, target: int) -> Iterator[tuple[str, Spread, int]]:
        """Each family's name, its spread for a class, and how many features of it were tried for all classes."""
        for number, one in enumerate(self.families):
            yield one.family.name, self._spread(number, target), max(len(one.n), 1) * self.k.shape[1]

    def candidates(self, target: int, context: Context) -> Iterator[list[Candidate]]:
        """The strongest features for a class, family by family."""
        p, prior = self.means[target], self.priors[target]
        k, n, classes = self.k[:, target], self.n, self.k.shape[1]
        for number, one in enumerate(self.families):
            own, found = np.flatnonzero(self.of == number), []
            if not len(own):
                yield found
                continue
            spread = self._spread(number, target)
            tails = log_tail(k[own], n[own], p[own], spread.rho(n[own], self.cohesion[own]))
            order = own[np.argsort(tails, kind="stable")]
            kept = max(KEPT // classes, 3)
            chosen = np.union1d(order[:kept], order[self.cohesion[order] < AS_DRAWN][:kept])
            chosen = chosen[k[chosen] > n[chosen] * prior]
            overlap = (self.held[:, chosen].T @ self.by_row).toarray()
            for at, feature in enumerate(chosen):
                related = np.flatnonzero(overlap[at] >= SAME * np.minimum(n, n[feature]))
                rho = spread.rho(n[feature], self.cohesion[feature], related)
                tail = float(log_tail(k[feature], n[feature], p[feature], rho)[0]) / np.log(10)
                rows = self.held.indices[self.held.indptr[feature] : self.held.indptr[feature + 1]]
                column = int(one.columns[feature - own[0]])
                around = context_tail(one.features, column, rows, context)
                if one.family.out_of_place and (around is None or around > OUT_OF_PLACE):
                    continue
                found.append(Candidate(
                    one.family, one.features, column, target, rows, int(k[feature]), int(n[feature]), tail, around,
                    np.log10(len(own) * classes) + together(tail, around), None if self.foretold is None else float(p[feature]),
                ))  # fmt: skip
            yield found


def context_tail(features: Features, column: int, rows: np.ndarray, context: Context) -> float | None:
    """log10 of the share of words that could be taken out as well."""
    if features.members is not None:
        tokens = features.members[:, [column]].tocoo().coords[0]
        number = context.numbers[tokens].sum()
        mean = context.sums[tokens].sum() / max(number, 1)
    else:
        places = [(row, *span) for row in rows[:LOOKED_AT] for span in features.locate(column, row)[:1]]
        mean, number = context.around(places)
    return float(np.log10(context.tail(mean, number))) if number else None


def together(association: float, context: float | None) -> float:
    """log10 of Fisher's combination of two tails: of x = p q, that is x (1 - ln x)."""
    if context is None:
        return association
    log = (association + context) * np.log(10)
    return float((log + np.log1p(-log)) / np.log(10))
