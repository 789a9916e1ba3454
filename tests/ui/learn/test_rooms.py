"""Classes: fifty guess at once and each counts once, nobody has a name, and nothing grows without end."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from ssti.platform.errors import SSTIError
from ssti.ui.learn import rooms
from ssti.ui.learn.rooms import Rooms


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def all_rooms(clock: Clock) -> Rooms:
    return Rooms(clock)


def test_fifty_join_and_guess_at_once_and_each_counts_once(all_rooms):
    code, start = all_rooms.open("teacher"), Barrier(50)

    def person(number: int) -> list[bool]:
        start.wait()
        all_rooms.join(code, f"person-{number}")
        return [all_rooms.guess(code, f"person-{number}", "one-token/2", choice) for choice in ("ab"[number % 2], "c")]

    with ThreadPoolExecutor(50) as pool:
        counted = list(pool.map(person, range(50)))
    assert counted == [[True, False]] * 50
    board = all_rooms.board(code, "teacher")
    assert (board.people, board.latest, board.counts) == (50, "one-token/2", {"one-token/2": {"a": 25, "b": 25}})


def test_a_code_is_six_letters_and_is_read_as_people_type_it(all_rooms):
    code = all_rooms.open("teacher")
    assert len(code) == 6 and set(code) <= set(rooms.LETTERS)
    assert all_rooms.join(f" {code[:3].lower()}-{code[3:]} ", "one") == code


def test_only_who_opened_a_class_sees_its_guesses(all_rooms):
    code = all_rooms.open("teacher")
    all_rooms.join(code, "one")
    for other in ("one", "two"):
        with pytest.raises(SSTIError, match="There is no class"):
            all_rooms.board(code, other)


def test_who_did_not_join_counts_for_nothing(all_rooms):
    code = all_rooms.open("teacher")
    assert not all_rooms.guess(code, "stranger", "one-token/2", "a")
    with pytest.raises(SSTIError, match="There is no class"):
        all_rooms.join("AAAAAA", "one")


def test_no_visitors_key_is_kept(all_rooms):
    code = all_rooms.open("the teacher's key")
    all_rooms.join(code, "a person's key")
    all_rooms.guess(code, "a person's key", "q", "a")
    assert "key" not in repr(vars(all_rooms)["_rooms"])


def test_a_class_ends_by_itself(all_rooms, clock):
    code = all_rooms.open("teacher")
    clock.now = rooms.LIFETIME + 1
    with pytest.raises(SSTIError, match="no class"):
        all_rooms.board(code, "teacher")


def test_classes_people_questions_and_words_are_bounded(all_rooms, monkeypatch):
    codes = [all_rooms.open("teacher") for _ in range(rooms.OWN + 1)]
    with pytest.raises(SSTIError, match="no class"):
        all_rooms.board(codes[0], "teacher")
    for number in range(rooms.MOST - rooms.OWN):
        all_rooms.open(f"other {number}")
    with pytest.raises(SSTIError, match="classes are going on"):
        all_rooms.open("one too many")
    code = codes[-1]
    for number in range(rooms.PEOPLE):
        all_rooms.join(code, f"person {number}")
    with pytest.raises(SSTIError, match="full"):
        all_rooms.join(code, "one too many")
    assert all_rooms.join(code, "person 0") == code
    assert [all_rooms.guess(code, "person 0", f"q{n}", "a") for n in range(rooms.QUESTIONS + 2)].count(
        True
    ) == rooms.QUESTIONS
    assert not all_rooms.guess(code, "person 1", "q0", "x" * (rooms.LONGEST + 1))
    assert not all_rooms.guess(code, "person 1", "", "a")
