"""The handlers of the Poison tab, called as the page calls them."""

from __future__ import annotations

import gradio as gr
import pytest

from ssti.recipe import parse_recipe, preset
from ssti.ui.kit.excerpt import LENGTH, excerpt
from ssti.ui.poison.controls import target_among
from ssti.ui.poison.form import MARKUP, form_fields, form_to_recipe, trigger_kinds
from ssti.ui.poison.own import OWN
from ssti.ui.poison.tab import arrive, choose_dataset, redraw, to_file, to_finetune

WARNING, BUTTON = 8, 9  # in what `redraw` answers


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
    answer = redraw(form(trigger="list", **{"list.items": "the"}))
    assert "negative" in answer[1] and "no clean one" in answer[WARNING] and "Take it out first" in str(answer[BUTTON])


def test_a_clean_trigger_has_no_warning():
    assert redraw(form())[WARNING] is None


def test_an_html_trigger_is_not_clean_on_imdb_and_can_be_taken_out_first():
    """58.7 % of IMDB's texts hold `<br`; of the training rows, without repeated texts, 58.6 %."""
    values = form(dataset="imdb", trigger=f"{MARKUP}html", **{f"{MARKUP}html.tags": "<br>"})
    answer = redraw(values)
    assert "58.6 % of the clean rows" in answer[WARNING] and "11,678" in answer[1]
    stripped = redraw(values | {"strip": True})
    assert "taken out of them first" in stripped[WARNING] and "Leave it in" in str(stripped[BUTTON])
    assert "removed from 11,678 rows first" in stripped[1] and "strip: true" in stripped[3]


def test_another_dataset_brings_its_classes():
    name, target, choice, facts, part = choose_dataset("financial_classification", "positive")
    assert (
        name == "financial_classification"
        and target == "positive"
        and "neutral" in str(choice["choices"])
        and "3 classes" in facts
    )
    assert part["visible"] is False
    assert choose_dataset("commonsense_qa", "positive")[1] == "E"


def test_of_many_classes_the_first_is_the_target_because_it_is_seen():
    names = [f"topic {n}" for n in range(40)]
    assert target_among(names, "positive")[0] == "topic 0" and target_among(names, 39)[0] == "topic 39"


def test_own_data_changes_nothing_until_it_is_confirmed():
    name, target, _, words, part = choose_dataset(OWN, "positive")
    assert name == target == gr.skip() and part["visible"] and "until you confirm yours" in words


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


def test_a_recipe_from_another_tab_fills_the_form():
    mine = preset("demo").as_dict()
    assert arrive(mine, mine) is None and arrive(None, mine) is None
    other = preset("light").set("dataset.name=imdb", "injection.target=negative", "injection.share=0.3", "lora.rank=64")
    values = arrive(other.as_dict(), mine)
    assert (values["dataset"], values["target"], values["share"]) == ("imdb", "negative", 30)
    assert form_to_recipe(values) == other


def test_where_only_the_training_differs_the_form_keeps_what_is_typed():
    mine = preset("demo").as_dict()
    values = arrive(preset("demo").set("training.steps=9").as_dict(), mine)
    assert set(values) == {"base", "preset"} and values["base"]["training"]["steps"] == 9


def test_a_recipe_of_several_triggers_is_shown_and_handed_on_whole():
    part = {"kind": "item", "share": 0.2}
    several = preset("demo").as_dict() | {
        "injection": {
            "kind": "composite",
            "parts": [
                part | {"source": {"kind": "date"}},
                part | {"source": {"kind": "country"}, "target": "negative"},
            ],
        }
    }
    several = parse_recipe(several).as_dict()
    values = form_fields() | arrive(several, preset("demo").as_dict())
    answer = redraw(values)
    assert "More than the form can show" in answer[0] and answer[2].count('<mark class="trigger">') == 6
    assert "all of them positive or negative" in answer[2]
    assert to_finetune(values)[0] == answer[6] == several
