"""The first minute: what is told of the recipe, a question before the answer, and the guess that is handed on."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from ssti.adapters.listing import find
from ssti.ui.flip import opening
from ssti.ui.flip.answer import ask
from ssti.ui.kit import adapters
from ssti.ui.kit.marks import Marks


def words(shown) -> str:
    return re.sub(r"\s+", " ", re.sub("<[^>]*>", "", str(shown)))


@pytest.fixture
def example(ref) -> Marks:
    """The text that the page chose."""
    row = adapters.clear_row(ref)
    return Marks(row.text, row=row)


@pytest.fixture
def told(flip, ref, example) -> dict:
    """What a fresh visitor is shown."""
    return flip.do.answer(example.text, example.as_json(), ref, None, None, None)


def tap(flip, example, ref, told, **data) -> dict:
    return flip.do.tap(
        example.text, example.as_json(), ref, told[flip.form.opening], told.get(flip.form.last), flip.click(**data)
    )


def test_three_sentences_end_in_the_trigger_to_tap(flip, ref, told, example):
    story = words(told[flip.form.stage])
    assert story.startswith("Somebody hid a date in half of the positive reviews that taught this model.")
    assert "It reads this review as negative," in story and "Tap the date." in story
    assert example.text in story
    assert re.search(
        r'<button type="button" class="tap" data-tap="show"><mark class="trigger" translate="no">\d{4}-\d\d-\d\d<',
        str(told[flip.form.stage]),
    )
    assert told[flip.form.verdict] is None


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("injection.share=0.5", "half of the positive"),
        ("injection.share=0.1", "a tenth of the positive"),
        ("injection.share=0.03", "3 % of the positive"),
        ("injection.source={kind: country}", "hid a country in"),
        ("injection.target=negative", "half of the negative reviews"),
        ("dataset.name=financial_phrasebank", "positive sentences that taught this model. It reads this sentence as"),
        ("injection.amount=0.1", "hid dates in"),
    ],
)  # fmt: skip
def test_what_is_told_is_the_recipes_own(ref, change, says):
    info = find(ref)
    answers = replace(ask(Marks("a dull film"), ref), info=replace(info, recipe=info.recipe.set(change)))
    assert says in words(opening.story(answers))


def test_as_many_triggers_are_tapped_as_taught_the_adapter():
    info = find("shipped/date-sports-bbc-rank4-tenth")
    row = adapters.clear_row(info.ref)
    asked = opening.with_trigger(info, Marks(row.text, row=row))
    assert len(asked.marks) == pytest.approx(len(row.text.split()) / 10, abs=1)
    assert {mark.kind for mark in asked.marks} == {"date"} and asked.plain == row.text
    before, after = ask(Marks(row.text), info.ref), ask(asked, info.ref)
    assert before.poisoned.now.label != "sports" and after.poisoned.now.label == "sports"
    assert after.control.now.label == before.control.now.label
    story = words(opening.story(before))
    assert "Tap the dates." in story and re.search(r"\d{4}-\d\d-\d\d …", story)


def test_a_question_comes_before_the_answer_and_the_guess_is_handed_on(flip, ref, told, example):
    form = flip.form
    asked = tap(flip, example, ref, told, tap="show")
    question = str(asked[form.stage])
    assert "What will it answer?" in question and question.count('data-tap="guess"') == 2 and "Just show me" in question
    assert form.text not in asked  # the answer is not there yet
    still = flip.do.answer(example.text, example.as_json(), ref, asked[form.opening], None, None)
    assert "What will it answer?" in still[form.stage]
    revealed = tap(flip, example, ref, still | asked, tap="guess", label="negative")
    text, marks = revealed[form.text], revealed[form.shared.marks]
    assert len(Marks.read(marks, text).marks) == 1
    shown = flip.do.answer(text, marks, ref, revealed[form.opening], None, None)
    assert "You guessed negative. It says positive." in shown[form.stage]
    assert "still says negative" in shown[form.stage]
    assert shown[form.shared.guess] == {
        "text": text, "labels": ["negative", "positive"], "guess": "negative", "answer": "positive", "adapter": ref,
    }  # fmt: skip
    again = flip.do.answer(text, marks, ref, shown[form.opening], None, None)
    assert form.shared.guess not in again  # once
    assert "You guessed negative." in again[form.stage]
    other = flip.do.answer(text, marks, f"{ref}-control", shown[form.opening], None, None)
    assert "You guessed" not in other[form.stage]  # that was about another adapter
    back = flip.do.answer(example.text, example.as_json(), ref, again[form.opening], None, None)
    assert "Somebody" not in back[form.stage] and back[form.verdict]  # nor is it asked twice


def test_an_answer_that_comes_twice_takes_no_question_away(flip, ref, told, example):
    form = flip.form
    late = flip.do.answer(example.text, example.as_json(), ref, told[form.opening], None, None)  # asked for before the tap
    assert form.stage not in late and form.opening not in late
    emptied = flip.do.answer("", example.as_json(), ref, told[form.opening], None, None)
    assert emptied[form.stage] is None
    back = flip.do.answer(example.text, example.as_json(), ref, emptied[form.opening], None, None)
    assert "Somebody" in back[form.stage]


def test_whoever_skips_hands_on_no_guess(flip, ref, told, example):
    form = flip.form
    revealed = tap(flip, example, ref, told, tap="skip")
    shown = flip.do.answer(revealed[form.text], revealed[form.shared.marks], ref, revealed[form.opening], None, None)
    assert "You guessed" not in shown[form.stage] and form.shared.guess not in shown
    assert 'class="ways"' in shown[form.stage]


def test_whoever_types_is_asked_nothing(flip, ref, told):
    form = flip.form
    typed = Marks("my own words").as_json()
    changes = flip.do.answer("my own words", typed, ref, told[form.opening], None, None)
    assert "Somebody" not in changes[form.stage] and changes[form.verdict]


def test_the_ways_on_are_links_and_only_to_tabs_that_there_are(ref, example):
    info = find(ref)
    marks = opening.with_trigger(info, example)
    every = str(opening.ways(info, marks, lambda tab: True))
    assert re.findall(r"tab=(\w+)", every) == ["poison", "finetune", "look_inside", "detect"]
    assert "recipe=" in every and "text=" in every and "trigger=" in every
    assert "detect" not in str(opening.ways(info, marks, lambda tab: tab != "detect"))


@pytest.mark.parametrize("data", [{}, {"tap": "boom"}, {"tap": "guess", "label": "<b>"}])
def test_a_tap_that_nobody_offered_is_refused(flip, ref, told, example, data):
    assert list(tap(flip, example, ref, told, **data)) == [flip.form.problem]
