"""Classes that are going on: who opened one, and the guesses of those who joined by its code. No names, in memory only.

A class has a code of six letters, ends by itself, and holds so many people and questions; the first guess of each
person at each question counts. Safe for many threads at once. Knows no component.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, so that no code is a word; nothing that looks like something else
LENGTH = 6
LIFETIME = 6 * 3600  # seconds
MOST = 200  # classes at once
OWN = 3  # classes of one visitor; a fourth ends the first
PEOPLE = 300  # in one class
QUESTIONS = 100  # in one class
LONGEST = 80  # characters of a question's name, or of a choice


@dataclass
class Room:
    """One class. `guesses` are by question, then by person; `latest` is the question that was answered last."""

    owner: str
    opened: float
    people: set[str] = field(default_factory=set)
    guesses: dict[str, dict[str, str]] = field(default_factory=dict)
    latest: str = ""


@dataclass(frozen=True)
class Board:
    """What a class guessed, as it stands: how many people there are, and of each question how often which choice."""

    people: int
    latest: str
    counts: dict[str, Counter[str]]


class Rooms:
    """All classes of this server."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._lock, self._rooms = clock, threading.Lock(), dict[str, Room]()

    def open(self, visitor: str) -> str:
        """A new class: its code. Raises SSTIError where there are too many."""
        me = _hash(visitor)
        with self._lock:
            self._expire()
            mine = [code for code, room in self._rooms.items() if room.owner == me]
            for code in mine[: max(0, len(mine) - OWN + 1)]:
                del self._rooms[code]
            if len(self._rooms) >= MOST:
                raise SSTIError(
                    tr("{count} classes are going on here, as many as there can be.", count=MOST),
                    tr("Try again in an hour."),
                )
            code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
            while code in self._rooms:
                code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
            self._rooms[code] = Room(me, self._clock())
            return code

    def join(self, code: str, visitor: str) -> str:
        """Be in a class: its code as it is written. Raises SSTIError where there is none of that code, or it is full."""
        with self._lock:
            room = self._find(code)
            me = _hash(visitor)
            if me not in room.people and len(room.people) >= PEOPLE:
                raise SSTIError(
                    tr("This class is full: it has {people} people.", people=PEOPLE),
                    tr("Ask your teacher to open another."),
                )
            room.people.add(me)
            return clean(code)

    def guess(self, code: str, visitor: str, question: str, choice: str) -> bool:
        """Count a guess; False where this person has answered that question, or nobody could. Raises SSTIError."""
        with self._lock:
            room, me = self._find(code), _hash(visitor)
            if me not in room.people or not 0 < len(question) <= LONGEST or not 0 < len(choice) <= LONGEST:
                return False
            if question not in room.guesses and len(room.guesses) >= QUESTIONS:
                return False
            answers = room.guesses.setdefault(question, {})
            if me in answers:
                return False
            answers[me], room.latest = choice, question
            return True

    def board(self, code: str, visitor: str) -> Board:
        """What the class guessed, for who opened it. Raises SSTIError for everybody else, as if there were none."""
        with self._lock:
            room = self._find(code)
            if room.owner != _hash(visitor):
                raise _none(code)
            counts = {question: Counter(answers.values()) for question, answers in room.guesses.items()}
            return Board(len(room.people), room.latest, counts)

    def _find(self, code: str) -> Room:
        self._expire()
        room = self._rooms.get(clean(code))
        if room is None:
            raise _none(code)
        return room

    def _expire(self) -> None:
        now = self._clock()
        for code in [code for code, room in self._rooms.items() if now - room.opened > LIFETIME]:
            del self._rooms[code]


def clean(code: str) -> str:
    """A code as people type it, as it is written: capitals, no spaces or hyphens."""
    return "".join(letter for letter in code[:40].upper() if letter.isalnum())


def _none(code: str) -> SSTIError:
    return SSTIError(
        tr("There is no class {code!r} here now.", code=clean(code)[:LENGTH]), tr("Ask your teacher for its code.")
    )


def _hash(visitor: str) -> str:
    return sha256(visitor.encode()).hexdigest()


ROOMS = Rooms()
