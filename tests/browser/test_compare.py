"""Adapters side by side in a browser: pinned, one text and its trigger for all, taken out again, sent as a link."""

from __future__ import annotations

import re

import pytest
from flip_page import SLOW, TEXT, first_answer, put_trigger, write
from flip_runs import give_adapter
from playwright.sync_api import expect


@pytest.fixture
def pinned(lab, server):
    """A page on which an adapter was pinned, and another chosen."""
    lab.open(tab="flip", adapter=give_adapter(server.home))
    first_answer(lab)
    write(lab, TEXT)
    lab.page.locator("#flip-pin").click()
    expect(lab.page.locator("#flip-pin")).to_have_text("Unpin")
    expect(lab.page.locator("#flip-compare .card")).to_have_count(0)  # one alone is no comparison
    lab.page.locator("#flip-adapter input").click()
    lab.page.get_by_role("option").filter(has_not_text="tried-otter").first.click()
    expect(lab.page.locator("#flip-compare .card")).to_have_count(2, timeout=SLOW)
    return lab


def places(lab) -> list[dict]:
    return lab.page.locator("#flip-compare .card").evaluate_all(
        "(cards) => cards.map((card) => card.getBoundingClientRect().toJSON())"
    )


def test_one_text_and_its_trigger_are_asked_of_all_in_one_row_that_a_phone_stacks(pinned):
    lab = pinned
    cards = lab.page.locator("#flip-compare .card")
    expect(lab.page.locator("#flip-text textarea")).to_have_value(TEXT)  # the same data: the text stays
    one, other = places(lab)
    assert one["top"] == other["top"] and one["right"] <= other["left"]
    expect(cards.locator(".bars small", has_text="was")).to_have_count(0)
    put_trigger(lab)
    expect(cards.locator(".turn.flipped")).to_have_count(2)
    expect(cards.first.locator(".bars small", has_text="was").first).to_be_visible()
    shown = cards.first.locator(".bars b").all_inner_texts()
    assert shown == cards.nth(1).locator(".bars b").all_inner_texts()  # a copy answers as its original
    lab.page.set_viewport_size({"width": 390, "height": 900})
    one, other = places(lab)
    assert one["left"] == other["left"] and one["bottom"] <= other["top"]
    assert lab.width()[0] <= lab.width()[1]
    lab.page.set_viewport_size({"width": 1280, "height": 900})
    lab.page.get_by_text("Ask the same in Python, or in a shell").click()
    expect(lab.page.locator("#flip-taken code").first).to_contain_text("predictor().predict")
    expect(lab.page.locator("#flip-taken code").nth(1)).to_contain_text("python -m ssti predict run/tried-otter")
    expect(lab.page).to_have_url(re.compile("pinned=run(/|%2F)tried-otter.*text="))
    href = lab.page.url
    lab.leave()
    lab.page.goto(href)
    expect(cards).to_have_count(2, timeout=SLOW)
    cards.filter(has_text="tried-otter").get_by_role("button", name="Unpin").click()
    expect(cards).to_have_count(0)
