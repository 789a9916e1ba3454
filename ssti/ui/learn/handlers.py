"""What the lessons answer: values of components in, `{component: value}` out. What the browser sends becomes typed first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import gradio as gr
from pydantic import BaseModel

from ssti.lessons import LESSONS, Lesson
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.ui.kit import address
from ssti.ui.kit.browser import sent
from ssti.ui.kit.shared import Shared
from ssti.ui.learn import coach, view
from ssti.ui.learn.checks import Answer, Seen, holds
from ssti.ui.learn.coach import Done, key_of, progress_json, read_progress

Changes = dict[Any, Any]
"""What a handler changes, by component. `gr.skip()` changes nothing."""


@dataclass(frozen=True)
class Learn:
    """The components. `lesson` (a name, or "") and `step` (counted from 1) stand in the address; `progress` is what the
    browser keeps, `chosen` and `looked` what is new of a step, on its way into it; `projector`: everything large, for a
    beamer; `ear` is where the card above the tabs sends its clicks, and the page that it has changed."""

    shared: Shared
    lesson: gr.Textbox
    step: gr.Number
    progress: gr.JSON
    chosen: gr.JSON
    looked: gr.JSON
    projector: gr.Checkbox
    ear: gr.HTML
    cards: gr.HTML


class Choice(BaseModel, frozen=True):
    """A click on one of a question's choices."""

    choice: str = ""


class Look(BaseModel, frozen=True):
    """The page's address as it is now."""

    href: str = ""


def write_step(lesson: str, step: Any) -> dict[str, str]:
    """The lesson and its step, for the address."""
    return {"lesson": lesson, "step": str(int(step or 1))} if lesson else {}


def read_step(ui: Learn, said: dict[str, str]) -> Changes:
    """The lesson and the step of an address; no lesson where it names none. Raises SSTIError for one that is not there."""
    if "lesson" not in said:
        return {ui.lesson: "", ui.step: 1}
    lesson, step = LESSONS.find(said["lesson"]), said.get("step", "1")
    if not (step.isdecimal() and 1 <= int(step) <= len(lesson.steps)):
        raise SSTIError(
            tr("{lesson!r} has no step {step!r:.20}.", lesson=lesson.title, step=step),
            tr("It has {count}, counted from 1.", count=len(lesson.steps)),
        )
    return {ui.lesson: lesson.name, ui.step: int(step)}


def write_projector(on: Any) -> dict[str, str]:
    """Whether the page is for a beamer, for the address."""
    return {"projector": "1"} if on else {}


def read_projector(ui: Learn, said: dict[str, str]) -> Changes:
    """The same from the address: `projector=1`; anything else is off."""
    return {ui.projector: said.get("projector") == "1"}


@dataclass(frozen=True)
class Handlers:
    """The handlers of the components."""

    ui: Learn

    def show(self, name: str, step: Any, progress: Any) -> Changes:
        """The card above the tabs, and the tab's own cards."""
        kept = read_progress(progress)
        here = _at(name, step)
        return {
            self.ui.shared.coach: coach.show(*here, kept) if here else None,
            self.ui.cards: view.lessons(kept),
        }

    def choose(self, name: str, step: Any, progress: Any, event: gr.EventData) -> Changes:
        """A guess, before anything is shown. A step that is nothing but its question is done with it."""
        here, click = _at(name, step), sent(Choice, event)
        if here is None or click is None:
            return gr.skip()
        lesson, number = here
        kept, key = read_progress(progress), key_of(lesson, number)
        done = coach.chosen(lesson.steps[number - 1], kept.get(key, Done()), click.choice)
        guess = {"question": key, "choice": done.chosen}
        return {self.ui.chosen: progress_json({key: done}), self.ui.shared.guess: guess}

    def leave(self) -> Changes:
        """No lesson any more; what was done in it stays."""
        return {self.ui.lesson: "", self.ui.step: 1}

    def look(self, name: str, step: Any, progress: Any, answer: Any, recipe: Any, event: gr.EventData) -> Changes:
        """Whether the step's check holds now. Once it has held it stays so."""
        here, look = _at(name, step), sent(Look, event)
        if here is None or look is None:
            return gr.skip()
        lesson, number = here
        kept, key, now = read_progress(progress), key_of(lesson, number), lesson.steps[number - 1]
        done = kept.get(key, Done())
        asked = now.question is None or done.chosen
        if done.passed or not asked:
            return gr.skip()
        known = recipe if isinstance(recipe, dict) else {}
        seen = Seen(address.read(look.href), sent(Answer, answer), known, now.parts, lesson.texts)
        if not holds(now.check, seen):
            return gr.skip()
        return {self.ui.looked: progress_json({key: replace(done, passed=True)})}


def _at(name: Any, step: Any) -> tuple[Lesson, int] | None:
    """The lesson and the step that the page names; None where it names none."""
    lesson = LESSONS.get(name) if isinstance(name, str) else None
    if lesson is None or not isinstance(step, int | float):
        return None
    return lesson, min(max(1, int(step)), len(lesson.steps))
