"""The address carries what one sees: reload, Back and Forward, Copy link, Start over, and links that are wrong or too long."""

from __future__ import annotations

import random
import re
import string
from collections.abc import Callable
from typing import Any

import pytest
from pageobject import Lab
from playwright.sync_api import expect

TEXT = "a dreary , joyless slog that wastes a gifted cast"


@pytest.fixture
def lab(open_page: Callable[..., Any], server: Any) -> Lab:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    return Lab(page, server.url)


def flipped(lab: Lab, text: str = TEXT) -> Lab:
    """A fresh page, on Flip, with a short address; then with a trigger in a text."""
    lab.open()
    expect(lab.page).to_have_url(re.compile(r"\?tab=flip&adapter=shipped/[a-z0-9-]+$"))
    field = lab.page.locator("#flip-text textarea")
    expect(field).not_to_have_value("")
    field.fill(text)
    lab.page.locator("#flip-palette button").first.click()
    expect(lab.page.locator("#flip-echo mark")).to_have_count(1)
    has(lab, "trigger=")
    return lab


def has(lab: Lab, *words: str, no: tuple[str, ...] = ()) -> None:
    """Wait until the address has these words in it, and none of the others."""
    for word in words:
        expect(lab.page).to_have_url(re.compile(re.escape(word)))
    for word in no:
        expect(lab.page).not_to_have_url(re.compile(re.escape(word)))


def test_reload_brings_back_text_trigger_and_head_and_start_over_sets_back_what_back_undoes(lab):
    flipped(lab)
    written = lab.page.locator("#flip-text textarea").input_value()
    lab.tab("Look inside")
    lab.page.locator(".heads button[data-layer='2'][data-head='7']").click()
    has(lab, "tab=look_inside", "layer=2", "head=7")
    lab.page.reload()
    expect(lab.page.locator(".heads button[data-layer='2'][data-head='7'][aria-pressed=true]")).to_be_visible()
    expect(lab.page.locator("#look-text textarea")).to_have_value(written)
    lab.tab("Flip")
    expect(lab.page.locator("#flip-echo mark")).to_have_count(1)
    has(lab, "tab=flip")
    lab.page.get_by_role("button", name="Start over").click()
    lab.page.get_by_role("button", name="This tab").click()
    has(lab, "tab=flip", "layer=2", no=("text=",))
    expect(lab.page.locator("#flip-text textarea")).not_to_have_value(re.compile("joyless|^$"))
    lab.page.go_back()
    expect(lab.page.locator("#flip-text textarea")).to_have_value(re.compile("joyless"))
    lab.page.get_by_role("button", name="Start over").click()
    lab.page.get_by_role("button", name="Everything").click()
    has(lab, "tab=flip", no=("text=", "layer="))


def test_back_forward_and_three_quick_moves_stay_inside_the_page_and_copy_link_says_where(lab):
    flipped(lab)
    lab.page.evaluate("window.same = true")
    lab.tab("Look inside")
    has(lab, "tab=look_inside")
    lab.page.go_back()
    expect(lab.page.get_by_role("tab", name="Flip", selected=True)).to_be_visible()
    has(lab, "tab=flip", "trigger=")
    lab.page.go_forward()
    expect(lab.page.get_by_role("tab", name="Look inside", selected=True)).to_be_visible()
    lab.page.evaluate("for (const tab of ['poison', 'gallery', 'learn']) window.ssti.go(`?tab=${tab}`)")
    expect(lab.page.get_by_role("tab", name="Learn", selected=True)).to_be_visible()
    has(lab, "tab=learn")
    lab.page.get_by_role("button", name="Copy link").click()
    expect(lab.page.get_by_role("button", name="Copied")).to_be_visible()
    assert lab.page.evaluate("navigator.clipboard.readText()") == lab.page.url
    assert lab.page.evaluate("window.same")


def test_a_recipe_travels(lab, open_page, server):
    lab.open(tab="poison")
    lab.page.locator("#tab-poison label", has_text="Country").first.click()
    has(lab, "recipe=demo;injection.source=")
    other = Lab(open_page(), server.url)
    other.page.goto(lab.page.url)
    expect(other.page.locator("#tab-poison label.selected", has_text="Country").first).to_be_visible()


def test_a_wrong_link_says_what_was_dropped_and_keeps_the_rest(lab):
    lab.page.goto(
        f"{lab.url}?tab=nix&run=Not+A+Run&adapter=shipped/none&layer=x#trigger=1-q&text=hello&recipe=demo;no.x=1"
    )
    notice = lab.page.locator("#page-notice")
    for words in ("'nix'", "'Not A Run'", "shipped/none", "'1-q'", "layer='x'"):
        expect(notice).to_contain_text(words)
    expect(lab.page.locator("#flip-text textarea")).to_have_value("hello")
    has(lab, "tab=flip", "adapter=shipped/", "text=hello", no=("nix",))


def test_a_long_text_goes_in_compressed_and_one_that_does_not_fit_is_said(lab):
    long = " ".join(TEXT.split()[k % 9] for k in range(2_000))
    flipped(lab, long)
    has(lab, "text=~")
    assert len(lab.page.url) < 6_100
    lab.page.reload()
    expect(lab.page.locator("#flip-text textarea")).to_have_value(re.compile("^a dreary"))
    noise = "".join(random.Random(0).choices(string.ascii_letters, k=20_000))
    lab.page.locator("#flip-text textarea").fill(noise)
    has(lab, "tab=flip", no=("text=",))
    lab.page.get_by_role("button", name="Copy link").click()
    expect(lab.page.get_by_role("button", name="without text")).to_be_visible()


def test_what_a_link_brings_stays_text(lab):
    lab.page.goto(
        f"{lab.url}?tab=%3Cimg+src%3Dx+onerror%3D%22window.ran%3D1%22%3E&adapter=%3Cscript%3E#text=%3Cb%3E%24%7B1%7D"
    )
    expect(lab.page.locator("#page-notice")).to_contain_text("<img")
    assert lab.no_script_ran()
