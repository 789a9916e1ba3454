"""From many candidates to a few: all are tried on a few texts, the best on more, and of those what clean adapters do is taken off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ssti.detect.adapter import gradient
from ssti.detect.adapter.answers import PLACES, Answers, put
from ssti.detect.adapter.candidate import Candidate, literal
from ssti.platform.language import tr

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Budget:
    """How much a scan spends. Of each class so many `words`, and half as many, are guessed in two ways by gradients on `slopes` texts. All candidates go into `first`
    texts; the best `second` of them into `more`, and into `first` texts of `clean` clean adapters. The `last` are counted: at
    each location in `places` texts, at the best one in all of the `texts`, and in `bank` texts of every clean adapter. Phrases
    are made longer `steps` times, by `pairs` words."""

    texts: int = 160
    slopes: int = 32
    words: int = 80
    first: int = 4
    second: int = 20
    more: int = 8
    clean: int = 4
    last: int = 5
    places: int = 16
    bank: int = 24
    pairs: int = 10
    steps: int = 1


QUICK = Budget(texts=64, slopes=12, words=24, first=2, second=12, more=4, clean=3, last=3, places=8, bank=12, pairs=6, steps=1)
"""For tests and for a first look: finds what turns nearly every text."""


@dataclass(frozen=True)
class Tried:
    """A candidate and a class: how much surer of the class texts are with it than they are in clean adapters."""

    candidate: Candidate
    target: int
    beyond: float


def moved(answers: Answers, candidates: Sequence[Candidate], target: int, texts: int, skip: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """The mean shift of the target's log-odds by each candidate, a new instance for each text, and its mean probability then."""
    rows = answers.others(target)
    if not len(rows) or not candidates:
        return np.zeros(len(candidates)), np.zeros(len(candidates))
    rows = np.resize(np.roll(rows, -skip), texts)
    injected = [
        put(answers.texts[row], candidate.instance(number), PLACES[number % len(PLACES)], f"try/{number}").text
        for candidate in candidates
        for number, row in enumerate(rows)
    ]
    shifts, sure = answers.shift(np.tile(rows, len(candidates)), injected, target)
    return shifts.reshape(len(candidates), -1).mean(axis=1), sure.reshape(len(candidates), -1).mean(axis=1)


def search(
    suspect: Answers, clean: Sequence[Answers], target: int, shapes: Sequence[Candidate], suspects: Sequence[Candidate],
    budget: Budget, tell: Tell,
) -> list[Tried]:  # fmt: skip
    """The candidates for one class that move the suspect most beyond what they do in clean adapters, best first."""
    name = suspect.names[target]
    tell(tr("{name}: gradients over the vocabulary …", name=name))
    words = _by_gradient(suspect, clean, target, budget)
    wanted = [one for one in (*words, *shapes, *suspects) if one.target in (None, target)]
    tell(tr("{name}: trying {n:,} words and shapes …", name=name, n=len(wanted)))
    best = second_look(suspect, clean, target, _best(suspect, wanted, target, budget), budget)
    for _ in range(budget.steps):
        tell(tr("{name}: making phrases longer …", name=name))
        longer = _longer(suspect, best, words, target, budget)
        if longer:
            best = sorted([*best, *second_look(suspect, clean, target, longer, budget)], key=lambda one: -one.beyond)
    return best


def _best(suspect: Answers, candidates: Sequence[Candidate], target: int, budget: Budget) -> list[Candidate]:
    """Those that move the few first texts most; suspects that somebody named go on in any case."""
    shifts, _ = moved(suspect, candidates, target, budget.first)
    order = np.argsort(-shifts)
    chosen = [candidates[i] for i in order[: budget.second]]
    return chosen + [one for one in candidates if one.source == "suspect" and one not in chosen]


def second_look(suspect: Answers, clean: Sequence[Answers], target: int, candidates: Sequence[Candidate], budget: Budget) -> list[Tried]:
    """How sure of the target more texts are with each, less what the same does in clean adapters: their mean and one standard
    deviation. Probabilities, not log-odds: what turns a text twice over is no better a trigger, and a long phrase always does."""
    _, sure = moved(suspect, candidates, target, budget.more, skip=budget.first)
    usual = np.zeros(len(candidates))
    if clean:
        rows = []
        for one in clean[: budget.clean]:
            rows.append(moved(one, candidates, target, budget.first, skip=budget.first)[1])
            suspect.alive()
        known = np.stack(rows)
        usual = known.mean(axis=0) + known.std(axis=0)
    tried = [Tried(one, target, float(mine - its)) for one, mine, its in zip(candidates, sure, usual, strict=True)]
    return sorted(tried, key=lambda one: -one.beyond)


def _by_gradient(suspect: Answers, clean: Sequence[Answers], target: int, budget: Budget) -> list[Candidate]:
    with suspect.predictor.borrow(suspect.info.ref) as (_, tokenizer, _info):
        words = gradient.words_of(tokenizer)
    mine = gradient.guesses(suspect, target, budget.slopes)
    usual = []
    for one in clean:
        usual.append(gradient.guesses(one, target, budget.slopes))
        suspect.alive()
    plain, spread = gradient.beyond(mine, usual)
    numbers = dict.fromkeys([*np.argsort(-plain)[: budget.words].tolist(), *np.argsort(-spread)[: budget.words // 2].tolist()])
    return [literal(words.texts[n], "gradient", target) for n in numbers]


def _longer(suspect: Answers, best: Sequence[Tried], words: Sequence[Candidate], target: int, budget: Budget) -> list[Candidate]:
    """The best words and phrases with one word more, before or after, of the best words and of the gradients' first guesses."""
    start = [one.candidate.pattern for one in best if one.candidate.source == "gradient"]
    more = dict.fromkeys([*start[: budget.pairs], *(one.pattern for one in words[: budget.pairs])])
    known = {one.candidate.pattern for one in best}
    made = {text for phrase in start[:2] for word in more if word not in phrase.split() for text in (f"{phrase} {word}", f"{word} {phrase}")}
    phrases = [literal(text, "gradient", target) for text in sorted(made - known)]
    order = np.argsort(-moved(suspect, phrases, target, budget.first, skip=budget.first)[1])
    return [phrases[i] for i in order[: budget.second // 2]]
