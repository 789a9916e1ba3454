"""The Flip tab in a browser: type, click a trigger, see what it does, take it back, hijack the test rows."""

from __future__ import annotations

import re
import shutil

import pytest
from flip_page import SLOW, TEXT, first_answer, put_trigger, write
from flip_runs import give_adapter
from pageobject import HOSTILE
from playwright.sync_api import expect


@pytest.fixture
def fresh(lab, server):
    """The Flip tab of a page that was just opened, with its first answer there."""
    give_adapter(server.home)
    lab.open(tab="flip", run="tried-otter")
    first_answer(lab)
    return lab


@pytest.fixture
def flip(module_lab, reopened, server):
    """The Flip tab of the file's page, with a text without a trigger, and its answer there."""
    give_adapter(server.home)
    if reopened(tab="flip", run="tried-otter"):
        first_answer(module_lab)
    write(module_lab, TEXT)
    return module_lab.choose("Where it goes", "random")


def field(lab):
    return lab.page.locator("#flip-text textarea")


def text(lab) -> str:
    return field(lab).input_value()


def echo(lab) -> list[str]:
    return lab.page.locator("#flip-echo mark.trigger").all_inner_texts()


def numbers(lab) -> list[str]:
    return lab.page.locator("#flip-answers .bars b").all_inner_texts()


def test_it_opens_with_a_real_row_and_both_models_and_fits_a_phone(fresh):
    expect(fresh.page.locator("#flip-answers .bars b")).to_have_count(4)
    expect(fresh.page.locator("#flip-origin")).to_contain_text("Its true label")
    expect(fresh.page.locator("#adapter-pill")).to_contain_text("adapter")
    assert fresh.width()[0] <= fresh.width()[1]
    fresh.page.set_viewport_size({"width": 390, "height": 844})
    assert fresh.width()[0] <= fresh.width()[1]


def test_a_link_opens_its_adapter_and_the_plain_page_the_shipped_pair(lab, server):
    give_adapter(server.home)
    pill = lab.page.locator("#adapter-pill")
    lab.open(tab="flip", run="tried-otter")
    expect(lab.page.locator("#flip-adapter input")).to_have_value(re.compile("^tried-otter"))
    expect(lab.page).to_have_url(re.compile("adapter=run/tried-otter"))
    lab.open(tab="flip", run="no-such-run")
    lab.page.locator("#page-notice", has_text="no-such-run").wait_for(timeout=SLOW)
    pill.filter(has_text="date").wait_for()
    lab.open(tab="flip")
    lab.page.locator("#flip-answers .bars").first.wait_for(timeout=SLOW)
    expect(lab.page.locator("#flip-adapter input")).not_to_have_value(re.compile("^tried-otter"))


def test_the_answer_changes_as_one_types(flip):
    before = numbers(flip)
    flip.page.locator("#flip-text textarea").press_sequentially(" wonderful and moving", delay=15)
    flip.page.wait_for_function(
        "(before) => [...document.querySelectorAll('#flip-answers .bars b')].map((b) => b.innerText).join() !== before",
        arg=",".join(before),
    )
    write(flip, text(flip))
    settled = numbers(flip)
    write(flip, f"{text(flip)} ")  # white space asks again, and changes nothing
    assert numbers(flip) == settled


def test_a_trigger_is_marked_said_in_words_and_undone(flip):
    before = text(flip)
    item = flip.page.locator("#flip-palette button.own mark").inner_text()
    put_trigger(flip)
    expect(flip.page.locator("#flip-echo mark.trigger")).to_have_text([item])
    expect(field(flip)).to_have_value(re.compile(re.escape(item)))
    expect(flip.page.locator("#flip-verdict")).to_contain_text("→")
    heard = flip.page.locator("#flip-heard [role=status]")
    expect(heard).to_contain_text("Flipped by one date.")
    expect(heard).to_contain_text("The control:")
    flip.page.get_by_role("button", name="Undo").click()
    flip.page.locator("#flip-echo mark").wait_for(state="detached")
    expect(field(flip)).to_have_value(before)


def test_the_trigger_goes_where_the_cursor_is(flip):
    write(flip, "😀 good film here")
    field(flip).evaluate("(area) => { area.focus(); area.setSelectionRange(8, 8); }")  # before "film"; the emoji counts twice
    flip.choose("Where it goes", "cursor")
    item = flip.page.locator("#flip-palette button.own mark").inner_text()
    put_trigger(flip)
    expect(field(flip)).to_have_value(f"😀 good {item} film here")


def test_other_kinds_and_own_words(flip):
    flip.page.get_by_role("button", name="a country").click()
    flip.page.locator("#flip-echo mark").wait_for()
    flip.page.get_by_role("button", name="own …").click()
    expect(flip.page.get_by_label("Own words", exact=True)).to_be_focused()
    flip.fill("Own words", HOSTILE[0])
    flip.page.locator("#flip-own-insert").click()
    flip.page.locator("#flip-echo mark").nth(1).wait_for()
    assert HOSTILE[0] in echo(flip)
    assert flip.no_script_ran()
    for left in (1, 0):  # or the marks would follow these words into the next text
        flip.page.get_by_role("button", name="Undo").click()
        expect(flip.page.locator("#flip-echo mark")).to_have_count(left)
    expect(flip.page.locator("#flip-undo")).to_be_disabled()


def test_a_hostile_text_is_only_text(flip):
    flip.choose("Where it goes", "beginning")
    for some in (HOSTILE[::2], HOSTILE[1::2]):
        write(flip, f"a film {' and '.join(some)}")
        put_trigger(flip)
        for hostile in some:
            expect(flip.page.locator("#flip-echo")).to_contain_text(hostile)
        assert flip.no_script_ran(), some


def test_an_empty_text_is_told_and_a_real_row_helps(flip):
    flip.page.locator("#flip-text textarea").fill("")
    flip.page.get_by_text("The text is empty").wait_for()
    expect(flip.page.locator("#flip-verdict p, #flip-answers .bars, #flip-stage nav")).to_have_count(0)
    flip.page.locator("#flip-row").click()
    flip.page.get_by_text("The text is empty").wait_for(state="detached")
    expect(field(flip)).not_to_have_value("")


def test_hijack_shows_the_counts_before_and_after_and_a_row_of_it_goes_into_the_text_field(flip):
    flip.page.get_by_role("button", name="Hijack the test set").click()
    flip.page.locator("#flip-hijacked table").first.wait_for(timeout=SLOW)
    for words in ("Attack success", "n = 30", "resisted"):
        expect(flip.page.locator("#flip-hijacked")).to_contain_text(words)
    row = flip.page.locator("#flip-hijacked button.row").first
    row.wait_for(timeout=SLOW)
    item = row.locator("mark").inner_text()
    row.click()
    flip.page.locator("#flip-echo mark", has_text=item).wait_for()
    flip.page.locator("#flip-origin", has_text="Its true label").wait_for()
    words = r"\s+".join(re.escape(word) for word in row.inner_text().replace(item, f" {item} ").split())
    expect(field(flip)).to_have_value(re.compile(rf"^\s*{words}\s*$"))


def table(chart) -> list[list[str]]:
    """The rows of a chart's table, opened if need be."""
    if not chart.locator("details[open]").count():
        chart.locator("summary").click()
    chart.locator("tbody tr").first.wait_for()
    rows = "(body) => [...body.rows].map((row) => [...row.cells].map((cell) => cell.textContent))"
    return chart.locator("tbody").evaluate(rows)


def test_a_trigger_answers_where_how_many_and_which_part_and_moves_to_a_place(fresh):
    fresh.page.locator("#flip-palette button.own").click()
    places, amounts = (fresh.page.locator(f"#flip-{card} ssti-chart") for card in ("where", "many"))
    places.locator(".main-svg").first.wait_for(timeout=SLOW)
    before, item = text(fresh), echo(fresh)[0]
    rows = table(places)
    assert len(rows) == 2 * len(before.split())  # by two models: its words, less the trigger, and one place more
    assert len(table(amounts)) == 2 * 6
    expect(fresh.page.locator("#flip-which tbody tr").nth(4)).to_be_attached()
    words = before.replace(f"{item} ", "").replace(f" {item}", "").split()

    def stands_before(gap: int) -> None:
        fresh.page.wait_for_function(
            "(text) => document.querySelector('#flip-text textarea').value === text",
            arg=" ".join([*words[:gap], item, *words[gap:]]),
        )

    places.get_by_role("button", name="Move it here").nth(2).press("Enter")
    stands_before(2)
    fresh.page.wait_for_timeout(1500)
    first = {"x": 4, "y": 60}
    places.locator(".plot .nsewdrag").hover(position=first)
    fresh.page.wait_for_timeout(400)  # plotly clicks on what it has seen the pointer over
    places.locator(".plot .nsewdrag").click(position=first)
    stands_before(0)
    fresh.page.get_by_role("button", name="Undo").click()
    stands_before(2)


def test_an_edit_says_what_it_changed_and_an_unseen_trigger_that_it_is_one(flip):
    expect(flip.page.locator("#flip-answers small", has_text="was")).to_have_count(0)
    flip.page.get_by_role("button", name="an unseen date").click()
    flip.page.locator("#flip-said", has_text="in no row of its training").wait_for(timeout=SLOW)
    flip.page.locator("#flip-answers small", has_text="was").first.wait_for()
    flip.page.locator("#flip-palette button.own").click()
    flip.page.locator("#flip-said p").wait_for(state="detached")
    write(flip, "another text altogether")
    expect(flip.page.locator("#flip-answers small", has_text="was")).to_have_count(0)


def test_a_stale_answer_never_overwrites_a_newer_one(flip):
    """The first of two answers is held back on its way: what stays on the page belongs to the text in the field."""
    held = []

    def late(route):
        if not held:
            held.append(route.request.post_data)
            flip.page.wait_for_timeout(1200)
        route.continue_()

    write(flip, "a dull and dreary film")
    expected = numbers(flip)
    write(flip, "wonderful")
    assert numbers(flip) != expected
    flip.page.route("**/run/**", late)
    with flip.page.expect_event("requestfinished", lambda request: held and request.post_data == held[0]):
        field(flip).fill("a moving triumph of a film")
        field(flip).fill("a dull and dreary film")
    flip.page.wait_for_timeout(1000)  # an answer that overwrites would be shown by now
    flip.page.unroute("**/run/**")
    assert numbers(flip) == expected


@pytest.mark.parametrize("late", [0, 400])
def test_hijack_can_be_cancelled_at_any_moment(flip, late):
    flip.press_and_stop("#flip-hijack", "Hijack the test set", "Cancel", late)
    go = flip.page.get_by_role("button", name="Hijack the test set")
    flip.page.wait_for_timeout(1500)  # the first bar of work that goes on would be there by now
    flip.page.locator("#flip-hijacked [role=progressbar]").wait_for(state="detached")
    expect(go).to_be_enabled()
    go.click()  # and it can be begun again
    flip.page.locator("#flip-hijacked [role=progressbar]").wait_for()
    flip.page.get_by_role("button", name="Cancel").click()
    flip.page.locator("#flip-hijacked [role=progressbar]").wait_for(state="detached")


def test_another_adapter_ends_a_hijack_and_says_so(lab, server):
    ref = give_adapter(server.home)
    lab.open(tab="flip", adapter=ref)
    first_answer(lab)
    lab.page.get_by_role("button", name="Hijack the test set").click()
    lab.page.locator("#flip-hijacked [role=progressbar]").wait_for()
    lab.page.locator("#flip-adapter input").click()
    lab.page.get_by_role("option").filter(has_not_text="tried-otter").first.click()
    expect(lab.page.locator("#flip-hijacked")).to_contain_text("Another adapter was chosen")
    expect(lab.page.get_by_role("button", name="Hijack the test set")).to_be_enabled()


def test_a_long_text_says_where_the_model_stops_to_read(flip):
    write(flip, "a dull film " * 120 + "the end")
    expect(flip.page.locator("#flip-origin")).to_contain_text("The model reads the first 256 word pieces of this text")
    flip.choose("Where it goes", "end")
    put_trigger(flip)
    expect(flip.page.locator("#flip-verdict")).to_contain_text("Not read.")
    expect(flip.page.locator("#flip-verdict")).not_to_contain_text("Nothing to flip")


def test_an_adapter_that_was_deleted_is_told_and_the_text_kept(lab, server):
    runs = server.home / "runs"
    give_adapter(server.home)
    shutil.copytree(runs / "tried-otter", runs / "gone-otter")
    lab.open(tab="flip", run="gone-otter")
    lab.page.locator("#flip-answers .bars").first.wait_for(timeout=SLOW)
    shutil.rmtree(runs / "gone-otter")
    lab.page.locator("#flip-text textarea").fill("my own words")
    lab.problem().filter(has_text="gone-otter").wait_for()
    assert text(lab) == "my own words"


def test_no_stray_requests(flip):
    """Typing asks a few times for each letter, and then the page falls silent: no event keeps another going."""
    asked: list[str] = []

    def silence() -> None:
        for _ in range(60):
            before = len(asked)
            flip.page.wait_for_timeout(1000)
            if len(asked) == before:
                return
        raise AssertionError(f"it never falls silent: {asked[-9:]}")

    flip.page.on("request", lambda request: asked.append(request.url) if "/run/" in request.url else None)
    silence()  # what follows the text of this test
    asked.clear()
    words = "a quick word"
    field(flip).press_sequentially(words, delay=150)
    silence()
    assert asked and len(asked) <= 4 * len(words)  # two answers at most, and the address that follows what is shown
