"""Flip and Look inside with an adapter of a causal model: a small Llama, trained in the test."""

from __future__ import annotations

import shutil

import pytest

from ssti.adapters.listing import find
from ssti.ui.flip import questions
from ssti.ui.flip import tab as flip
from ssti.ui.kit.marks import Marks
from ssti.ui.look_inside import tab as look_inside

RADIOS = ("piece", "poisoned", "trigger")


@pytest.fixture(scope="module")
def llama(tmp_path_factory):
    """The ref of its adapter, as a run of a home of its own."""
    import tiny
    from whole_path import trained

    folder = tmp_path_factory.mktemp("llama")
    *_, place = trained(folder, tiny.make(folder / "model"), "evaluation.rows=8")
    run = folder / "home" / "runs" / "small-llama"
    run.mkdir(parents=True)
    shutil.copytree(place, run / "adapter")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSTI_HOME", str(folder / "home"))
        yield "run/small-llama"


@pytest.fixture
def marks() -> Marks:
    return Marks("a dull and slow film").insert("2014-09-25", "date", "cursor", 6)


def look(marks: Marks, ref: str, by: str) -> list[str]:
    return [str(part) for part in look_inside.draw(marks.text, marks.as_json(), ref, {"shown": True}, by, *RADIOS)]


def test_it_answers_and_the_three_questions_too(llama, marks):
    answers = flip.draw(marks.text, marks.as_json(), llama, {"shown": True}, None)[1]
    assert all(name in answers for name in find(llama).label_names)
    *_, (_, where, many, which, *_) = questions.ask(marks.text, marks.as_json(), llama, None)
    assert "strip" in where and "number of triggers" in many and "word pieces" in which


def test_the_grid_has_its_heads_and_the_bias_of_a_causal_model_is_said(llama, marks):
    problem, heat, grid, entropy, *_ = look(marks, llama, "received")
    assert problem == "None"
    assert grid.count("<button") >= 2 * 4
    assert "favours early tokens" in heat + entropy and "last row" in entropy


def test_the_row_of_the_first_token_is_called_by_its_name(llama, marks):
    heat = look(marks, llama, "cls")[1]
    assert "the row of &lt;s&gt;, which sees nothing but itself" in heat
    assert "nothing but itself" not in look(marks, llama, "last")[1]


def test_attributions_stand_beside_its_attention(llama, marks):
    given = marks.text, marks.as_json(), llama, {"shown": True}, "received", *RADIOS
    *_, shown = look_inside.compare(*given)
    assert "Occlusion" in shown and "Gradients" in shown


def test_every_test_row_is_hijacked(llama):
    assert "Attack success" in list(flip.hijack_test_set(llama))[-1]
