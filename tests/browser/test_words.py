"""A term explains itself: by mouse, by touch and by keyboard, inside of the window, and to a screen reader."""

from __future__ import annotations

from typing import Any

from pageobject import Lab

ADAPTER = "#flip-adapter [data-term=adapter]"


def box(page: Any) -> Any:
    return page.locator("#word:popover-open")


def test_on_a_phone_a_tap_explains_and_the_next_closes(open_page, server):
    from playwright.sync_api import expect

    page = open_page(390, 844, has_touch=True, is_mobile=True)
    Lab(page, server.url).open(tab="flip")
    page.locator(ADAPTER).tap()
    expect(box(page)).to_contain_text("The small set of weights that LoRA training leaves.")
    place = box(page).bounding_box()
    assert place["x"] >= 0
    assert place["x"] + place["width"] <= 390
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")
    page.locator(ADAPTER).tap()
    expect(box(page)).to_have_count(0)


def test_the_keyboard_opens_it_escape_closes_it_and_a_screen_reader_hears_it(module_lab: Lab, reopened):
    from playwright.sync_api import expect

    reopened(tab="flip")
    page = module_lab.page
    page.locator(ADAPTER).wait_for()
    page.locator("#flip-text textarea").focus()
    page.keyboard.press("Shift+Tab")  # the button beside the list of adapters
    page.locator("#flip-adapter input").focus()
    page.keyboard.press("Shift+Tab")
    expect(page.locator(ADAPTER)).to_be_focused()
    expect(box(page)).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="adapter: The small set of weights")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(box(page)).to_have_count(0)
    page.keyboard.press("Enter")
    expect(box(page)).to_be_visible()
    page.keyboard.press("Tab")
    expect(box(page)).to_have_count(0)


def test_the_mouse_opens_it_and_may_move_into_it(module_lab: Lab, reopened):
    from playwright.sync_api import expect

    reopened(tab="flip")
    page = module_lab.page
    page.locator(ADAPTER).hover()
    expect(box(page)).to_be_visible()
    box(page).hover()
    expect(box(page)).to_be_visible()
    page.mouse.move(5, 5)
    expect(box(page)).to_have_count(0)


def test_a_field_keeps_its_name_though_its_label_explains_a_term(module_lab: Lab, reopened):
    from playwright.sync_api import expect

    reopened(tab="flip")
    expect(module_lab.page.locator("#flip-adapter input")).to_have_accessible_name("Adapter")


def test_a_heading_explains_its_first_term_and_keeps_its_name(module_lab: Lab, reopened):
    from playwright.sync_api import expect

    reopened(tab="flip")
    page = module_lab.page
    heading = page.get_by_role("heading", name="Control · the same training without triggers")
    heading.wait_for(timeout=60_000)
    heading.locator("[data-term=control]").click()
    expect(box(page)).to_contain_text("The same training with the same rows and the same seed")
    page.keyboard.press("Escape")
    expect(box(page)).to_have_count(0)
