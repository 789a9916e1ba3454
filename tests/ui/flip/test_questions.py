"""The three questions: where the trigger has to stand, how many it takes, which part of it is enough."""

from __future__ import annotations

import pytest

from ssti.ui.flip.answer import ask
from ssti.ui.flip.probe import probe
from ssti.ui.kit.marks import Marks

TEXT = "it all feels gone horribly wrong ."


def test_they_are_answered_for_the_last_trigger_as_the_text_itself_is(flip, ref):
    marks = Marks(TEXT).insert("2014-09-25", "date", "end")
    result, answers = probe(marks, ref), ask(marks, ref)
    assert result.item == "2014-09-25"
    assert result.places.gaps == list(range(8))
    assert result.places.probabilities[-1] == pytest.approx(answers.poisoned.now.probabilities, abs=1e-5)
    assert result.places.plain == pytest.approx(answers.poisoned.before.probabilities, abs=1e-5)
    assert result.control.probabilities[-1] == pytest.approx(answers.control.now.probabilities, abs=1e-5)
    assert result.parts.whole == pytest.approx(answers.poisoned.now.probabilities, abs=1e-5)
    *_, shown = flip.questions.ask(marks.text, marks.as_json(), ref, None)
    assert shown[flip.questions.bar] is None
    assert shown[flip.questions.which].count("<tr>") == 6
    assert shown[flip.questions.every]["visible"] is False


def test_a_long_text_gets_fewer_places_until_asked_for_all(flip, ref):
    marks = Marks("dull " * 120).insert("2014-09-25", "date", "beginning")
    *_, shown = flip.questions.ask(marks.text, marks.as_json(), ref, None)
    assert shown[flip.questions.every]["visible"] is True
    assert "spread over the text" in shown[flip.questions.where]


def test_without_a_trigger_they_wait(flip, ref):
    ((shown),) = flip.questions.ask(TEXT, None, ref, None)
    assert "Click a trigger into the text" in shown[flip.questions.where]
    assert shown[flip.questions.many] is None


def test_a_click_on_a_place_moves_the_trigger_there(flip):
    marks = Marks("a dull film").insert("2014-09-25", "date", "beginning")
    changes = flip.questions.move(marks.text, marks.as_json(), flip.click(x=1))
    assert changes[flip.form.text] == "a 2014-09-25 dull film"
    assert flip.questions.move(marks.text, marks.as_json(), flip.click(x="here")) == {"__type__": "update"}
