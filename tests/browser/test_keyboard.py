"""The main path by keyboard alone: a trigger into a text, the verdict said, a head chosen, a run started and stopped.

No mouse, no focus() and no fill(): what is reached is reached by keys, and said where a screen reader hears it.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from flip_page import SLOW, TEXT
from pageobject import Lab
from playwright.sync_api import expect

from ssti.backends.control import going, stop, wait
from ssti.runs.store import Store

LONG = 180_000  # ms; a worker starts in ten seconds on a quiet machine
STOPS = 90  # presses of Tab to whatever one looks for, at most
# What a screen reader says by itself, of a region that was there before: a region that comes with its words stays silent.
HEAR = """() => {
  window.heard = [];
  const REGIONS = '[aria-live=polite], [aria-live=assertive], [role=status], [role=alert]';
  const known = new WeakSet(document.querySelectorAll(REGIONS));
  new MutationObserver((changes) => {
    for (const { target } of changes) {
      const region = (target.closest ? target : target.parentElement)?.closest(REGIONS);
      if (region && (known.has(region) || region.matches('[role=alert]'))) window.heard.push(region.textContent);
    }
    document.querySelectorAll(REGIONS).forEach((region) => known.add(region));
  }).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


@pytest.fixture
def lab(open_page, server, request) -> Lab:
    """The page as a visitor opens it; no training outlives the test."""

    def end_all() -> None:
        for run in going(Store(server.home / "runs")):
            stop(run)
            wait(run, 60)

    request.addfinalizer(end_all)
    lab = Lab(open_page(), server.url)
    lab.page.goto(lab.url)
    return lab


def at(page: Any, selector: str) -> bool:
    return page.evaluate("(selector) => document.activeElement.matches(selector)", selector)


def tab_to(page: Any, selector: str, key: str = "Tab") -> None:
    """Press Tab (or another key) until what has the focus is this."""
    for _ in range(STOPS):
        if at(page, selector):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{STOPS} presses of {key} do not reach {selector}")


def open_tab(page: Any, name: str) -> None:
    """Go back up to the row of tabs, in which each is a stop of the Tab key, and choose this one."""
    tab_to(page, f"#tab-{name}-button", "Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator(f"#tab-{name}-button").first).to_have_attribute("aria-selected", "true")


def heard(page: Any, words: str) -> None:
    """Wait until a live region said so."""
    page.wait_for_function(
        "(words) => window.heard.some((one) => new RegExp(words).test(one))", arg=words, timeout=SLOW
    )


def test_the_main_path_by_keyboard_alone(lab: Lab):
    page = lab.page
    page.locator("#flip-answers .bars").first.wait_for(timeout=SLOW)
    page.evaluate(HEAR)

    tab_to(page, "#flip-text textarea")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(TEXT)
    tab_to(page, "#flip-palette button.own")
    page.keyboard.press("Enter")
    heard(page, "Flipped by one date")
    assert at(page, "#flip-palette button.own")  # one can press it again

    open_tab(page, "look_inside")
    page.locator("#look-heat .hit").first.wait_for(timeout=SLOW)
    tab_to(page, ".heads button")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowRight")
    chosen = page.evaluate("() => [document.activeElement.dataset.layer, document.activeElement.dataset.head]")
    page.keyboard.press("Enter")
    layer, head = chosen
    expect(page.locator(".heads button[aria-pressed=true]")).to_have_attribute("data-layer", layer)
    expect(page.get_by_role("heading", name=f"entropy of layer {layer}, head {head}")).to_be_visible()

    open_tab(page, "finetune")
    expect(page.locator("#start")).to_be_visible()
    tab_to(page, "#start")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("run="))
    expect(page.locator("#run-stop")).to_be_visible(timeout=LONG)
    tab_to(page, "#run-stop")
    page.keyboard.press("Enter")
    heard(page, "stopped")
