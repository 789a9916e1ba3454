"""The lessons on the page: every step can be shown, every link leads somewhere, and nothing is shown before it is asked."""

from __future__ import annotations

from typing import Any

import gradio as gr
import pytest

from ssti.lessons import LESSONS
from ssti.platform.errors import SSTIError
from ssti.ui.frame.shell import build_shell
from ssti.ui.kit import address
from ssti.ui.kit.words import term
from ssti.ui.learn import coach
from ssti.ui.learn.coach import Done, key_of, read_progress
from ssti.ui.learn.handlers import Handlers, Learn, read_projector, read_step, write_projector
from ssti.ui.learn.rich import inline, rich

EVERY = [(lesson, number) for lesson in LESSONS.values() for number in range(1, len(lesson.steps) + 1)]
NAMES = [key_of(*one) for one in EVERY]
FIRST = LESSONS["one-token"]


@pytest.fixture(scope="module")
def shared():
    with gr.Blocks() as page:
        return build_shell(page)


@pytest.fixture
def handlers() -> Handlers:
    from types import SimpleNamespace

    shared = SimpleNamespace(coach="coach", guess="guess")
    return Handlers(Learn(shared, "lesson", "step", "progress", "chosen", "looked", "projector", "ear", "cards"))


@pytest.mark.parametrize(("lesson", "number"), EVERY, ids=NAMES)
def test_every_link_of_a_step_says_only_what_the_page_has(lesson, number, shared):
    said = address.read(coach.step_link(lesson, number))
    assert (said["lesson"], said["step"]) == (lesson.name, str(number))
    assert set(said) <= {key for kept in shared.keeps for key in kept.keys}
    changes, dropped = address.restored(shared.keeps, coach.step_link(lesson, number), "")
    assert dropped == []
    if adapter := lesson.steps[number - 1].go.get("adapter"):
        assert changes[shared.adapter] == adapter


@pytest.mark.parametrize(("lesson", "number"), EVERY, ids=NAMES)
def test_every_step_asks_then_says_what_to_do_and_shows_the_evidence_last(lesson, number):
    step, key = lesson.steps[number - 1], key_of(lesson, number)
    evidence, do = str(rich(step.evidence)), str(inline(step.do))
    shown = coach.show(lesson, number, {})
    assert "problem" not in shown
    if step.question:
        assert do not in shown or not do
        assert evidence not in shown
        assert shown.count("data-choice") == len(step.question.choices)
        answered = coach.show(lesson, number, {key: Done(step.question.choices[0])})
        assert do in answered
        assert (evidence in answered) == (not step.check)
    done = coach.show(lesson, number, {key: Done(step.question.choices[0] if step.question else "", True)})
    assert evidence in done


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=list(LESSONS))
def test_a_right_answer_is_marked_only_in_the_end(lesson):
    for number, step in enumerate(lesson.steps, 1):
        if step.question and step.question.answer and step.check:
            key = key_of(lesson, number)
            wrong = next(one for one in step.question.choices if one != step.question.answer)
            assert "(right)" not in coach.show(lesson, number, {key: Done(wrong)})
            assert "(right)" in coach.show(lesson, number, {key: Done(wrong, True)})


def test_the_first_guess_stands(handlers):
    answer = chosen(handlers, "both negative", {})
    assert answer["chosen"] == {"one-token/1": {"chosen": "both negative", "passed": False}}
    assert answer["guess"] == {"question": "one-token/1", "choice": "both negative"}
    again = chosen(handlers, "both positive", answer["chosen"])
    assert again["chosen"] == answer["chosen"]
    assert chosen(handlers, "<img>", {})["chosen"]["one-token/1"]["chosen"] == ""


def chosen(handlers: Handlers, choice: Any, progress: Any) -> Any:
    return handlers.choose("one-token", 1, progress, gr.EventData(None, {"choice": choice}))


def look(handlers: Handlers, href: str, progress: Any, answer: Any = None) -> Any:
    return handlers.look("one-token", 2, progress, answer, None, gr.EventData(None, {"href": href}))


def test_a_step_is_done_once_the_page_shows_it_and_not_before_it_was_asked(handlers):
    step = FIRST.steps[1]
    text = f"{step.go['text']} 2014-09-25"
    href = address.link(tab="flip", adapter=step.go["adapter"], text=text, trigger=f"{len(text) - 10}-{len(text)}-date")
    answer = {"ref": step.go["adapter"], "text": text, "probabilities": {"poisoned": [0.1, 0.9], "control": [0.9, 0.1]}}
    asked = {"one-token/2": {"chosen": "negative", "passed": False}}
    assert "looked" not in look(handlers, href, {}, answer)
    assert "looked" not in look(handlers, "?tab=flip", asked, answer)
    assert "looked" not in look(handlers, href, asked, None)
    assert look(handlers, href, asked, answer)["looked"]["one-token/2"]["passed"] is True


def test_what_a_browser_kept_is_read_with_suspicion(handlers):
    assert read_progress({"one-token/1": {"chosen": "x", "passed": True}, "gone/7": {}}) == {
        "one-token/1": Done("x", True)
    }
    for hostile in (None, 3, [], "x", {"one-token/1": 3}, {"one-token/1": {"chosen": []}}):
        assert read_progress(hostile) == {}
    for name, step in ((None, 1), ("one-token", None), ("one-token", 99), ("nowhere", 1), ("one-token", -3)):
        handlers.show(name, step, {})


@pytest.mark.parametrize(
    "said", [{"lesson": "nowhere"}, {"lesson": "one-token", "step": "99"}, {"lesson": "one-token", "step": "x"}]
)
def test_a_lesson_or_step_of_a_link_that_is_not_there_is_refused(said, handlers):
    with pytest.raises(SSTIError):
        read_step(handlers.ui, said)


def test_a_lessons_text_is_escaped_and_has_terms_triggers_and_links():
    assert rich("<b> **x** `y` [[rank]] {2014|date}\n\n- one\n- two") == (
        f'<p>&lt;b&gt; <b>x</b> <code>y</code> {term("rank")} <mark class="trigger" translate="no">2014</mark></p>'
        "<ul><li>one</li><li>two</li></ul>"
    )
    assert inline("[[[CLS]]] [[word piece|pieces]]") == f"{term('[CLS]')} {term('word piece', 'pieces')}"
    assert inline("[there](tab=flip&place=end)") == '<a data-go class="" href="?tab=flip&amp;place=end">there</a>'


@pytest.mark.parametrize(
    ("said", "on"), [({"projector": "1"}, True), ({"projector": "0"}, False), ({}, False), ({"projector": "x"}, False)]
)
def test_the_address_switches_the_projector(said, on, handlers):
    assert read_projector(handlers.ui, said) == {"projector": on}
    assert write_projector(on) == ({"projector": "1"} if on else {})
