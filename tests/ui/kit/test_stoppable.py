"""A press and the work it began: it ends when it is struck off, before the work, between two steps, after an error."""

from __future__ import annotations

import pytest

from ssti.ui.kit import stoppable
from ssti.ui.kit.stoppable import ENDED, KEPT, SAME, Presses, presses, struck, while_wanted


class Work:
    """Three steps; `closed` once nobody wants the rest."""

    def __init__(self):
        self.done, self.closed = 0, False

    def __call__(self, given):
        try:
            for step in range(3):
                self.done = step + 1
                yield f"{given} {step}"
        finally:
            self.closed = True


def drawn(steps):
    return [step[0] for step in steps]


def test_all_steps_are_drawn_and_the_buttons_come_back():
    *steps, last = while_wanted(Work())(presses.begin(), "row")
    assert drawn(steps) == ["row 0", "row 1", "row 2"]
    assert all(step[1:] == SAME for step in steps)
    assert last[1:] == ENDED


def test_stopped_before_it_began_it_does_nothing():
    press, work = presses.begin(), Work()
    assert struck(press) == (None, *ENDED)
    assert list(while_wanted(work)(press, "row")) == []
    assert work.done == 0


def test_stopped_in_between_it_clears_what_it_drew_and_ends():
    press, work = presses.begin(), Work()
    steps = while_wanted(work)(press, "row")
    assert next(steps)[0] == "row 0"
    struck(press)
    assert list(steps) == [(None, *SAME)]
    assert work.closed and work.done == 2


def test_a_page_that_goes_away_closes_the_work():
    work = Work()
    steps = while_wanted(work)(presses.begin(), "row")
    next(steps)
    steps.close()
    assert work.closed


def test_an_error_clears_and_gives_the_buttons_back():
    def work():
        yield "a bar"
        raise RuntimeError("broken")

    press = presses.begin()
    steps = while_wanted(work)(press)
    next(steps)
    assert next(steps) == (None, *ENDED)
    with pytest.raises(RuntimeError, match="broken"):
        next(steps)
    assert not presses.wanted(press)


def test_a_stop_with_nothing_going_on_changes_nothing():
    press = presses.begin()
    list(while_wanted(Work())(press, "row"))
    assert struck(press) == struck("") == struck("guessed") == (stoppable.gr.skip(), *SAME)


def test_names_differ_and_only_the_newest_are_kept():
    own = Presses()
    names = [own.begin() for _ in range(KEPT + 1)]
    assert len(set(names)) == KEPT + 1
    assert not own.wanted(names[0]) and own.wanted(names[1]) and own.wanted(names[-1])
