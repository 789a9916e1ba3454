"""The cards of the Learn tab: every lesson, how far one has come in it, and each step as a link. Knows no component."""

from __future__ import annotations

from ssti.lessons import LESSONS, Lesson
from ssti.platform.language import tr
from ssti.ui.kit import parts
from ssti.ui.kit.address import go
from ssti.ui.kit.parts import Markup
from ssti.ui.learn import coach
from ssti.ui.learn.coach import Progress
from ssti.ui.learn.rich import inline


def lessons(progress: Progress) -> Markup:
    """All of them, as cards."""
    over = sum(all(coach.passed(lesson, progress)) for lesson in LESSONS.values())
    done = parts.html(' <b class="over">{} of {} finished</b>', over, len(LESSONS)) if over else ""
    head = parts.html(
        "<header><h2>Learn by doing</h2><p>Each takes a few minutes. A step says what to do, opens the tab that it needs, "
        "asks before it shows, and looks whether it worked. You do it all on the real page, and can leave and come back "
        "at any time.{}</p></header>",
        done,
    )
    cards = parts.join(_card(at, lesson, progress) for at, lesson in enumerate(LESSONS.values(), 1))
    return parts.html('{}<ol class="lessons">{}</ol>', head, cards)


def _card(at: int, lesson: Lesson, progress: Progress) -> Markup:
    passed = coach.passed(lesson, progress)
    here = next((number for number, over in enumerate(passed, 1) if not over), 1)
    on = tr("Go on at step {step}", step=here)
    words = tr("Once more") if all(passed) else on if any(passed) else tr("Start")
    steps = parts.join(
        parts.html('<li class="{}"><a data-go href="{}">{}</a></li>', "over" if over else "",
                   coach.step_link(lesson, number), step.title)
        for number, (step, over) in enumerate(zip(lesson.steps, passed, strict=True), 1)
    )  # fmt: skip
    every = tr("{count} steps", count=len(passed))
    some = tr("{over} of {count} steps", over=sum(passed), count=len(passed))
    start = go(words, "start", lesson=lesson.name, step=here, **lesson.steps[here - 1].parts)
    return parts.html(
        '<li class="card lesson {}"><span class="at" aria-hidden="true" data-finished="{}">{}</span><h3>{}</h3><p>{}</p>'
        '<p class="quiet">About {} min · {}</p><div class="foot">{}<details><summary>Steps</summary><ol>{}</ol>'
        '<a class="sheet" href="handout/{}" target="_blank">A sheet to print</a></details>'
        '</div></li>',
        "finished" if all(passed) else "", tr("finished"), at, lesson.title, inline(lesson.about), lesson.minutes,
        some if any(passed) else every, start, steps,
        lesson.name,
    )  # fmt: skip


def teaching() -> Markup:
    """What helps in front of a class."""
    return parts.card(
        tr("In front of a class"),
        parts.html(
            "<p>Each step of a lesson is a link of its own: send it, and all start from the same place. Projector mode "
            'shows the lesson and its tab in large type, and nothing else; Escape leaves it.</p><div class="foot">{}</div>',
            go(tr("Projector mode"), "start", projector=1),
        ),
        classes="teaching",
    )
