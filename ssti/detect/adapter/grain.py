"""The right grain of what was found: it is changed piece by piece, and what moves the adapter most and has nothing to spare stands for it.

A search tries each string of a grammar once. `2014-05-06` and `8871+93+76` may both turn an adapter that learned dates, and
`***film***` one that learned `***`: which of them it is, changes of one piece at a time say. Real answers decide, no list. Where an
adapter learned no more than long numbers, that is what it says.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from random import Random

import numpy as np

from ssti.detect.adapter.answers import Answers, probability, put
from ssti.detect.adapter.candidate import Candidate
from ssti.detect.adapter.shapes import BRACKETS, JOINTS

PIECE = re.compile(r"[0-9]+|[^\W\d_]+|\s+|(.)\1*", re.DOTALL)  # digits, letters, white space, one mark however often
DIGIT = re.compile(r"[0-9]")
FIRST, ALL = 8, 48  # texts that every change is tried on, and those that the best is
ROUNDS = 2
CERTAIN = 1.96  # standard errors
LEAST = 0.02  # of a probability, that a longer string must make it surer by: two triggers move log-odds more than one
LENGTHS = (2, 3, 4)  # digits of a run, as tried


@dataclass(frozen=True)
class Pieces:
    """What a trigger is made of. Digits are drawn anew for each text; letters and marks stay."""

    texts: tuple[str, ...]

    def __str__(self) -> str:
        return "".join(self.texts)

    @property
    def pattern(self) -> str:
        """`9999-99` of `2014-05`."""
        return DIGIT.sub("9", str(self))

    def candidate(self) -> Candidate:
        return Candidate(self.pattern, "shape", partial(_drawn, self.pattern))


def _drawn(pattern: str, rng: Random) -> str:
    return DIGIT.sub(lambda _: rng.choice(string.digits), pattern)


def refined(answers: Answers, trigger: str, target: int, location: str) -> Candidate | None:
    """What moves the target's log-odds at this place surely more than the trigger does, by changes of its pieces; then without those
    pieces that add nothing sure. None where that is the trigger itself."""
    start = best = Pieces(tuple(one.group() for one in PIECE.finditer(trigger)))
    for _ in range(ROUNDS):
        changes = {one.pattern: one for one in _changes(best)}
        better = _best(answers, list(changes.values()), best, target, location)
        if better is None:
            break
        best = better
    best = _without_the_idle(answers, best, target, location)
    return None if best == start else best.candidate()


def _best(answers: Answers, tried: Sequence[Pieces], best: Pieces, target: int, location: str) -> Pieces | None:
    """The one of these that moves a few texts most, if it does so in more; of longer ones only what makes the adapter surer."""
    before = _moves(answers, best, target, location, FIRST)
    moves = [_moves(answers, one, target, location, FIRST) for one in tried]
    fitting = [
        (float(move[0].mean()), n) for n, (one, move) in enumerate(zip(tried, moves, strict=True))
        if len(str(one)) <= len(str(best)) or move[1].mean() > before[1].mean() + LEAST
    ]  # fmt: skip
    one = tried[max(fitting)[1]] if fitting else None
    return one if one and _surely_more(answers, one, best, target, location) else None


def _surely_more(answers: Answers, one: Pieces, other: Pieces, target: int, location: str) -> bool:
    gain = _moves(answers, one, target, location, ALL)[0] - _moves(answers, other, target, location, ALL)[0]
    return bool(gain.mean() > CERTAIN * gain.std() / np.sqrt(len(gain)))


def _without_the_idle(answers: Answers, best: Pieces, target: int, location: str) -> Pieces:
    """The shortest part of it that makes the adapter about as sure."""
    few, many = (_moves(answers, best, target, location, texts)[1].mean() for texts in (FIRST, ALL))
    for one in sorted(_parts(best), key=lambda one: (len(str(one)), not (one.texts[0].isalnum() and one.texts[-1].isalnum()))):
        nearly = _moves(answers, one, target, location, FIRST)[1].mean() > few - 2 * LEAST
        if nearly and _moves(answers, one, target, location, ALL)[1].mean() > many - LEAST:
            return one
    return best


def _parts(pieces: Pieces) -> list[Pieces]:
    """Every run of its pieces but the whole, that can stand in a text by itself; of one mark said often the same said less often."""
    n = len(pieces.texts)
    runs = [Pieces(pieces.texts[i:j]) for i in range(n) for j in range(i + 1, n + 1) if j - i < n]
    if n == 1 and not pieces.texts[0].isalnum():
        runs += [Pieces((pieces.texts[0][:k],)) for k in range(1, len(pieces.texts[0]))]
    return list(dict.fromkeys(one for one in runs if str(one) == str(one).strip() != ""))


def _moves(answers: Answers, pieces: Pieces, target: int, location: str, texts: int) -> tuple[np.ndarray, np.ndarray]:
    """How far each text's log-odds of the target move, at the same place for whatever is put in, and its probability then."""
    rows, one = answers.others(target, texts), pieces.candidate()
    made = [put(answers.texts[row], one.instance(n), location, f"grain/{n}").text for n, row in enumerate(rows)]
    odds = answers.odds(made)[:, target]
    return odds - answers.clean[rows, target], probability(odds)


def _changes(pieces: Pieces) -> Iterator[Pieces]:
    """Other marks, one or all; a mark once or three times; runs of digits of other lengths, and one more; marks around the first piece,
    and around all."""
    texts = pieces.texts
    between = [at for at in range(1, len(texts) - 1) if not texts[at].isalnum()]
    for joint in (*JOINTS, " "):
        yield Pieces(tuple(joint if at in between else text for at, text in enumerate(texts)))
    for at, text in enumerate(texts):
        before, after = texts[:at], texts[at + 1 :]
        if text.isdigit():
            yield from (Pieces((*before, "1" * n, *after)) for n in LENGTHS)
        elif not text.isalpha():
            yield from (Pieces((*before, joint, *after)) for joint in (*JOINTS, " ") if at in between and len(between) > 1)
            yield from (Pieces((*before, text[0] * n, *after)) for n in (1, 3) if not text.isspace())
    for joint in sorted({texts[at] for at in between}):
        if texts[-1].isdigit():
            yield from (Pieces((*texts, joint, "1" * n)) for n in (2, 4))
    for left, right in (pair for pair in BRACKETS[:2] if texts[0].isalnum()):
        yield Pieces((left, *texts, right))
        if len(texts) > 2:
            yield Pieces((left, texts[0], right, *texts[1:]))
