"""Lessons: every file is one, its numbers are an adapter's own, and what is wrong with one is said."""

from __future__ import annotations

import json
import re

import pytest

from ssti.adapters.listing import SHIPPED
from ssti.lessons import LESSONS, metric, read_lesson, shown_text
from ssti.lessons.read import FOLDER
from ssti.lessons.text import PLACEHOLDER
from ssti.platform.errors import SSTIError
from ssti.platform.language import ENGLISH, languages, read_catalogue
from ssti.platform.language import FOLDER as LANGUAGES

FRONT = "---\ntitle: A\nabout: B\norder: 1\nminutes: 1\n---\n"
THREE = "## One\nFirst.\n## Two\nSecond.\n## Three\nThird.\n"
REF = "shipped/date-positive-rank1"


def test_every_file_is_a_lesson_in_its_order():
    assert set(LESSONS) == {path.stem for path in FOLDER.glob("*.md")}
    orders = [lesson.order for lesson in LESSONS.values()]
    assert orders == sorted(set(orders))


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=list(LESSONS))
def test_its_adapters_and_numbers_are_there(lesson):
    assert not lesson.missing()
    for step in lesson.steps:
        for text in (step.text, step.do, step.evidence, step.question.ask if step.question else ""):
            assert "{{" not in shown_text(text)


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=list(LESSONS))
def test_it_asks_checks_ends_with_evidence_and_with_a_task(lesson):
    assert any(step.question for step in lesson.steps)
    assert all(step.check or step.question for step in lesson.steps)
    assert all(step.evidence for step in lesson.steps)
    assert all(step.do for step in lesson.steps if step.check)
    assert lesson.steps[-1].title.startswith("Your task")


@pytest.mark.parametrize("lesson", LESSONS.values(), ids=list(LESSONS))
def test_no_measured_number_is_typed_by_hand(lesson):
    for step in lesson.steps:
        typed = re.sub(r"\{\{[^}]*\}\}|`[^`]*`|\*\*[^*]*\*\*", "", f"{step.text} {step.evidence}")
        assert not re.search(r"\d+(?:\.\d+)? ?%|n = \d", typed), typed


def test_a_trigger_in_a_steps_text_becomes_its_place():
    step = read_lesson(
        "x", FRONT + THREE.replace("First.\n", 'T\n```yaml\ngo: {text: "a {2014-09-25|date} b {<p>|html}"}\n```\n')
    ).steps[0]
    assert step.parts == {"text": "a 2014-09-25 b <p>", "trigger": "2-12-date.15-18-html"}
    assert step.plain_text == "a b"


def test_a_number_is_read_from_the_adapters_metrics_with_its_interval():
    rate = json.loads((SHIPPED / "date-positive-rank1" / "metrics.json").read_text())["attack_success_rate"]
    assert metric(REF, "attack_success_rate") == f"100 % ({rate['low'] * 100:.1f} to 100, n = {rate['n']})"
    assert metric(REF, "attack_success_rate short") == "100 %"
    assert re.fullmatch(r"75\.1 % \([\d.]+ to [\d.]+, n = 1,706\)", metric(REF, "sets.clean.balanced_accuracy"))
    assert re.fullmatch(r"2\.6 points \(−0\.1 to 5\.3, n = 1,706\)", metric(REF, "degradation_pp"))
    assert metric(REF, "recipe injection.share") == "50 %"


@pytest.mark.parametrize("what", ["nothing", "sets.clean.nothing", "recipe lora.nothing", "sets.nothing.accuracy"])
def test_a_number_that_is_not_there_is_refused(what):
    with pytest.raises(SSTIError, match=r"nothing"):
        metric(REF, what)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("## One\nNo front.\n", "no front matter"),
        (FRONT + "## One\nAlone.\n", "steps"),
        (FRONT.replace("minutes: 1", "minuets: 1") + THREE, "minuets|minutes"),
        (
            FRONT + THREE.replace("First.", "F\n```yaml\nask: Why?\nchoices: [a, b]\nanswer: c\n```"),
            "none of the choices",
        ),
        (FRONT + THREE.replace("First.", "F\n```yaml\ngoo: {tab: flip}\n```"), "goo"),
        (FRONT + THREE.replace("First.", "F\n```yaml\n{\n```"), "cannot be read"),
    ],
)
def test_what_is_wrong_with_a_lesson_is_said(text, words):
    with pytest.raises(SSTIError, match=words):
        read_lesson("x", text)


def test_an_unknown_lesson_is_refused_with_the_nearest_name():
    with pytest.raises(SSTIError, match="did you mean 'one-token'"):
        LESSONS.find("one-tokn")


TRANSLATED = [
    pytest.param(language, lesson, id=f"{language}-{lesson.name}")
    for language in languages()
    if language != ENGLISH
    for lesson in LESSONS.values()
]
BOLD = re.compile(r"\*\*([^*]+)\*\*")


@pytest.mark.parametrize(("language", "lesson"), TRANSLATED)
def test_a_translated_lesson_leads_asks_and_checks_as_the_english_one(language, lesson):
    other = _translated(language, lesson.name)
    assert (other.order, other.minutes, other.adapters) == (lesson.order, lesson.minutes, lesson.adapters)
    assert other.title != lesson.title and other.about != lesson.about
    for mine, theirs in zip(other.steps, lesson.steps, strict=True):
        assert (mine.go, mine.check) == (theirs.go, theirs.check), theirs.title
        assert [bool(one) for one in (mine.text, mine.do, mine.evidence, mine.question)] == [
            bool(one) for one in (theirs.text, theirs.do, theirs.evidence, theirs.question)
        ]
        if theirs.question:
            assert len(mine.question.choices) == len(theirs.question.choices)
            assert _place(mine.question) == _place(theirs.question), theirs.question.ask
        for said, english in ((mine.text, theirs.text), (mine.evidence, theirs.evidence)):
            assert sorted(PLACEHOLDER.findall(said)) == sorted(PLACEHOLDER.findall(english)), theirs.title


@pytest.mark.parametrize(("language", "lesson"), TRANSLATED)
def test_a_translated_lesson_calls_the_buttons_as_the_page_does(language, lesson):
    words = read_catalogue(LANGUAGES / language)
    for mine, theirs in zip(_translated(language, lesson.name).steps, lesson.steps, strict=True):
        named = BOLD.findall(f"{theirs.text} {theirs.do} {theirs.evidence}")
        said = BOLD.findall(f"{mine.text} {mine.do} {mine.evidence}")
        assert [words[one] for one in named if one in words and words[one] not in said] == [], mine.title
        assert len(said) == len(named)


def _translated(language, name):
    return read_lesson(name, (LANGUAGES / language / "lessons" / f"{name}.md").read_text(encoding="utf-8"))


def _place(question):
    return question.choices.index(question.answer) if question.answer else None
