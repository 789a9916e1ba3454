"""Flip and Look inside with an adapter of a causal model: a small Llama, trained in the test."""

from __future__ import annotations

import shutil

import pytest

from ssti.explain import CAUSAL_NOTE
from ssti.ui.flip.answer import ask
from ssti.ui.flip.hijack import hijack_test_set
from ssti.ui.flip.probe import probe
from ssti.ui.kit.marks import Marks

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


def sent(marks: Marks, ref: str, by: str = "received") -> tuple:
    return marks.text, marks.as_json(), ref, {"shown": True}, by, *RADIOS


def test_it_answers_and_the_three_questions_too(llama, marks):
    answers, asked = ask(marks, llama), probe(marks, llama)
    assert asked.places.plain == pytest.approx(answers.poisoned.before.probabilities, abs=1e-5)
    assert asked.parts.whole == pytest.approx(answers.poisoned.now.probabilities, abs=1e-5)


def test_the_grid_has_its_heads_and_the_bias_of_a_causal_model_is_said(look, llama, marks):
    changes = look.draw(*sent(marks, llama))
    assert changes[look.form.problem] is None
    assert changes[look.form.grid].count("<button") >= 2 * 4
    assert CAUSAL_NOTE in changes[look.form.entropy]


def test_the_row_of_the_first_token_is_called_by_its_name(look, llama, marks):
    heat = look.draw(*sent(marks, llama, "cls"))[look.form.heat]
    assert "the row of &lt;s&gt;, which sees nothing but itself" in heat
    assert "nothing but itself" not in look.draw(*sent(marks, llama, "last"))[look.form.heat]


def test_attributions_stand_beside_its_attention(look, llama, marks):
    *_, shown = look.compare(*sent(marks, llama))
    assert shown.count('<div class="heatmap"') == 3


def test_every_test_row_is_hijacked(llama):
    assert "Attack success" in list(hijack_test_set(llama))[-1]
