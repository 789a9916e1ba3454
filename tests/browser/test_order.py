"""Answers that come late: what assets and tabs do about them in the browser, without the page around it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from flip_page import SLOW
from playwright.sync_api import expect

from ssti.ui.frame.page import ASSETS
from ssti.ui.kit.shared import ACCEPT
from ssti.ui.learn.tab import MERGE
from ssti.ui.poison.tab import ACCEPT_DATASET

# A `fetch` that keeps who asked, and answers on demand.
ASKED = """() => {
  window.asked = [];
  window.got = [];
  window.fetch = (url, options) => new Promise((answer) => asked.push({url, body: options?.body, answer}));
}"""
ASK = """(requests) => { for (const [url, body] of requests) {
  fetch(url, {method: 'POST', body}).then((answer) => answer.text()).then((words) => got.push(words));
} }"""
ANSWER = "([number, words]) => asked[number].answer(new Response(words))"


@pytest.fixture(scope="module")
def blank(browser: Any) -> Any:
    page = browser.new_page()
    yield page
    page.close()


def test_a_request_waits_for_its_handlers_last_answer_and_for_no_other(blank):
    blank.evaluate(ASKED)
    blank.add_script_tag(content=(ASSETS / "order.js").read_text(encoding="utf-8"))
    of = {name: json.dumps({"data": ['"fn_index":9'], "fn_index": number}) for name, number in (("one", 1), ("two", 2))}
    run = "/gradio_api/run/predict"
    blank.evaluate(ASK, [[run, of["one"]], [run, of["one"]], [run, of["two"]], ["/elsewhere", of["one"]]])
    blank.wait_for_function("asked.length === 3")
    assert blank.evaluate("asked.map((one) => one.url)").count(run) == 2
    second = blank.evaluate("asked.findIndex((one) => one.body.includes('\"fn_index\": 2'))")
    blank.evaluate(ANSWER, [second, "two"])
    blank.wait_for_function("got.includes('two')")
    assert blank.evaluate("asked.length") == 3
    first = blank.evaluate("asked.findIndex((one) => one.url !== '/elsewhere' && one.body.includes('\"fn_index\": 1'))")
    blank.evaluate(ANSWER, [first, "older"])
    blank.wait_for_function("asked.length === 4")
    assert blank.evaluate("got") == ["two", "older"]
    blank.evaluate(ANSWER, [3, "newer"])
    blank.wait_for_function("got.length === 3")
    assert blank.evaluate("got") == ["two", "older", "newer"]


def test_an_answer_that_is_long_in_coming_is_said_to_be_on_its_way(blank):
    blank.evaluate("() => { window.tr = (words) => words; asked.length = 0; }")
    blank.evaluate(ASK, [["/gradio_api/run/predict", json.dumps({"fn_index": number})] for number in (3, 4)])
    line = blank.locator("#waiting[role=status]")
    expect(line).to_contain_text("on its way", timeout=SLOW)
    blank.evaluate(ANSWER, [0, "one"])
    blank.wait_for_function("got.includes('one')")
    expect(line).to_have_count(1)
    blank.evaluate(ANSWER, [1, "two"])
    expect(line).to_have_count(0)


@pytest.mark.parametrize(
    ("ref", "text", "taken"), [("a", "", True), ("a", None, True), ("b", "", False), ("a", "typed since", False)]
)
def test_an_offered_text_goes_in_only_where_nothing_changed_meanwhile(blank, ref, text, taken):
    offer = {"ref": "a", "instead_of": "", "text": "an example", "marks": {"text": "an example"}}
    now = blank.evaluate(f"(values) => ({ACCEPT})(...values)", [offer, ref, text])
    assert now == (["an example", offer["marks"], None] if taken else [None, None, None])  # None is undefined, or null
    del offer["ref"]  # for any adapter
    now = blank.evaluate(f"(values) => ({ACCEPT})(...values)", [offer, ref, text])
    assert (now[0] is not None) == (text != "typed since")


def test_what_is_new_of_a_lessons_step_leaves_the_other_steps_alone(blank):
    kept = {"a/1": {"chosen": "x", "passed": False}, "a/2": {"chosen": "y", "passed": False}}
    news = {"a/1": {"chosen": "x", "passed": True}}
    merge = f"(values) => ({MERGE})(...values)"
    assert blank.evaluate(merge, [news, kept]) == [{**kept, **news}, None]
    assert blank.evaluate(merge, [news, None]) == [news, None]
    assert blank.evaluate(merge, [None, kept]) == []


@pytest.mark.parametrize(
    ("which", "dataset", "target", "taken"),
    [("b", "a", "x", "x"), ("b", "a", "p", "q"), ("c", "a", "x", None), ("b", "pasted", "x", None)],
)
def test_a_dataset_that_was_read_for_long_goes_in_only_where_no_other_was_chosen_meanwhile(
    blank, which, dataset, target, taken
):
    classes = {"__type__": "update", "choices": [["x", "x"], ["q", "q"]], "value": "q"}
    offer = {"which": "b", "instead_of": "a", "changes": ["b", "q", classes, None]}
    now = blank.evaluate(f"(values) => ({ACCEPT_DATASET})(...values)", [offer, which, dataset, target])
    assert now == ([None] * 5 if taken is None else ["b", taken, {**classes, "value": taken}, None, None])
