"""The handlers of the Poison tab, called as the page calls them."""

from __future__ import annotations

import gradio as gr
import pytest

from ssti.recipe import parse_recipe
from ssti.ui.excerpt import LENGTH, excerpt
from ssti.ui.poison import choose_dataset, redraw, to_file, to_finetune
from ssti.ui.poison_form import form_fields, trigger_kinds


def form(**changes) -> dict:
    return form_fields() | changes


@pytest.mark.parametrize("kind", trigger_kinds())
def test_each_kind_of_trigger_is_shown_by_its_spans(kind: str):
    problem, figures, rows, *_ = redraw(form(trigger=kind))
    assert problem is None
    assert "1,706" in figures and rows.count('<mark class="trigger">') >= 6


def test_a_bad_value_is_a_problem_and_leaves_the_rest_as_it_is():
    problem, *rest = redraw(form(share=150))
    assert "150 %" in problem
    assert all(piece == gr.skip() for piece in rest)


def test_no_share_touches_no_row_and_says_how_to_touch_some():
    problem, figures, rows, *_ = redraw(form(share=0))
    assert problem is None and "<strong>0</strong>" in figures and "No row is touched" in rows


def test_a_trigger_that_is_there_already_is_counted_per_class():
    figures = redraw(form(trigger="list", **{"list.items": "the"}))[1]
    assert "negative" in figures and "no clean trigger" in figures


def test_another_dataset_brings_its_classes():
    update, facts = choose_dataset("financial_classification", "positive")
    assert update["choices"] and "neutral" in str(update["choices"]) and "3 classes" in facts
    assert choose_dataset("commonsense_qa", "positive")[0]["value"] == "E"


def test_the_finetune_tab_gets_the_recipe_that_is_shown():
    recipe, _, problem = to_finetune(form(seed=4))
    assert problem is None and parse_recipe(recipe).injection.seed == 4
    assert "150 %" in to_finetune(form(share=150))[2]


def test_a_file_of_a_bad_form_is_a_message():
    *_, (file, said) = to_file(form(share=150), "parquet")
    assert file is None and "150 %" in said
    *_, (file, said) = to_file(form(), "exe")
    assert file is None and "exe" in said


def test_a_long_text_is_cut_around_its_first_span():
    before = " ".join(f"word{n}" for n in range(400))
    at = before.index("word200")
    after = before[:at] + "2014-09-25 " + before[at:]
    was, now, spans = excerpt(before, after, [(at, at + 10)])
    assert [now[start:end] for start, end in spans] == ["2014-09-25"]
    assert len(now) < LENGTH + 60 and was[:80] == now[:80]
    assert "word201" in was and "word201" in now


def test_a_short_text_stays_whole():
    assert excerpt("a b", "a x b", [(2, 3)]) == ("a b", "a x b", [(2, 3)])
