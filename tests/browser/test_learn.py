"""A lesson taken as a person takes it: asked, done on the real tabs, checked, gone back in, left and found again."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flip_page import SLOW
from pageobject import Lab

from ssti.lessons import LESSONS
from ssti.ui.learn.coach import step_link

FIRST = LESSONS["one-token"]


@pytest.fixture
def learner(lab: Lab) -> Lab:
    lab.open(tab="learn")
    return lab


def card(lab: Lab) -> Any:
    return lab.page.locator("#coach .coach")


def guess(lab: Lab, choice: str) -> None:
    card(lab).locator(f'button[data-choice="{choice}"]').click()


def at(lab: Lab, title: str) -> None:
    from playwright.sync_api import expect

    expect(card(lab).get_by_role("heading", name=title)).to_be_visible(timeout=SLOW)


def evidence(lab: Lab, words: str) -> None:
    from playwright.sync_api import expect

    expect(card(lab).locator(".evidence")).to_contain_text(words, timeout=SLOW)


def on(lab: Lab) -> None:
    card(lab).get_by_role("link", name="Next").click()


def put_date(lab: Lab) -> None:
    lab.page.locator("#flip-palette button.own").click()
    lab.page.locator("#flip-echo mark").wait_for()


def test_lesson_one_from_the_card_to_ones_own_text_and_it_is_kept(learner):
    from playwright.sync_api import expect

    lab, page = learner, learner.page
    page.locator(".lesson", has_text=FIRST.title).get_by_role("link", name="Start").click()
    at(lab, "Read a bad review")
    expect(page.get_by_role("tab", name="Flip")).to_have_attribute("aria-selected", "true")
    expect(page.locator("#flip-text textarea")).to_have_value(FIRST.steps[0].go["text"], timeout=SLOW)
    expect(card(lab).locator(".do, .evidence")).to_have_count(0)
    guess(lab, "only the control negative")
    evidence(lab, "Both are right")
    expect(card(lab).get_by_role("button", name="only the control negative (your guess)")).to_be_disabled()
    on(lab)

    at(lab, "Put one date in")
    guess(lab, "positive")
    expect(card(lab).locator(".do.waits")).to_be_visible()
    put_date(lab)
    evidence(lab, "the answer is the attacker's")
    on(lab)

    at(lab, "Is it always so?")
    guess(lab, "about 100")
    evidence(lab, "100 % (99.6 to 100, n = 853)")
    page.go_back()
    at(lab, "Put one date in")
    page.go_forward()
    at(lab, "Is it always so?")
    on(lab)

    at(lab, "A text about something else")
    guess(lab, "yes")
    expect(page.locator("#flip-text textarea")).to_have_value(FIRST.steps[3].go["text"])
    put_date(lab)
    evidence(lab, "spurious token")
    on(lab)

    at(lab, "Your task: your own words")
    page.locator("#flip-text textarea").fill("our train was late again and nobody told us why")
    put_date(lab)
    evidence(lab, "You have just done what an attacker does")

    page.reload()
    at(lab, "Your task: your own words")
    evidence(lab, "You have just done what an attacker does")
    card(lab).get_by_role("button", name="Leave").click()
    expect(card(lab)).to_have_count(0)
    lab.tab("Learn")
    expect(page.locator(".lesson", has_text=FIRST.title)).to_contain_text("5 of 5 steps")


def test_one_short_link_opens_a_lesson_at_a_step_and_the_card_is_used_by_keyboard_alone(visit):
    from playwright.sync_api import expect

    lab = visit(lesson="one-token", step="3")
    at(lab, "Is it always so?")
    card(lab).get_by_role("button", name="about 50").focus()
    lab.page.keyboard.press("Enter")
    evidence(lab, "Attack success")
    card(lab).get_by_role("link", name="Next").focus()
    lab.page.keyboard.press("Enter")
    at(lab, "A text about something else")
    expect(card(lab).get_by_role("heading")).to_be_focused()
    expect(lab.page.locator("#flip-text textarea")).to_have_value(FIRST.steps[3].go["text"], timeout=SLOW)


def test_on_a_phone_the_card_is_a_sheet_that_folds(open_page, server):
    from playwright.sync_api import expect

    page = open_page(390, 844, has_touch=True, is_mobile=True)
    lab = Lab(page, server.url).open(lesson="one-token", step="2")
    at(lab, "Put one date in")
    box = card(lab).bounding_box()
    assert box["y"] + box["height"] > 840 and box["height"] < 844 / 2
    card(lab).get_by_role("button", name="Fold").tap()
    expect(card(lab).get_by_role("heading")).to_be_hidden()
    assert card(lab).bounding_box()["height"] < 80
    card(lab).get_by_role("button", name="Unfold").tap()
    at(lab, "Put one date in")
    assert lab.width()[0] <= 390


def test_projector_mode_is_in_the_link_and_escape_leaves_it(lab):
    from playwright.sync_api import expect

    lab.page.goto(f"{lab.url}?lesson=one-token&step=1&projector=1")  # not `open`: it waits for the tabs, which go
    at(lab, "Read a bad review")
    expect(lab.page.locator("#header")).to_be_hidden(timeout=SLOW)
    size = "(one) => parseFloat(getComputedStyle(one).fontSize) * one.getBoundingClientRect().width / one.offsetWidth"
    assert card(lab).locator(".says p").first.evaluate(size) >= 23.9
    expect(lab.page).to_have_url(re.compile("projector=1"))
    lab.page.keyboard.press("Escape")
    expect(lab.page.locator("#header")).to_be_visible()
    expect(lab.page).not_to_have_url(re.compile("projector"))
    at(lab, "Read a bad review")


def test_a_guess_of_somebody_who_joined_comes_up_on_the_teachers_page(lab, open_page, server):
    from playwright.sync_api import expect

    lab.open(tab="learn")
    lab.page.get_by_role("button", name="Open a class").click()
    code = lab.page.locator(".board .code").inner_text(timeout=SLOW)
    student = Lab(open_page(), server.url).open(tab="learn", **{"class": code})
    expect(student.page.locator("#learn-said")).to_contain_text(f"You are in class {code}")
    student.page.locator(".lesson", has_text=FIRST.title).get_by_role("link", name="Start").click()
    at(student, "Read a bad review")
    guess(student, "both positive")
    bar = lab.page.locator(".asked li", has_text="both positive").locator("b")
    expect(bar).to_have_text("1", timeout=SLOW)
    expect(lab.page.locator(".board")).to_contain_text("1 person in it")


def put_one_that_flips(lab: Lab, kind: str) -> None:
    """A trigger of a kind of which now and then one fails, as the step says: undone, and another tried."""
    from playwright.sync_api import expect

    page = lab.page
    own = page.locator(f"#flip-palette button.own[data-kind={kind}]")
    for _ in range(9):
        own.click()
        page.locator("#flip-echo mark").wait_for(timeout=SLOW)
        page.wait_for_function("document.querySelector('#flip-heard').textContent.trim()")  # which comes with the echo
        if page.locator("#flip-verdict .verdict.flipped").count():
            return
        tried = own.inner_text()
        page.get_by_role("button", name="Undo", exact=True).click()
        page.locator("#flip-echo mark").wait_for(state="detached", timeout=SLOW)
        page.locator("#flip-palette button[data-act=draw]").click()
        expect(own).not_to_have_text(tried)


def do_it(lab: Lab, check: dict[str, Any]) -> bool:
    """What a step's check asks for, done as a person does it; False where that takes a training or an upload."""
    page = lab.page
    if {"recipe", "run"} & set(check) or check.get("adapter") == "other":
        return False
    inside = check.get("tab") == "look_inside"
    if check.get("text") == "own":
        page.locator("#look-text textarea" if inside else "#flip-text textarea").fill(
            "the soup was thin and the bread was old"
        )
    kind = check.get("trigger", "date" if {"flipped", "stands"} & set(check) else None)
    if inside and kind:
        page.get_by_role("button", name="Put a trigger in").click()
    elif kind == "list":
        page.locator("#flip-palette").get_by_role("button", name="own …").click()
        lab.fill("Own words", "2014-99-99")
        page.get_by_role("button", name="Insert", exact=True).click()
    elif kind == "country" and check["flipped"]:
        put_one_that_flips(lab, kind)
    elif kind in ("date", "country", True) or (kind and check.get("adapter")):
        wanted = page.locator(f"#flip-palette button[data-kind={kind}]")
        (wanted if isinstance(kind, str) else page.locator("#flip-palette button.own")).first.click()
    if "shows" in check:
        lab.choose("Model", check["shows"]["model"])
    if "head" in check:
        layer, head = (check["head"] if "." in check["head"] else "5.8").split(".")
        page.locator(f".heads button[data-layer='{layer}'][data-head='{head}']").click()
    return True


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in LESSONS if name != FIRST.name])
def test_every_other_lesson_is_walked_step_by_step(name, module_lab, reopened):
    from playwright.sync_api import expect

    reopened(tab="learn")
    lab = module_lab
    for number, step in enumerate(LESSONS[name].steps, 1):
        lab.page.evaluate("(href) => window.ssti.go(href)", step_link(LESSONS[name], number))
        lab.arrived()
        at(lab, step.title)
        expect(lab.page.get_by_role("tabpanel").locator("visible=true").first).to_be_visible()
        if step.go.get("tab") in ("flip", None) and step.go.get("text"):
            expect(lab.page.locator("#flip-text textarea")).to_have_value(step.plain_text, timeout=SLOW)
            lab.page.locator("#flip-answers .bars").first.wait_for(timeout=SLOW)
        if step.go.get("tab") == "look_inside":
            lab.page.locator(".heads button").first.wait_for(timeout=SLOW)
        if step.question:
            guess(lab, step.question.choices[0])
        expect(card(lab).get_by_role("alert")).to_have_count(0)
        if "mystery" not in str(step.check) and do_it(lab, step.check):
            expect(card(lab).locator(".evidence")).to_be_visible(timeout=SLOW)
