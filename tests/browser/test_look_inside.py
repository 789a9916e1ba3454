"""Look inside in a browser: the Flip tab's text as heatmaps, and every head in reach of mouse and keyboard."""

from __future__ import annotations

import pytest
from flip_runs import give_adapter
from pageobject import HOSTILE, Lab

SLOW = 60_000


@pytest.fixture
def look(lab, server):
    """Look inside, open on a text with a trigger that was put in on the Flip tab."""
    give_adapter(server.home)
    lab.open(tab="flip")
    lab.page.locator("#flip-answers .bars").first.wait_for(timeout=SLOW)
    lab.page.wait_for_timeout(600)
    lab.page.locator("#flip-palette button.own").click()
    lab.page.locator("#flip-echo mark").wait_for()
    lab.tab("Look inside")
    lab.page.locator("#look-heat .heatmap").nth(1).wait_for(timeout=SLOW)
    return lab


def chosen(lab) -> str:
    return lab.page.locator(".heads button[aria-pressed=true]").get_attribute("aria-label")


def wait_for_head(lab, layer: int, head: int) -> None:
    lab.page.locator(f".heads button[aria-pressed=true][data-layer='{layer}'][data-head='{head}']").wait_for()


def test_with_and_without_the_trigger_side_by_side(look):
    hit = "".join(look.page.locator("#look-heat .hit").all_inner_texts())
    assert hit in look.page.locator("#look-text textarea").input_value()
    assert hit not in look.page.locator("#look-heat .heatmap").nth(1).inner_text().replace(" ", "")
    assert chosen(look).startswith("Layer 5, head 0")
    assert "Raw entropy grows" in look.page.locator("#look-entropy").inner_text()
    assert look.page.locator("#look-entropy tbody tr").count() == 4


def test_a_head_is_picked_by_mouse_and_by_keyboard(look):
    look.page.locator(".heads button[data-layer='2'][data-head='7']").click()
    wait_for_head(look, 2, 7)
    look.page.get_by_role("heading", name="Entropy of layer 2, head 7").wait_for()
    look.page.locator(".heads button[data-layer='2'][data-head='7']").focus()
    look.page.keyboard.press("ArrowRight")
    look.page.keyboard.press("ArrowDown")
    look.page.keyboard.press("Enter")
    wait_for_head(look, 3, 8)
    look.page.locator(".trigger-head button").click()
    look.page.locator(".heads button[aria-pressed=true]:not([data-layer='3'])").wait_for()


def test_a_text_typed_here_is_the_flip_tabs_too(look):
    look.page.locator("#look-text textarea").fill(f"a film {HOSTILE[0]} {HOSTILE[2]}")
    look.page.locator("#look-put").wait_for()
    assert look.no_script_ran()
    look.page.locator("#look-put").click()
    look.page.locator("#look-heat .hit").first.wait_for()
    assert look.no_script_ran()
    look.tab("Flip")
    look.page.locator("#flip-echo mark").wait_for()
    assert HOSTILE[0].split()[0] in look.page.locator("#flip-text textarea").input_value()


@pytest.mark.parametrize("width", [390, 1280])
def test_it_opens_by_its_url_and_fits(open_page, server, width):
    give_adapter(server.home)
    lab = Lab(open_page(width=width), server.url).open(tab="look_inside")
    lab.page.locator("#look-heat .heatmap").first.wait_for(timeout=SLOW)
    assert lab.width()[0] <= lab.width()[1]
