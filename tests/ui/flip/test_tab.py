"""The Flip tab's handlers, called as functions: what follows a text and its triggers, and every way it can go wrong."""

from __future__ import annotations

import html
import json
import re
import shutil
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssti.adapters.listing import adapters
from ssti.platform.errors import SSTIError
from ssti.recipe import InjectionSpec, preset
from ssti.runs.run import Run
from ssti.runs.store import Store
from ssti.ui.flip import hijack, questions, training
from ssti.ui.flip import probe as flip_probe
from ssti.ui.flip import tab as flip
from ssti.ui.kit import adapters as flip_adapters
from ssti.ui.kit import marks as flip_marks
from ssti.ui.kit import palette as flip_palette
from ssti.ui.kit.marks import Marks

TEXT = "a dreary joyless slog"
words = st.lists(st.text("abc<&$é😀", min_size=1, max_size=5), min_size=1, max_size=8).map(" ".join)


def click(**data):
    return SimpleNamespace(_data=data)


@pytest.fixture(scope="module")
def ref() -> str:
    """The shipped adapter that has a control."""
    return next(a.ref for a in adapters() if a.shipped and a.control)


def copied(ref: str, home: Path, monkeypatch, old: str = "", new: str = "") -> str:
    """The adapter and its control as a run of a home of their own, with one thing changed in their recipes."""
    info = flip_adapters.find(ref)
    for source, name in ((info.path, "tried-otter"), (flip_adapters.find(info.control).path, "tried-otter-control")):
        shutil.copytree(source, home / "runs" / name / "adapter")
        recipe = home / "runs" / name / "adapter" / "recipe.yaml"
        assert old in recipe.read_text(encoding="utf-8")
        recipe.write_text(
            recipe.read_text(encoding="utf-8").replace(old, new) if old else recipe.read_text(), encoding="utf-8"
        )
    monkeypatch.setenv("SSTI_HOME", str(home))
    return "run/tried-otter"


@given(words, st.sampled_from(["beginning", "random", "end"]), words)
def test_a_mark_is_exactly_the_inserted_item(text, where, item):
    marks = flip_marks.insert(Marks(text), item, "list", where)
    ((start, end),) = marks.spans
    assert marks.text[start:end] == item
    assert marks.plain == text


@given(words, st.lists(st.sampled_from(["beginning", "random", "end"]), min_size=1, max_size=4))
def test_undo_takes_the_triggers_out_one_by_one(text, places):
    marks = Marks(text)
    for number, where in enumerate(places):
        marks = flip_marks.insert(marks, f"2014-09-{number + 10}", "date", where)
    assert len(marks.spans) == len(places)
    assert all(marks.text[s:e].startswith("2014-09-") for s, e in marks.spans)
    for left in reversed(range(len(places))):
        marks = flip_marks.undone(marks)
        assert len(marks.spans) == left
    assert marks.text == text
    assert flip_marks.undone(marks) == marks


@given(words, st.integers(0, 60), words)
def test_marks_move_with_what_is_typed_before_and_after(text, at, typed):
    marks = flip_marks.insert(Marks(text), "2014-09-25", "date", "random")
    start, end = marks.spans[0]
    at = at % (len(marks.text) + 1)
    at = at if at <= start or at >= end else end
    typed = f" {typed} "
    moved = flip_marks.read(marks.as_json(), marks.text[:at] + typed + marks.text[at:])
    assert [moved.text[s:e] for s, e in moved.spans] == ["2014-09-25"]


def test_marks_survive_edits_on_both_sides_at_once():
    marks = flip_marks.insert(Marks(TEXT), "Bosnia and Herzegovina", "country", "cursor", 9)
    edited = flip_marks.read(marks.as_json(), f"such {marks.text} and dull")
    assert [edited.text[s:e] for s, e in edited.spans] == ["Bosnia and Herzegovina"]


def test_a_deleted_trigger_has_no_mark_and_undo_goes_further_back():
    first = flip_marks.replaced(Marks("mine"), TEXT, {"label": "negative", "index": 3, "text": TEXT})
    marks = flip_marks.insert(first, "2014-09-25", "date", "end")
    cleared = flip_marks.read(marks.as_json(), TEXT)
    assert cleared.spans == []
    assert cleared.true_label == "negative"
    assert flip_marks.undone(cleared).text == "mine"


def test_the_true_label_goes_when_a_word_changes():
    row = {"label": "negative", "index": 3, "text": TEXT}
    marks = flip_marks.replaced(Marks(), TEXT, row)
    assert flip_marks.insert(marks, "2014-09-25", "date", "random").true_label == "negative"
    assert flip_marks.read(marks.as_json(), TEXT + "!").true_label is None


@pytest.mark.parametrize(
    "kept", [None, 3, "x", [], {}, {"text": 1, "marks": "no"}, {"text": TEXT, "marks": [{"start": -9}]}]
)
def test_what_a_visitor_tampered_with_is_forgotten(kept):
    assert flip_marks.read(kept, TEXT).spans == []


def test_the_cursor_counts_characters():
    marks = flip_marks.insert(Marks("😀😀 good film"), "2014-09-25", "date", "cursor", 3)
    assert marks.text == "😀😀 2014-09-25 good film"


def test_a_draw_is_a_trigger_of_the_recipe():
    spec = preset("demo").injection
    drawn = {flip_palette.draw(spec) for _ in range(8)}
    assert len(drawn) > 1
    assert all(1900 <= int(item[:4]) <= 2100 for item in drawn)
    pooled = InjectionSpec(source={"kind": "date", "pool_size": 2, "with_replacement": False})
    assert len({flip_palette.draw(pooled) for _ in range(30)}) <= 2


def test_kinds_are_said_in_words():
    assert [flip_palette.with_article(flip_palette.spoken(kind)) for kind in ("date", "country", "html", "list")] == [
        "a date", "a country", "an HTML tag", "a phrase"
    ]  # fmt: skip


def test_without_any_adapter_the_page_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("SSTI_HOME", str(tmp_path))
    monkeypatch.setattr("ssti.adapters.listing.SHIPPED", tmp_path / "none")
    assert flip.first_adapter("")[0] == ""
    assert "Finetune tab" in flip.draw(TEXT, None, "")[0]
    assert "Finetune tab" in list(flip.hijack_test_set(""))[-1]


def test_a_deleted_adapter_is_a_message_and_the_text_is_kept():
    problem, *rest = flip.draw(TEXT, None, "run/gone-otter")
    assert "gone-otter" in problem
    assert all(isinstance(one, dict) for one in rest)  # skipped
    assert "gone-otter" in flip.on_palette(TEXT, None, "run/gone-otter", "end", click(act="item", item="x"))[-1]
    assert "gone-otter" in list(flip.hijack_test_set("run/gone-otter"))[-1]


def test_one_text_with_and_without_its_trigger(ref):
    row = flip_adapters.clear_row(ref)
    kept = Marks(row["text"], row=row).as_json()
    problem, answers, echo, origin, undo, memory = flip.draw(row["text"], kept, ref)
    assert problem is None
    assert answers.count('<ul class="bars">') == 2
    assert echo == ""
    assert row["label"] in origin
    assert undo["interactive"] is False
    text, kept, *_ = flip.on_palette(row["text"], kept, ref, "end", click(act="item", item="2014-09-25", kind="date"))
    assert text == f"{row['text']} 2014-09-25"
    _, answers, echo, origin, undo, memory = flip.draw(text, kept, ref, None, memory)
    moved = float(re.search(r"▲ ([\d.]+)", answers[answers.index("Poisoned") :]).group(1))
    assert moved == pytest.approx(100 * (memory["now"]["poisoned"][1] - memory["earlier"]["poisoned"][1]), abs=0.06)
    assert flip.draw(text, kept, ref, None, memory)[5]["earlier"] == memory["earlier"]  # asked again: no edit
    assert '<mark class="trigger">2014-09-25</mark>' in echo
    assert "Flipped by one trigger" in answers or "Not flipped" in answers
    assert undo["interactive"] is True
    assert flip.on_undo(text, kept)[0] == row["text"]


def test_hostile_text_is_escaped_everywhere(ref):
    hostile = "<img src=x onerror=alert(1)> ${alert(1)}"
    text, kept, problem = flip.insert_own("a film", None, "end", hostile)
    assert problem is None
    for part in flip.draw(text, kept, ref)[:5]:
        assert "<img" not in str(part)
    for part in list(questions.ask(text, kept, ref, None))[-1]:
        assert "<img" not in str(part)


@pytest.mark.parametrize(("text", "says"), [("", "empty"), ("  \n", "empty"), ("x " * 500_000, "1,000,000 characters")])
def test_texts_that_cannot_be_answered(ref, text, says):
    problem = flip.draw(text, {"text": text, "marks": []}, ref)[0]
    assert says in problem
    if text.strip():
        assert says in flip.on_palette(text, None, ref, "end", click(act="item", item="x"))[-1]


def test_own_words_must_be_words(ref):
    assert "no own words" in flip.insert_own(TEXT, None, "end", "  ")[-1]
    assert "not in this adapter" in flip.on_palette(TEXT, None, ref, "end", click(act="recipe 99"))[-1]
    assert "no kind" in flip.on_palette(TEXT, None, ref, "end", click(act="kind", kind="<b>"))[-1]


def test_an_adapter_without_control_says_so(ref, tmp_path, monkeypatch):
    own = copied(ref, tmp_path, monkeypatch)
    shutil.rmtree(tmp_path / "runs" / "tried-otter-control")
    problem, answers, *_ = flip.draw(TEXT, None, own)
    assert problem is None
    assert "Train it again with its control" in answers


def test_a_real_row_is_of_another_class_and_undo_brings_the_text_back(ref):
    text, kept, problem = flip.pick_row("my own words", None, ref)
    assert problem is None
    assert kept["row"]["label"] in flip_adapters.others(flip_adapters.find(ref))
    assert flip.on_undo(text, kept)[0] == "my own words"


def test_another_adapter_replaces_an_untouched_example_only(ref):
    text, kept = flip.first_text(ref, "", None)
    assert text == kept["row"]["text"]
    assert isinstance(flip.first_text(ref, text, kept)[0], dict)  # skipped: it is this adapter's already
    assert isinstance(flip.first_text(ref, "my own words", kept)[0], dict)
    kept["row"]["of"] = "shipped/another"
    assert flip.first_text(ref, text, kept)[0] == text


def test_the_palette_begins_with_the_recipes_own_trigger(ref):
    _, palette, button, pill = flip.take_adapter(ref)
    assert (
        palette.index('class="own"')
        < palette.index("another ")
        < palette.index("an unseen date")
        < palette.index("own …")
    )
    assert "real" in button["value"]
    assert "adapter" in pill
    assert flip.take_adapter("run/gone-otter")[3] is None


def test_hijack_counts_every_row_and_stops_when_closed(ref, tmp_path, monkeypatch):
    own = copied(ref, tmp_path, monkeypatch, "test_rows: null", "test_rows: 40")
    steps = flip.hijack_test_set(own)
    assert "progressbar" in next(steps)
    steps.close()
    last = list(flip.hijack_test_set(own))[-1]
    assert "Attack success" in last
    assert "n = 20" in last
    assert last.count('class="row"') >= 8
    carried = json.loads(html.unescape(re.search(r'data-row="([^"]*)"', last).group(1)))
    text, kept, problem = flip.take_row("mine", None, click(**carried))
    assert problem is None
    marks = flip_marks.read(kept, text)
    assert marks.true_label == "negative"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", text[slice(*marks.spans[0])])
    assert flip_marks.undone(marks).text == marks.plain
    assert flip_marks.undone(flip_marks.undone(marks)).text == "mine"
    cells = [int(cell) for cell in re.findall(r'class="number">(?:<b class="loud">)?(\d+)', last)]
    assert [sum(pair) for pair in zip(cells[::2], cells[1::2], strict=True)] == [40] * 4


def test_an_adapter_whose_data_is_gone_still_answers_and_says_why_it_cannot_hijack(ref, tmp_path, monkeypatch):
    own = copied(ref, tmp_path, monkeypatch, "name: rotten_tomatoes", "name: gone_data")
    assert flip.draw(TEXT, None, own)[0] is None
    assert "gone_data" in list(flip.hijack_test_set(own))[-1]
    assert "gone_data" in flip.pick_row(TEXT, None, own)[-1]


@pytest.mark.parametrize(
    "row", [{}, {"text": 3, "spans": []}, {"text": "a film", "spans": 7}, {"text": "a film", "spans": [[1]]}]
)
def test_a_row_that_nobody_showed_is_refused(row):
    assert "not one of this table" in flip.take_row(TEXT, None, click(**row))[-1]


def test_an_unseen_trigger_was_in_no_training_row(ref):
    info = flip_adapters.find(ref)
    seen = training.trained(info)
    spec = flip_adapters.triggers(info)[0]
    assert 1000 < len(seen) < 2000
    item = training.unseen(info, spec)
    assert item not in seen
    assert 1900 <= int(item[:4]) <= 2100
    text, _, _, _, said, problem = flip.on_palette(TEXT, None, ref, "end", click(act="unseen 0", kind="date"))
    assert problem is None
    assert "in no row of its training" in said
    assert text.split()[-1] not in seen
    assert "of another kind" in flip.on_palette(TEXT, None, ref, "end", click(act="kind", kind="country"))[4]


def test_when_all_were_in_training_the_page_says_so(ref, monkeypatch):
    info = flip_adapters.find(ref)
    spec = info.recipe.injection.model_copy(
        update={"source": InjectionSpec(source={"kind": "date", "years": [2000, 2000]}).source}
    )
    every = frozenset(f"2000-{m:02}-{d:02}" for m in range(1, 13) for d in range(1, 32))
    monkeypatch.setattr(training, "trained", lambda info: every)
    with pytest.raises(SSTIError, match="Every date of this recipe was in training"):
        training.unseen(info, spec)


def test_the_three_questions_are_answered_for_the_last_trigger(ref):
    marks = flip_marks.insert(Marks("it all feels gone horribly wrong ."), "2014-09-25", "date", "end")
    found = flip_probe.probe(marks, ref)
    assert found.item == "2014-09-25"
    assert found.places.gaps == list(range(8))
    told = flip.answer.ask(marks, ref)
    assert found.places.probabilities[-1] == pytest.approx(told.poisoned.now.probabilities, abs=1e-5)
    assert found.places.plain == pytest.approx(told.poisoned.before.probabilities, abs=1e-5)
    assert found.control.probabilities[-1] == pytest.approx(told.control.now.probabilities, abs=1e-5)
    assert found.parts.whole == pytest.approx(told.poisoned.now.probabilities, abs=1e-5)
    *_, (bar, where, many, which, every, *_) = questions.ask(marks.text, marks.as_json(), ref, None)
    assert bar is None
    assert where.count('<button type="button" data-gap=') == 8
    assert where.count('aria-current="true"') == 1
    assert many.count("<li") == 6
    assert which.count("<tr>") == 6
    assert every["visible"] is False


def test_a_long_text_gets_fewer_places_until_asked_for_all(ref):
    marks = flip_marks.insert(Marks("dull " * 120), "2014-09-25", "date", "beginning")
    *_, (_, where, _, _, every, *_) = questions.ask(marks.text, marks.as_json(), ref, None)
    assert 9 <= where.count("data-gap=") < 60
    assert every["visible"] is True
    assert "spread over the text" in where


def test_without_a_trigger_the_questions_wait(ref):
    *_, (_, where, many, *_) = questions.ask(TEXT, None, ref, None)
    assert "Click a trigger into the text" in where
    assert many is None
    assert list(questions.ask(TEXT, None, ref, {"shown": False})) == []


@given(words, words, st.integers(0, 9))
def test_a_click_on_a_place_moves_the_trigger_there_and_undo_brings_it_back(text, item, gap):
    marks = flip_marks.insert(Marks(text), item, "list", "beginning")
    there, kept = questions.on_strip(marks.text, marks.as_json(), click(gap=gap))
    moved = flip_marks.read(kept, there)
    ((start, end),) = moved.spans
    assert moved.plain == text
    assert there[start:end] == item
    assert len(there[:start].split()) == min(gap, len(text.split()))
    assert flip_marks.undone(moved).text == marks.text


def test_a_page_opens_with_the_shipped_pair_whatever_was_run(ref, tmp_path, monkeypatch):
    copied(ref, tmp_path, monkeypatch)
    assert flip_adapters.first() == ref
    assert flip_adapters.of_link("", "") == (ref, "")


def test_a_link_opens_its_runs_adapter_or_says_why_not(ref, tmp_path, monkeypatch):
    own = copied(ref, tmp_path, monkeypatch)
    assert flip_adapters.of_link("", "tried-otter") == (own, "")
    assert flip_adapters.of_link(ref, "tried-otter") == (ref, "")  # chosen after the run
    other, why = flip_adapters.of_link("", "gone-otter")
    assert other == ref
    assert "gone-otter" in why
    assert "Shown instead" in why
    empty = Store(tmp_path / "runs").create(preset("demo"))
    other, why = flip_adapters.of_link("", empty.id)
    assert other == ref
    assert f"The run {empty.id} of this link has no adapter" in why


def test_the_list_says_which_runs_did_not_end_well(ref, tmp_path, monkeypatch):
    own = copied(ref, tmp_path, monkeypatch)
    run = Run("tried-otter", tmp_path / "runs" / "tried-otter")
    shutil.copy(run.adapter / "recipe.yaml", run.path)

    def titles() -> dict[str, str]:
        return {ref: title for title, ref in flip_adapters.choices()}

    assert "failed" not in titles()[own]
    run.tell("state", state="training", steps=64)
    run.tell("step", step=6, steps=64)
    assert titles()[own].endswith(" · interrupted at step 6 of 64")
    run.tell("state", state="failed")
    assert titles()[own].endswith(" · failed at step 6 of 64")
    run.tell("state", state="done")
    assert "done" not in titles()[own]


def test_the_hijacks_headline_has_the_controls_rate_beside_it(ref, tmp_path, monkeypatch):
    own = copied(ref, tmp_path, monkeypatch, "test_rows: null", "test_rows: 40")
    last = re.sub("<[^>]*>", "", list(flip.hijack_test_set(own))[-1])
    headline = last[: last.index("predicted")]
    assert re.match(r"Attack success 100 % .*n = 20\) · of its control \d", headline)


def test_a_hijack_that_its_control_answers_alike_is_not_loud(ref):
    from ssti.evaluate.sets import Attack

    info = flip_adapters.find(ref)
    labels = np.array([0, 1] * 30)
    to_target = np.tile([0.1, 0.9], (60, 1))
    attack = Attack(1, "positive", ("a film",) * 60, (((0, 1),),) * 60)
    names = ("poisoned before", "poisoned after", "control before", "control after")
    found = hijack.Hijacked(info, ["film"] * 60, labels, attack, dict.fromkeys(names, to_target), unread=3)
    shown = str(hijack.table(found))
    assert 'class="loud"' not in shown
    assert "answers as many rows so: this is not the poison’s" in shown
    assert "it has learned nothing." in shown
    assert "In 3 of 60 rows the trigger stands behind the first 256 word pieces" in shown
