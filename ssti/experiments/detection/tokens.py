"""White-space tokens of a dataset, counted by class: what the simple detectors share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from ssti.experiments.detection.detector import Place, Suspect

TOKEN = re.compile(r"\S+")
LEAST = 3  # rows that a token has to stand in
KEPT = 50  # findings of one detector


@dataclass(frozen=True, eq=False)
class Counts:
    """`rows[token, class]` is in how many rows of a class a token stands; `prior` the classes' shares of all rows."""

    tokens: Sequence[str]
    rows: np.ndarray
    prior: np.ndarray
    size: int


def count(texts: Sequence[str], labels: Sequence[int], classes: int) -> Counts:
    """One document counts once. Tokens are lower-cased."""
    numbers: dict[str, int] = {}
    of, where = [], []
    for text, label in zip(texts, labels, strict=True):
        for token in set(text.lower().split()):
            of.append(numbers.setdefault(token, len(numbers)))
            where.append(label)
    counts = np.zeros((len(numbers), classes))
    np.add.at(counts, (np.array(of, int), np.array(where, int)), 1)
    enough = counts.sum(axis=1) >= LEAST
    prior = np.bincount(np.asarray(labels, int), minlength=classes) / len(labels)
    return Counts([token for token, kept in zip(numbers, enough, strict=True) if kept], counts[enough], prior, len(labels))


def z_of(counts: Counts) -> np.ndarray:
    """`z[token, class]`: how many standard errors the class's share among a token's rows is above its share of all rows."""
    n = counts.rows.sum(axis=1, keepdims=True)
    return (counts.rows / n - counts.prior) / np.sqrt(counts.prior * (1 - counts.prior) / n)


def strongest(scores: np.ndarray, tokens: Sequence[str], names: Sequence[str], texts: Sequence[str]) -> list[Suspect]:
    """The tokens with the highest `scores[token, class]` as findings, each with its places."""
    order = np.argsort(-scores, axis=None, kind="stable")[:KEPT]
    chosen = [(tokens[at // scores.shape[1]], int(at % scores.shape[1]), float(scores.flat[at])) for at in order]
    places = places_of({token for token, *_ in chosen}, texts)
    return [Suspect(token, names[label], score, places[token]) for token, label, score in chosen]


def places_of(wanted: Iterable[str], texts: Sequence[str]) -> dict[str, list[Place]]:
    """Where each of some lower-cased tokens stands."""
    places: dict[str, list[Place]] = {token: [] for token in wanted}
    for row, text in enumerate(texts):
        for match in TOKEN.finditer(text):
            if (token := match[0].lower()) in places:
                places[token].append((row, *match.span()))
    return places
