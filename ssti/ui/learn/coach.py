"""The step of a lesson as it stands above the tabs, and what of it is done. Knows lessons and HTML, no component."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ssti.lessons import LESSONS, Lesson, Step
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.ui.kit import parts
from ssti.ui.kit.address import go, link
from ssti.ui.kit.parts import Markup
from ssti.ui.learn.rich import inline, rich


@dataclass(frozen=True)
class Done:
    """What a person did at one step: the choice they made, and whether its check has held."""

    chosen: str = ""
    passed: bool = False


Progress = dict[str, Done]
"""By `lesson/step`, such as `one-token/2`; the browser keeps it."""

_PROGRESS = TypeAdapter(Progress)


def read_progress(value: Any) -> Progress:
    """What a browser kept, without what no lesson has."""
    try:
        kept = _PROGRESS.validate_python(value or {})
    except ValidationError:
        return {}
    return {key: kept[key] for lesson in LESSONS.values() for number in range(1, len(lesson.steps) + 1)
            if (key := key_of(lesson, number)) in kept}  # fmt: skip


def progress_json(progress: Progress) -> dict[str, Any]:
    """The same as the browser keeps it."""
    return _PROGRESS.dump_python(progress, mode="json")


def key_of(lesson: Lesson, number: int) -> str:
    """The name of a step in the progress."""
    return f"{lesson.name}/{number}"


def finished(step: Step, done: Done) -> bool:
    """Whether a step has been asked, done and checked, so that its evidence may be seen."""
    return (step.question is None or bool(done.chosen)) and (not step.check or done.passed)


def passed(lesson: Lesson, progress: Progress) -> list[bool]:
    """Of each step, whether it is finished."""
    return [finished(step, progress.get(key_of(lesson, at), Done())) and key_of(lesson, at) in progress
            for at, step in enumerate(lesson.steps, 1)]  # fmt: skip


def chosen(step: Step, done: Done, choice: str) -> Done:
    """What is done after a choice. The first one stands: a guess made after the reveal is none."""
    if step.question is None or choice not in step.question.choices or done.chosen:
        return done
    return replace(done, chosen=choice)


def step_link(lesson: Lesson, number: int) -> str:
    """The address of a step with all that it shows."""
    return link(lesson=lesson.name, step=number, **lesson.steps[number - 1].parts)


def show(lesson: Lesson, number: int, progress: Progress) -> Markup:
    """The card above the tabs."""
    step, done = lesson.steps[number - 1], progress.get(key_of(lesson, number), Done())
    try:
        body = _body(step, done)
    except SSTIError as problem:  # an adapter of the lesson is gone
        body = parts.problem(problem)
    return parts.html(
        '<section class="coach" role="region" aria-label="Lesson: {}" data-key="{}" data-go="{}"{}>'
        '<div class="line"><span class="name">{}</span>{}'
        '<button type="button" data-fold aria-expanded="true">Fold</button>'
        '<button type="button" data-leave>Leave</button></div>'
        '<div class="body">{}</div>{}</section>',
        lesson.title, key_of(lesson, number), step_link(lesson, number),
        _state(step, done),
        lesson.title, _dots(lesson, number, progress), body, _steps(lesson, number, done),
    )  # fmt: skip


def _state(step: Step, done: Done) -> Markup:
    """Whether the browser is to tell what the page shows."""
    looks = not done.passed and (step.question is None or bool(done.chosen))
    return parts.html(" data-looks") if looks else parts.html("")


def _dots(lesson: Lesson, number: int, progress: Progress) -> Markup:
    dots = (
        parts.html('<i class="{}"></i>', "now" if at == number else "done" if over else "")
        for at, over in enumerate(passed(lesson, progress), 1)
    )
    words = tr("Step {number} of {count}", number=number, count=len(lesson.steps))
    return parts.html('<span class="dots" role="img" aria-label="{}">{}</span><span class="count">{}</span>',
                      words, parts.join(dots), words)  # fmt: skip


def _body(step: Step, done: Done) -> Markup:
    says = parts.html('<div class="says"><h2 tabindex="-1">{}</h2>{}</div>', step.title, rich(step.text))
    pieces = [_question(step, done)] if step.question else []
    if step.question is None or done.chosen:
        if step.do:
            mark = "done" if not step.check or done.passed else "waits"
            said = parts.html('<b class="sr">{}</b>', tr("Done: ") if mark == "done" else tr("To do: "))
            pieces.append(parts.html('<p class="do {}">{}{}</p>', mark, said, inline(step.do)))
        if finished(step, done) and step.evidence:
            pieces.append(parts.html('<div class="evidence" role="status">{}</div>', rich(step.evidence)))
    return parts.html('{}<div class="does">{}</div>', says, parts.join(pieces)) if pieces else says


def _question(step: Step, done: Done) -> Markup:
    question, over = step.question, finished(step, done)

    def button(choice: str) -> Markup:
        mine = choice == done.chosen
        right = over and choice == question.answer
        note = tr(" (your guess)") if mine and done.chosen and not right else tr(" (right)") if right else ""
        return parts.html(
            '<button type="button" data-choice="{}" class="{}" aria-pressed="{}"{}>{}<span class="sr">{}</span></button>',
            choice, f"{'mine ' * mine}{'right' * right}".strip(), "true" if mine else "false",
            Markup(" disabled") if done.chosen else "", choice, note,
        )  # fmt: skip

    return parts.html(
        '<fieldset class="ask"><legend>{}</legend><div>{}</div></fieldset>',
        inline(question.ask), parts.join(map(button, question.choices)),
    )  # fmt: skip


def _steps(lesson: Lesson, number: int, done: Done) -> Markup:
    """Back, once more, and on."""
    step, last = lesson.steps[number - 1], number == len(lesson.steps)
    over = finished(step, done)
    back = parts.html('<a data-go class="back" href="{}">Back</a>', step_link(lesson, number - 1)) if number > 1 else ""
    again = go(tr("Set it up again"), "again", **step.parts) if step.go else ""
    if last:
        after = next((one for one in LESSONS.values() if one.order > lesson.order), None)
        onward = (parts.html('<button type="button" class="next" data-leave>Finish</button>') if after is None else
                  parts.html('<a data-go class="next" href="{}">Next lesson: {}</a>', step_link(after, 1), after.title))  # fmt: skip
    else:
        onward = parts.html('<a data-go class="next" href="{}">Next</a>', step_link(lesson, number + 1))
    classes = "steps over" if over else "steps"
    return parts.html('<nav class="{}" aria-label="Steps of the lesson">{}{}{}</nav>', classes, back, again, onward)
