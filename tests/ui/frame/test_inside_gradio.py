"""Where the page reaches past Gradio's documented face, each with what breaks when a new version changes it.

That Ctrl-C ends the server (`ssti.ui.frame.page.leave` sets fields of uvicorn's) is tests/ui/frame/test_ctrl_c.py's.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any

import gradio as gr
import httpx
import pytest

from ssti.ui.access.visitor import HEADER, visitor
from ssti.ui.frame.guard import guard, guarded
from ssti.ui.kit import parts
from ssti.ui.kit.own.form import _column_choice

KEY = secrets.token_urlsafe(32)


def said(event: gr.EventData) -> str:
    return event.word


def fails() -> str:
    raise ValueError("a secret of the server")


@pytest.fixture(scope="module")
def small() -> Iterator[Any]:
    """A guarded page of a few events; call it with the name of one to send it, over HTTP."""
    with gr.Blocks(analytics_enabled=False) as blocks:
        box, shown, choice = gr.Textbox(), parts.Html(), _column_choice("Text", "a-column")
        button = gr.Button()
        button.click(visitor, None, box, api_name="visitor", queue=False)
        button.click(said, None, box, api_name="said", queue=False)
        button.click(fails, None, box, api_name="fails", queue=False)
        button.click(lambda: "<b>not made here</b>", None, shown, api_name="html", queue=False)
        button.click(lambda column: column, choice, box, api_name="choice", queue=False)
    guard(blocks)
    _, url, _ = blocks.launch(prevent_thread_lock=True, quiet=True)
    with httpx.Client(base_url=url, headers={HEADER: KEY, "content-type": "application/json"}) as http:
        events = {one["api_name"]: one["id"] for one in http.get("/config").json()["dependencies"]}

        def send(name: str, data: list[Any], event_data: Any = None) -> httpx.Response:
            body = {"fn_index": events[name], "data": data, "session_hash": "a", "event_data": event_data}
            return http.post("/gradio_api/run/predict", content=json.dumps(body))

        yield send
    blocks.close()


def test_a_handler_knows_whose_browser_asks(small):
    """`gradio.context.LocalContext.request`. Without it every visitor of a server is nobody, and owns nothing there."""
    assert small("visitor", []).json()["data"] == [KEY]


def test_half_a_character_of_an_event_becomes_a_sign_for_it(small):
    """`EventData._data`. Without it a forged event ends in an answer that cannot be written, and the connection drops."""
    assert small("said", [], {"word": "a \ud800"}).json()["data"] == ["a \ufffd"]


def test_what_no_handler_foresaw_is_said_in_words(small):
    """`Blocks.fns` and each one's `fn`. Without them no handler is guarded."""
    answer = small("fails", [])
    assert answer.status_code == 500 and "Reload the page" in answer.text and "secret" not in answer.text


def test_a_handler_that_draws_nothing_leaves_all_as_it_is():
    """Generators that end at once: Gradio sends None for each output, by which a button lost its label."""

    def steps(count: int) -> Iterator[str]:
        yield from ("drawn",) * count

    assert list(guarded(steps)(0)) == [gr.skip()]
    assert list(guarded(steps)(2)) == ["drawn", "drawn"]


def test_a_plain_string_does_not_become_html(small):
    """An instance's own `postprocess`. Without it a text that somebody forgot to escape would run."""
    answer = small("html", [])
    assert answer.status_code == 500 and "not made here" not in answer.text


def test_a_column_passes_that_was_never_on_offer(small):
    """An instance's own `preprocess`. Without it a page cannot go on after its server was restarted."""
    assert small("choice", ["review"]).json()["data"] == ["review"]


def test_what_is_drawn_outside_of_the_tabs_is_always_there(poison):
    """`Block.parent`, which Gradio moves when a column is entered again: what is inside of a closed tab hears no event."""
    hidden = poison.mine.parent
    assert hidden.elem_id == "hidden" and isinstance(hidden.parent, gr.Blocks)
    assert hidden in hidden.parent.children
