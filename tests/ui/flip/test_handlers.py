"""The Flip tab's handlers, called as functions: what follows a text and its triggers, and every way it can go wrong."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace

import pytest

from ssti.adapters.listing import find
from ssti.ui.flip import hijack
from ssti.ui.flip.verdict import sure
from ssti.ui.kit import adapters
from ssti.ui.kit.marks import Marks

TEXT = "a dreary joyless slog"


def inserted(flip, text: str, marks, ref: str, **data) -> dict:
    """What a click on the palette changes, with the place "end"."""
    return flip.do.click_palette(text, marks, ref, "end", None, flip.click(**data))


def test_without_any_adapter_the_page_says_what_to_do(flip, home, monkeypatch):
    monkeypatch.setattr("ssti.adapters.listing.SHIPPED", home / "none")
    form = flip.form
    assert adapters.of_link("", "") == ("", "")
    for problem in (
        flip.do.answer(TEXT, None, "", None, None, None)[form.problem],
        flip.do.real_row(TEXT, None, "")[form.problem],
        list(hijack.hijack_test_set(""))[-1],
    ):
        assert "Finetune tab" in problem


def test_a_deleted_adapter_is_a_message_and_the_text_stays(flip):
    gone = "run/gone-otter"
    for changes in (flip.do.answer(TEXT, None, gone, None, None, None), inserted(flip, TEXT, None, gone, act="draw")):
        assert flip.form.text not in changes
        assert "gone-otter" in changes[flip.form.problem]
    assert "gone-otter" in list(hijack.hijack_test_set(gone))[-1]
    assert flip.do.show_adapter(gone)[flip.form.shared.adapter_pill] is None


def test_one_text_with_and_without_its_trigger(flip, ref):
    form, row = flip.form, replace(adapters.clear_row(ref), example_of="")
    marks = Marks(row.text, row=row).as_json()
    first = flip.do.answer(row.text, marks, ref, None, None, None)
    assert first[form.problem] is None
    assert first[form.answers].count('<ul class="bars">') == 2 and "was " not in first[form.answers]
    assert first[form.echo] == "" and 'class="ways"' not in first[form.stage]
    assert row.label in first[form.origin]
    assert first[form.undo]["interactive"] is False
    new = inserted(flip, row.text, marks, ref, act="item", item="2014-09-25", kind="date")
    text, marks = new[form.text], new[form.shared.marks]
    assert text == f"{row.text} 2014-09-25"
    second = flip.do.answer(text, marks, ref, first[form.opening], None, None)
    last = second[form.last]
    was = last["before"]["poisoned"][0]
    assert was == pytest.approx(first[form.last]["probabilities"]["poisoned"][0], abs=1e-4)
    assert f"was {sure(was)}" in second[form.answers]
    assert "negative <i>→</i>" in second[form.verdict] and "Flipped by one date." in second[form.verdict]
    assert "by the date: still negative" in second[form.heard]
    assert '<mark class="trigger">2014-09-25</mark>' in second[form.echo]
    assert second[form.undo]["interactive"] is True
    back = flip.do.undo(text, marks)
    assert back[form.text] == row.text
    assert "nothing left to undo" in flip.do.undo(back[form.text], back[form.shared.marks])[form.notice]


def test_hostile_text_is_escaped_everywhere(flip, ref):
    changes = flip.do.insert_own("a film", None, "end", "<img src=x onerror=alert(1)> ${alert(1)}", None)
    text, marks = changes[flip.form.text], changes[flip.form.shared.marks]
    answered = flip.do.answer(text, marks, ref, None, None, None)
    *_, asked = flip.questions.ask(text, marks, ref, None)
    assert len(answered) > 10 and len(asked) == 7
    assert not [component for component, shown in (answered | asked).items() if "<img" in str(shown)
                and component not in (flip.form.last, flip.form.opening)]  # fmt: skip


@pytest.mark.parametrize(("text", "says"), [("  \n", "empty"), ("x " * 500_000, "1,000,000 characters")])
def test_texts_that_cannot_be_answered(flip, ref, text, says):
    changes = flip.do.answer(text, {"text": text, "marks": []}, ref, None, None, None)
    assert says in changes[flip.form.problem]
    assert changes.get(flip.form.answers, None) is None
    assert flip.form.problem in inserted(flip, text, None, ref, act="item", item="x")


def test_a_tab_that_is_not_on_the_screen_asks_nothing(flip, ref):
    assert flip.do.answer(TEXT, None, ref, None, None, {"shown": False}) == {"__type__": "update"}
    assert list(flip.questions.ask(TEXT, None, ref, {"shown": False})) == []


@pytest.mark.parametrize(
    "data",
    [{}, {"act": "boom"}, {"act": "modify", "trigger": 99}, {"act": "unseen", "trigger": -1},
     {"act": "kind", "kind": "<b>"}, {"act": "item", "item": " "}],
)  # fmt: skip
def test_a_button_that_nobody_showed_inserts_nothing(flip, ref, data):
    assert list(inserted(flip, TEXT, None, ref, **data)) == [flip.form.problem]


@pytest.mark.parametrize(
    "data", [{}, {"text": 3, "spans": []}, {"text": "a film", "spans": 7}, {"text": "a film", "spans": [[1]]}]
)
def test_a_row_that_nobody_showed_is_refused(flip, data):
    assert list(flip.do.hijacked_row(TEXT, None, flip.click(**data))) == [flip.form.problem]


def test_own_words_go_to_the_cursor_and_must_be_words(flip):
    assert list(flip.do.insert_own(TEXT, None, "end", "  ", None)) == [flip.form.problem]
    changes = flip.do.insert_own("😀 good film", None, "cursor", "quite", {"cursor": 7})
    assert changes[flip.form.text] == "😀 good quite film"


def test_an_adapter_without_control_is_shown_alone(flip, ref, copied, home):
    own = copied()
    shutil.rmtree(home / "runs" / "tried-otter-control")
    changes = flip.do.answer(TEXT, None, own, None, None, None)
    assert changes[flip.form.problem] is None
    assert changes[flip.form.answers].count('<ul class="bars">') == 1


def test_a_real_row_is_of_another_class_and_undo_brings_the_text_back(flip, ref):
    changes = flip.do.real_row("my own words", None, ref)
    text, marks = changes[flip.form.text], changes[flip.form.shared.marks]
    assert marks["row"]["label"] in adapters.others(find(ref))
    assert flip.do.undo(text, marks)[flip.form.text] == "my own words"


def test_a_text_that_a_click_brings_is_offered_in_place_of_the_one_it_was_made_for(flip, ref):
    changes = flip.form.offering(flip.do.real_row)("my own words", None, ref)
    offer = changes[flip.form.offer]
    assert offer["instead_of"] == "my own words" and offer["text"] == offer["marks"]["text"]
    assert flip.form.text not in changes and flip.form.shared.marks not in changes
    assert flip.form.problem in flip.form.offering(flip.do.real_row)("my own words", None, "shipped/none")


def test_another_adapter_replaces_an_untouched_example_only(flip, ref):
    offer = flip.do.first_text(ref, "", None)[flip.form.offer]
    text, marks = offer["text"], offer["marks"]
    assert (offer["ref"], offer["instead_of"]) == (ref, "")
    unchanged = {"__type__": "update"}
    assert flip.do.first_text(ref, text, marks) == unchanged  # it is this adapter's already
    assert flip.do.first_text(ref, "my own words", marks) == unchanged
    others = {**marks, "row": {**marks["row"], "example_of": "shipped/another"}}
    assert flip.do.first_text(ref, text, others)[flip.form.offer] == offer | {"instead_of": text}


def test_the_palette_begins_with_the_recipes_own_trigger(flip, ref):
    shown = flip.do.show_adapter(ref)[flip.form.palette]
    assert re.findall('data-act="([a-z]+)"', shown)[:3] == ["item", "draw", "unseen"]
    assert 'data-kind="country"' in shown and shown.count('data-act="own"') == 1


def test_an_adapter_whose_data_is_gone_still_answers_and_says_what_it_cannot(flip, copied):
    own = copied("name: rotten_tomatoes", "name: gone_data")
    assert flip.do.answer(TEXT, None, own, None, None, None)[flip.form.problem] is None
    assert "gone_data" in flip.do.real_row(TEXT, None, own)[flip.form.problem]
    assert "gone_data" in list(hijack.hijack_test_set(own))[-1]
