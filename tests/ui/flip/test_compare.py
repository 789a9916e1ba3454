"""Adapters side by side: which stand in the row, what each says of one text, and how to ask the same elsewhere."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace

import pytest

from ssti.adapters.listing import find
from ssti.platform.errors import SSTIError
from ssti.serving.predictor import predictor
from ssti.ui.flip import compare
from ssti.ui.flip.answer import ask
from ssti.ui.kit.marks import Marks

TEXT = "a dreary joyless slog"


@pytest.fixture
def marks() -> Marks:
    return Marks(TEXT).insert("2014-09-25", "date", "end")


def test_a_row_needs_two_and_pinning_is_undone(ref):
    control = f"{ref}-control"
    assert compare.in_row(compare.pin([], ref), ref) == []
    both = compare.pin(compare.pin([], ref), control)
    assert compare.in_row(both, ref) == [ref, control] == compare.in_row([control], ref)[::-1]
    assert compare.unpin(both, ref) == [control]
    with pytest.raises(SSTIError, match="no adapter"):
        compare.pin([], "run/gone-otter")
    assert compare.read({"tampered": 1}) == compare.read([1]) == []


def test_each_says_its_own_answer_to_the_same_text_with_and_without(flip, ref, marks):
    control = find(ref).control
    shown = flip.do.answer(marks.text, marks.as_json(), ref, None, [control], None)[flip.form.compared]
    assert shown.count('<ul class="bars">') == 2
    for one in (ref, control):
        now, before = predictor().predict([marks.text, TEXT], [one, one])
        assert f"{now.probabilities[0] * 100:.1f} %" in shown and f"was {before.probabilities[0] * 100:.1f} %" in shown
    assert shown.count("turn flipped") == 1
    assert "labels differ" not in shown
    assert flip.do.answer(marks.text, marks.as_json(), ref, None, [], None)[flip.form.compared] is None


def test_other_labels_are_told(ref, marks):
    (one, other), _ = compare.ask(marks, [ref, f"{ref}-control"])
    other = replace(other, info=replace(other.info, label_names=("bad", "good")))
    assert "Their labels differ: negative, positive against bad, good." in compare._labels_differ([one, other])


def test_an_adapter_that_is_gone_can_be_taken_out(flip, ref, copied, home, marks):
    own = copied()
    pinned = compare.pin([], own)
    shutil.rmtree(home / "runs")
    shown = compare.show(marks, pinned, ref)
    assert "tried-otter" in shown and 'data-act="unpin"' in shown
    assert flip.do.click_compared(pinned, flip.click(act="unpin", ref=own)) == {flip.form.shared.pinned: []}
    assert list(flip.do.click_compared(pinned, flip.click(act="boom", ref=own))) == [flip.form.problem]


def test_a_pin_is_set_and_taken_back_and_travels_in_the_address(flip, ref):
    form = flip.form
    pinned = flip.do.pin(None, ref)[form.shared.pinned]
    assert pinned == [ref] and flip.do.pin(pinned, ref) == {form.shared.pinned: []}
    kept = form.kept[1]
    dropped: list[str] = []
    assert kept.read(kept.write(pinned), dropped) == {form.shared.pinned: pinned} and not dropped
    assert kept.read({"pinned": f"run/gone-otter,{ref}"}, dropped) == {form.shared.pinned: pinned}
    assert "gone-otter" in dropped[0]


def test_the_script_that_is_offered_gives_the_answers_that_are_shown(ref, marks, capsys):
    answers = ask(marks, ref)
    shown = compare.taken(answers, [])
    exec(compare.as_python([marks.text, TEXT], [ref]), {})
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == [answers.poisoned.now.label, answers.poisoned.before.label]
    assert f"python -m ssti predict {ref}" in shown
    assert re.search(r"--text &#39;a dreary joyless slog 2014-09-25&#39;", shown)
