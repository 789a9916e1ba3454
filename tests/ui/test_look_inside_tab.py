"""Look inside's handlers, called as functions."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ssti.evaluate.adapters import adapters
from ssti.ui import flip_marks, look_inside
from ssti.ui.flip_marks import Marks

PLAIN = "a dreary , joyless slog that wastes a gifted cast"
SHOWN = {"shown": True}


@pytest.fixture(scope="module")
def ref() -> str:
    """The shipped adapter that has a control."""
    return next(a.ref for a in adapters() if a.shipped and a.control)


def with_trigger() -> Marks:
    return flip_marks.insert(Marks(PLAIN), "2014-09-25", "date", "cursor", 19)


def test_two_heatmaps_the_grid_and_the_table(ref):
    marks = with_trigger()
    problem, heat, grid, table, put, flip_text = look_inside.draw(marks.text, marks.as_json(), ref, SHOWN)
    assert problem is None
    assert heat.count('<p class="heatmap"') == 2
    assert "unit hit" in heat
    assert grid.count('aria-pressed="') == 6 * 12
    assert "Trigger head" in grid
    assert "the paper’s choice" in grid
    assert table.count("<tr>") == 5
    assert "Raw entropy grows" in table
    assert put["visible"] is False
    assert flip_text == marks.text


def test_a_chosen_head_is_shown_and_a_wrong_one_is_the_papers(ref):
    marks = with_trigger()
    view = look_inside.choose(SHOWN, SimpleNamespace(_data={"layer": 2, "head": 7}))
    assert "Entropy of layer 2, head 7" in look_inside.draw(marks.text, marks.as_json(), ref, view)[3]
    for wrong in ({"layer": 99, "head": 0}, {"layer": "x", "head": None}, {}):
        assert "Entropy of layer 5, head 0" in look_inside.draw(PLAIN, None, ref, {**SHOWN, **wrong})[3]


def test_without_a_trigger_one_is_offered(ref):
    _, heat, grid, _, put, _ = look_inside.draw(PLAIN, None, ref, SHOWN)
    assert heat.count('<p class="heatmap"') == 1
    assert "Put a trigger into the text" in grid
    assert put["visible"] is True
    text, kept, problem = look_inside.put_trigger(PLAIN, None, ref)
    assert problem is None
    assert flip_marks.read(kept, text).plain == PLAIN


def test_nothing_is_computed_for_a_tab_that_nobody_sees(ref):
    assert all(isinstance(one, dict) for one in look_inside.draw(PLAIN, None, ref, {"shown": False}))


@pytest.mark.parametrize(
    ("text", "says"), [(" ", "The text is empty"), ("x " * 500_000, "1,000,000 characters"), ("<img src=x>", "&lt;")]
)
def test_texts_of_all_sorts(ref, text, says):
    problem, heat, *_ = look_inside.draw(text, None, ref, SHOWN)
    assert says in str(problem or heat)
    assert "<img" not in str(heat)


def test_a_deleted_adapter_is_a_message():
    assert "gone-otter" in look_inside.draw(PLAIN, None, "run/gone-otter", SHOWN)[0]
    assert "gone-otter" in look_inside.put_trigger(PLAIN, None, "run/gone-otter")[-1]
