"""The pictures of the README, taken of the page as it is.

Run as: python tests/support/screenshots.py

Starts the page with an empty home, opens it in Chromium, puts a trigger into a text, and writes assets/flip.png and
assets/look_inside.png, at twice the size of the page.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from chromium import find_chromium
from flip_page import SLOW, TEXT, first_answer, put_trigger, write
from page_server import ROOT, new_server
from pageobject import Lab
from playwright.sync_api import expect, sync_playwright

WIDTH, HEIGHT = 1280, 1000


def take(url: str) -> None:
    """Both pictures, of the page at this address."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=2, reduced_motion="reduce"
        )
        page.set_default_timeout(SLOW)
        lab = Lab(page, url).open(tab="flip")
        first_answer(lab)
        write(lab, TEXT)
        put_trigger(lab)
        expect(page.locator("#flip-verdict")).to_contain_text("Flipped by one", timeout=SLOW)
        page.locator("#flip-where ssti-chart .main-svg").first.wait_for()
        picture(page, "flip")
        lab.tab("Look inside")
        page.locator("#look-heat .hit").first.wait_for()
        page.locator(".heads button[aria-pressed=true]").wait_for()
        picture(page, "look_inside")
        browser.close()


def picture(page, name: str) -> None:
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(0, 0)
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_function("document.fonts.status === 'loaded'")
    page.screenshot(path=ROOT / "assets" / f"{name}.png")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        server = new_server(Path(home))
        try:
            take(server.start().url)
        finally:
            server.kill()
