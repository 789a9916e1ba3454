"""What a browser sends is of the expected kind, or nothing."""

from __future__ import annotations

import gradio as gr
import pytest

from ssti.ui.kit.browser import TextField, sent


def test_the_data_of_an_event_are_its_attributes():
    assert sent(TextField, gr.EventData(None, {"shown": False, "cursor": 3})) == TextField(shown=False, cursor=3)


@pytest.mark.parametrize("value", [None, 3, "shown", [], {"cursor": -1}, {"cursor": "here"}])
def test_what_is_of_another_kind_is_nothing(value):
    assert sent(TextField, value) is None


@pytest.mark.parametrize("data", [None, 3, "shown", {"cursor": -1}])
def test_a_forged_event_is_nothing(data):
    assert sent(TextField, gr.EventData(None, data)) is None
