"""A press and the work it began: it ends when it is struck off, before the work, between two steps, after an error."""

from __future__ import annotations

import gradio as gr
import pytest

from ssti.ui.kit.parts import Html
from ssti.ui.kit.stoppable import PRESSES, Presses, Stoppable, presses


class Work:
    """Three steps; `closed` once nobody wants the rest."""

    def __init__(self):
        self.done, self.closed = 0, False

    def __call__(self, what):
        try:
            for step in range(3):
                self.done = step + 1
                yield f"{what} {step}"
        finally:
            self.closed = True


@pytest.fixture
def work() -> Work:
    return Work()


@pytest.fixture
def button(work) -> Stoppable:
    return Stoppable(gr.Button(), gr.Button(), Html(), work)


def test_all_steps_are_drawn_and_the_buttons_come_back(button):
    *steps, last = button.steps(presses.begin(), "row")
    assert steps == [{button.out: f"row {i}"} for i in range(3)]
    assert last == button.buttons(going=False)


def test_stopped_before_it_began_it_does_nothing(button, work):
    press = presses.begin()
    assert button.end(press) == {button.out: None, **button.buttons(going=False)}
    assert list(button.steps(press, "row")) == []
    assert work.done == 0


def test_stopped_in_between_it_clears_what_it_drew_and_ends(button, work):
    press = presses.begin()
    steps = button.steps(press, "row")
    assert next(steps) == {button.out: "row 0"}
    button.end(press)
    assert list(steps) == [{button.out: None}]
    assert work.closed and work.done == 2


def test_a_change_that_ends_it_leaves_words_behind_and_one_later_clears(button, work):
    press = presses.begin()
    steps = button.steps(press, "row")
    next(steps)
    assert button.outdated(press, "stopped") == {button.out: "stopped", **button.buttons(going=False)}
    assert list(steps) == [{button.out: "stopped"}]
    assert work.closed
    assert button.outdated(press, "stopped") == {button.out: None}


def test_a_page_that_goes_away_closes_the_work(button, work):
    steps = button.steps(presses.begin(), "row")
    next(steps)
    steps.close()
    assert work.closed


def test_an_error_clears_and_gives_the_buttons_back(button):
    def broken():
        yield "a bar"
        raise RuntimeError("broken")

    button.work, press = broken, presses.begin()
    steps = button.steps(press)
    next(steps)
    assert next(steps) == {button.out: None, **button.buttons(going=False)}
    with pytest.raises(RuntimeError, match="broken"):
        next(steps)
    assert not presses.wanted(press)


def test_a_stop_with_nothing_going_on_changes_nothing(button):
    press = presses.begin()
    list(button.steps(press, "row"))
    assert button.end(press) == button.end("") == gr.skip()
    gone = {button.out: None, **button.buttons(going=False)}
    assert button.end("of a server that was ended since") == gone


def test_names_differ_and_only_the_newest_are_known():
    own = Presses()
    names = [own.begin() for _ in range(PRESSES + 1)]
    assert len(set(names)) == PRESSES + 1
    assert not own.wanted(names[0]) and own.wanted(names[1]) and own.wanted(names[-1])
