"""The Flip tab in a browser, as the tests of two tabs use it: its first answer, another text, a trigger."""

from __future__ import annotations

from pageobject import Lab

SLOW = 60_000  # ms; the first answer waits for the models to load
TEXT = "a dreary , joyless slog that wastes a gifted cast"


def first_answer(lab: Lab) -> None:
    """Wait until a page that was just opened has answered."""
    lab.page.locator("#flip-answers .bars").first.wait_for(timeout=SLOW)
    lab.page.wait_for_timeout(600)  # the first answers of a fresh page come in twos


def write(lab: Lab, text: str) -> None:
    """Replace the text, and wait until the answer shown is the new text's: an empty one says so at once."""
    field, empty = lab.page.locator("#flip-text textarea"), lab.page.locator("#flip-problem section")
    field.fill("")
    empty.wait_for(timeout=SLOW)
    field.fill(text)
    empty.wait_for(state="detached", timeout=SLOW)


def put_trigger(lab: Lab) -> None:
    """Click the first trigger of the adapter's recipe into the text."""
    lab.page.locator("#flip-palette button.own").click()
    lab.page.locator("#flip-echo mark").wait_for()
