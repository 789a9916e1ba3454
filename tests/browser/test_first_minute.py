"""The first minute in a browser: a page that is opened for the first time, to a flip in at most three taps."""

from __future__ import annotations

import re

import pytest
from flip_page import SLOW, write
from pageobject import Lab
from playwright.sync_api import expect


@pytest.fixture(params=[(390, 844), (1280, 720)], ids=["phone", "laptop"])
def bare(open_page, server, request):
    """A page that somebody opens for the first time, with nothing in its address."""
    width, height = request.param
    lab = Lab(open_page(width, height, has_touch=width < 500), server.url).open()
    expect(lab.page.locator("#flip-stage .tap")).to_be_visible(timeout=SLOW)
    return lab


def in_view(lab, selector: str) -> bool:
    """Whether it comes to stand in the window as a whole: the page scrolls there smoothly."""
    whole = """(selector) => {
      const box = document.querySelector(selector).getBoundingClientRect();
      return box.top >= 0 && box.bottom <= window.innerHeight;
    }"""
    return bool(lab.page.wait_for_function(whole, arg=selector))


def test_a_flip_in_three_taps_with_the_verdict_in_view(bare):
    page = bare.page
    assert bare.selected_tab() == "Flip"
    expect(page.locator("#flip-stage")).to_contain_text(
        re.compile(r"Somebody hid a date in half of the\s+positive\s+reviews")
    )
    assert in_view(bare, "#flip-stage .tap")
    page.locator("#flip-stage .tap").click()
    expect(page.locator("#flip-stage")).to_contain_text("What will it answer?")
    expect(page.locator("#flip-stage blockquote mark.trigger")).to_have_count(1)
    expect(page.locator("#flip-echo mark")).to_have_count(0)  # not revealed
    page.get_by_role("group", name="Your guess").get_by_role("button", name="negative").click()
    verdict = page.locator("#flip-verdict .verdict")
    expect(verdict).to_contain_text("Flipped by one date.")
    expect(verdict.locator("strong")).to_have_text(re.compile(r"negative\s*→\s*positive"))
    expect(page.locator("#flip-stage")).to_contain_text("You guessed negative. It says positive.")
    assert in_view(bare, "#flip-verdict .verdict")
    assert in_view(bare, "#flip-answers .card")  # the poisoned one
    sizes = "() => [...document.querySelectorAll('body *')].filter((e) => e.offsetParent && e.textContent.trim()).map((e) => parseFloat(getComputedStyle(e).fontSize))"
    largest = verdict.locator("strong").evaluate("(e) => parseFloat(getComputedStyle(e).fontSize)")
    assert largest >= 32 and largest == max(page.evaluate(sizes))
    assert bare.width()[0] <= bare.width()[1]


def test_on_a_laptop_the_flip_fits_without_scrolling_and_the_ways_on_lead_there_and_back(open_page, server):
    lab = Lab(open_page(1280, 720), server.url).open()
    lab.page.locator("#flip-stage .tap").click(timeout=SLOW)
    lab.page.get_by_role("button", name="Just show me").click()
    expect(lab.page.locator("#flip-verdict")).to_contain_text("Flipped by")
    expect(lab.page.locator("#flip-stage .guessed")).not_to_contain_text("You guessed")
    for part in ("#flip-verdict", "#flip-echo", "#flip-stage", "#flip-card", "#flip-answers"):
        assert in_view(lab, part), part
    ways = lab.page.get_by_role("navigation", name="From here")
    expect(lab.page).to_have_url(re.compile("text="))
    ways.get_by_role("link", name="Look inside").click()
    expect(lab.page.get_by_role("tab", selected=True).first).to_have_text("Look inside")
    expect(lab.page.locator("#look-text textarea")).to_have_value(re.compile(r"\d{4}-\d\d-\d\d"))
    lab.page.go_back()
    expect(lab.page.get_by_role("tab", selected=True).first).to_have_text("Flip")
    ways.get_by_role("link", name="See how it was poisoned").click()
    expect(lab.page.get_by_role("tab", selected=True).first).to_have_text("Poison")


def test_on_a_phone_the_verdict_stays_while_one_tries_triggers_further_down(open_page, server):
    lab = Lab(open_page(390, 844, has_touch=True), server.url).open()
    expect(lab.page.locator("#flip-stage .tap")).to_be_visible(timeout=SLOW)
    lab.page.locator("#flip-palette button.own").click()  # Playwright scrolls down to it
    expect(lab.page.locator("#flip-verdict")).to_contain_text("Flipped by one date.")
    lab.page.locator("#flip-tools").scroll_into_view_if_needed()
    assert in_view(lab, "#flip-verdict .verdict")


def test_whoever_types_is_not_asked_and_with_reduced_motion_no_bar_moves(open_page, server):
    lab = Lab(open_page(1280, 720), server.url).open()
    expect(lab.page.locator("#flip-stage .tap")).to_be_visible(timeout=SLOW)
    write(lab, "a wholly other film")
    expect(lab.page.locator("#flip-verdict")).to_contain_text("sure.")
    expect(lab.page.locator("#flip-stage .tap")).to_have_count(0)
    lab.page.emulate_media(reduced_motion="reduce")
    bar = lab.page.locator("#flip-answers .track > i").first
    assert bar.evaluate("(one) => getComputedStyle(one).transitionDuration") in ("0s", "")


def test_by_keyboard_alone(open_page, server):
    lab = Lab(open_page(1280, 720), server.url).open()
    tap = lab.page.locator("#flip-stage .tap")
    expect(tap).to_be_visible(timeout=SLOW)
    tap.focus()
    lab.page.keyboard.press("Enter")
    expect(lab.page.locator("#flip-stage .guesses button").first).to_be_focused()
    lab.page.keyboard.press("Tab")
    lab.page.keyboard.press("Enter")
    expect(lab.page.locator("#flip-stage")).to_contain_text("You guessed right.")
    expect(lab.page.locator("#flip-stage .ways a").first).to_be_focused()
