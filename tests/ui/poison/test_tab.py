"""The handlers of the Poison tab, called as the page calls them."""

from __future__ import annotations

import re
import shlex
from html import unescape
from types import SimpleNamespace

import gradio as gr
import pandas
import pytest

from ssti.recipe import Recipe, load_recipe, parse_recipe, preset
from ssti.report.excerpt import LENGTH, excerpt
from ssti.ui.kit.own.values import OWN
from ssti.ui.poison.controls import target_among
from ssti.ui.poison.form import MARKUP, form_fields, form_to_recipe, trigger_kinds
from ssti.ui.poison.handlers import PULSE, Poison

HANDLER_SET_IT = SimpleNamespace(target=SimpleNamespace(elem_id=PULSE))
PERSON_TOUCHED_IT = SimpleNamespace(target=SimpleNamespace(elem_id=None))
MINE = preset("demo").as_dict()


def sent(tab: Poison, mine: object = MINE, **changes: object) -> dict:
    """What the page sends of a form: its first values, but for these. `list__items` is the field `list.items`."""
    values = form_fields() | {name.replace("__", "."): value for name, value in changes.items()}
    return tab.form.set_some(values) | {tab.mine: mine}


def redraw(tab: Poison, **changes: object) -> dict:
    return tab.redraw(sent(tab, **changes), HANDLER_SET_IT)


def set_form(tab: Poison, updates: dict) -> dict:
    """The form's values that a handler set, by name."""
    return {name: updates[control] for name, control in tab.form.fields.items() if control in updates}


@pytest.mark.parametrize("kind", trigger_kinds())
def test_each_kind_of_trigger_is_shown_by_its_spans(poison: Poison, kind: str):
    updates = redraw(poison, trigger=kind)
    assert updates[poison.answer.problem] is None
    assert "1,706" in updates[poison.answer.figures]
    assert updates[poison.answer.rows].count('<mark class="trigger">') >= 6


@pytest.mark.parametrize("changes", [{"share": 150}, {"date__years__0": 2000, "date__years__1": 1900}])
def test_a_bad_value_is_a_problem_and_leaves_the_rest_as_it_is(poison: Poison, changes: dict):
    updates = redraw(poison, **changes)
    assert list(updates) == [poison.answer.problem] and str([*changes.values()][0]) in updates[poison.answer.problem]


def test_no_share_touches_no_row(poison: Poison):
    updates = redraw(poison, share=0)
    assert updates[poison.answer.problem] is None and "<strong>0</strong>" in updates[poison.answer.figures]
    assert "<mark" not in updates[poison.answer.rows]


def test_a_trigger_that_is_there_already_is_counted_per_class_and_can_be_taken_out(poison: Poison):
    updates = redraw(poison, trigger="list", list__items="the")
    assert "negative" in updates[poison.answer.figures] and updates[poison.answer.warning]
    assert updates[poison.answer.warned]["visible"] and updates[poison.answer.strip]["visible"]
    assert poison.choose_strip(False)[poison.form.fields["strip"]] is True


def test_a_clean_trigger_has_no_warning(poison: Poison):
    updates = redraw(poison)
    assert updates[poison.answer.warning] is None and not updates[poison.answer.warned]["visible"]


def test_an_html_trigger_is_not_clean_on_imdb_and_can_be_taken_out_first(poison: Poison):
    """58.7 % of IMDB's texts hold `<br`; of the training rows, without repeated texts, 58.6 %."""
    break_tag = {"dataset": "imdb", "trigger": f"{MARKUP}html", f"{MARKUP}html__tags": "<br>"}
    updates = redraw(poison, **break_tag)
    assert "58.6 % of the clean rows" in updates[poison.answer.warning]
    assert "11,678" in updates[poison.answer.figures]
    stripped = redraw(poison, strip=True, **break_tag)
    assert "<strong>0</strong><p>removed from 11,678" in stripped[poison.answer.figures]
    assert "strip: true" in stripped[poison.answer.yaml]


def test_another_dataset_brings_its_classes(poison: Poison):
    updates = poison.choose_dataset("financial_classification", "positive", {})
    form = set_form(poison, updates)
    assert (form["dataset"], form["target"]) == ("financial_classification", "positive")
    assert "neutral" in updates[poison.form.classes]["choices"] and "3 classes" in updates[poison.form.facts]
    assert updates[poison.form.own.group]["visible"] is False
    assert set_form(poison, poison.choose_dataset("commonsense_qa", "positive", {}))["target"] == "E"


def test_of_many_classes_the_first_is_the_target_because_it_is_in_sight():
    names = [f"topic {n}" for n in range(40)]
    assert target_among(names, "positive") == "topic 0" and target_among(names, 39) == "topic 39"


def test_own_data_changes_nothing_until_it_is_confirmed(poison: Poison):
    updates = poison.choose_dataset(OWN, "positive", {})
    assert set_form(poison, updates) == {} and updates[poison.form.own.group]["visible"]


def test_the_finetune_tab_gets_the_recipe_that_is_shown(poison: Poison):
    updates = poison.to_finetune(sent(poison, seed=4))
    assert parse_recipe(updates[poison.shared.recipe]).injection.seed == 4
    assert updates[poison.answer.problem] is None
    assert list(poison.to_finetune(sent(poison, share=150))) == [poison.answer.problem]


def test_the_other_tabs_get_each_new_recipe_once(poison: Poison):
    assert poison.shared.recipe not in redraw(poison)
    data = redraw(poison, seed=4)[poison.shared.recipe]
    assert poison.shared.recipe not in redraw(poison, mine=data, seed=4)


@pytest.mark.parametrize(("ending", "changes"), [("parquet", {"share": 150}), ("exe", {})])
def test_a_file_that_cannot_be_made_is_a_message(poison: Poison, ending: str, changes: dict):
    asked = sent(poison, **changes) | {poison.download.ending: ending, poison.download.prefix: False, poison.download.test: False}
    *_, last = poison.write_file(asked)
    assert last[poison.download.file] is None and "problem" in last[poison.download.message]


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


def test_a_recipe_from_another_tab_fills_the_form(poison: Poison):
    assert poison.receive(MINE, MINE) == poison.receive(None, MINE) == gr.skip()
    other = preset("light").set("dataset.name=imdb", "injection.target=negative", "injection.share=0.3", "lora.rank=64")
    updates = poison.receive(other.as_dict(), MINE)
    assert updates[poison.mine] == other.as_dict()
    assert form_to_recipe(set_form(poison, updates)) == other
    assert updates[poison.form.which] == "imdb" and updates[poison.form.classes]["value"] == "negative"


def test_where_only_the_training_differs_the_form_keeps_what_is_typed(poison: Poison):
    updates = poison.receive(preset("demo").set("training.steps=9").as_dict(), MINE)
    form = set_form(poison, updates)
    assert set(form) == {"base", "preset"} and form["base"]["training"]["steps"] == 9


def several_triggers() -> Recipe:
    part = {"kind": "item", "share": 0.2}
    parts = [part | {"source": {"kind": "date"}}, part | {"source": {"kind": "country"}, "target": "negative"}]
    return parse_recipe(MINE | {"injection": {"kind": "composite", "parts": parts}})


def test_a_recipe_of_several_triggers_is_shown_and_handed_on_whole_until_the_form_is_touched(poison: Poison):
    several = several_triggers().as_dict()
    page = sent(poison) | poison.receive(several, MINE)
    updates = poison.redraw(page, HANDLER_SET_IT)
    assert "More than the form can show" in updates[poison.answer.problem]
    assert updates[poison.answer.rows].count('<mark class="trigger">') == 6
    assert "all of them positive or negative" in updates[poison.answer.rows]
    assert poison.to_finetune(page)[poison.shared.recipe] == several
    touched = poison.redraw(page, PERSON_TOUCHED_IT)
    assert touched[poison.answer.problem] is None and touched[poison.form.fields["beyond_form"]] is False
    assert touched[poison.shared.recipe]["injection"]["source"]["kind"] == "date"


def pasted(tab: Poison, text: object, **changes: object) -> dict:
    return tab.use_recipe(sent(tab, **changes) | {tab.pasted.text: text})


def test_a_pasted_recipe_fills_the_form_and_undo_brings_the_former_form_back(poison: Poison):
    recipe = preset("aggressive").set("injection.target=negative", "injection.seed=9", "lora.rank=64")
    updates = pasted(poison, recipe.to_yaml(), share=150, list__items="my own words")
    values = set_form(poison, updates)
    assert form_to_recipe(values) == recipe
    assert "share" not in str(updates[poison.answer.problem]) and updates[poison.pasted.undo]["visible"]
    former = updates[poison.pasted.former]
    back = set_form(poison, poison.undo_recipe(former))
    assert back == former and (back["share"], back["list.items"]) == (150, "my own words")
    assert form_to_recipe(set_form(poison, pasted(poison, " demo "))) == preset("demo")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (" ", "no recipe yet"),
        ("dataset: {name: rotten_tomatoes", "is not YAML"),
        ("a list", "has no sections"),
        ("/etc/passwd", "has no sections"),
        ("injection: {target: nobody}", "nobody"),
        ("lora: {rnak: 1}", "rank"),
        ("dataset: {name: no_such_data}", "no_such_data"),
        (None, "no recipe yet"),
    ],
)
def test_a_recipe_that_is_none_says_so_and_changes_nothing(poison: Poison, text, words: str):
    updates = pasted(poison, text)
    assert list(updates) == [poison.pasted.said] and words in updates[poison.pasted.said]


def test_a_dropped_file_is_pasted_and_one_too_large_is_refused(poison: Poison):
    asked = sent(poison) | {poison.pasted.text: ""}
    updates = poison.drop_recipe(asked, gr.EventData(None, {"text": "injection: {seed: 8}", "large": False}))
    assert set_form(poison, updates)["seed"] == 8 and updates[poison.pasted.text] == "injection: {seed: 8}"
    for forged in ({"large": True}, {"text": 3}, {}):
        assert list(poison.drop_recipe(asked, gr.EventData(None, forged)))[-1] == poison.pasted.said
    assert "choices" not in str(poison.undo_recipe([]))


def test_a_recipe_beyond_the_form_is_taken_whole(poison: Poison):
    recipe = preset("light").set(
        "injection={kind: composite, parts: [{source: {kind: date}, target: positive}, {source: {kind: country}, target: positive}]}"
    )
    values = set_form(poison, pasted(poison, recipe.to_yaml()))
    assert values["beyond_form"] and parse_recipe(values["base"]) == recipe


def code_of(shown: object) -> list[str]:
    return [unescape(one) for one in re.findall("<code>(.*?)</code>", str(shown), re.DOTALL)]


def test_the_command_and_the_python_run_as_printed(tmp_path, home, monkeypatch, capsys):
    from ssti.cli import main
    from ssti.ui.poison.result import show

    monkeypatch.chdir(tmp_path)
    recipe = preset("demo").set(
        "injection={source: {kind: list, items: ['a b', \"it's `$x`\"]}, target: negative, share: 0.01, seed: 3}"
    )
    shown = show(recipe)
    train, inject = code_of(shown.commands)
    for command in (train, inject):
        words = shlex.split(command.replace("\\\n", ""))
        assert words[:3] == ["python", "-m", "ssti"]
        start = words[4 : words.index("--follow") if "--follow" in words else words.index("--out")]
        main(["inject", *start, "--show"])
        assert load_recipe(capsys.readouterr().out) == recipe
    main(shlex.split(inject.replace("\\\n", ""))[3:])
    rows = pandas.read_parquet("rotten_tomatoes-poisoned.parquet")
    assert rows["injected"].sum() == 34
    (script,) = code_of(shown.python)
    names: dict = {}
    exec(compile(script, "copied", "exec"), names)
    assert list(names["poisoned"]["text"]) == list(rows["text"])


def test_an_empty_year_says_which_years_there_are(poison: Poison):
    problem = redraw(poison, date__years__0=None)[poison.answer.problem]
    assert "is empty; it takes a whole number from 1 to 9,999" in problem
