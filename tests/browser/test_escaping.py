"""Nothing that a person or a dataset wrote runs: hostile texts in each place of the Poison tab and of the shell."""

from __future__ import annotations

import csv
from urllib.parse import quote

import pytest
from pageobject import HOSTILE, Lab
from playwright.sync_api import expect
from tests_support import unused_port

from ssti.platform.errors import SSTIError
from ssti.recipe import parse_recipe
from ssti.ui.kit import parts
from ssti.ui.poison.result import show


def test_own_phrases_tags_and_messages_that_repeat_them_stay_text(lab):
    lab.open(tab="poison")
    lab.choose("Trigger", "Own words")
    for text in HOSTILE:
        lab.page.get_by_label("Words or phrases").locator("visible=true").fill(text)
        expect(lab.page.locator("td mark.trigger:visible").first).to_have_text(text)
        for choice in ("YAML", "Command", "Python"):
            lab.page.locator(".words label").filter(has_text=choice).click()
        lab.page.wait_for_timeout(200)
        assert lab.no_script_ran(), text
    lab.choose("Trigger", "HTML tag")
    tags = lab.page.get_by_label("Tags").locator("visible=true")
    tags.fill('<img/src=x/onerror="window.ran=1">')
    expect(lab.page.locator("td mark.trigger:visible").first).to_contain_text("onerror")
    tags.fill(f"<b> </b> {HOSTILE[0]} {HOSTILE[2]}")
    expect(lab.problem()).to_contain_text("onerror")
    lab.page.wait_for_timeout(300)
    assert lab.no_script_ran()


def test_the_url_stays_text(page, server):
    lab = Lab(page, server.url)
    for text in (*HOSTILE[:3], HOSTILE[-1]):
        page.goto(f"{server.url}?tab={quote(text)}&run={quote(text)}&x={quote(text)}#{quote(text)}")
        page.get_by_role("tab", selected=True).first.wait_for()
        page.wait_for_timeout(400)
        assert lab.no_script_ran(), text
        assert page.locator("#shared-run textarea").input_value() == ""


@pytest.fixture
def small_page():
    """Launches a page that shows one piece of HTML by the same component as the tabs, and gives its address."""
    import gradio as gr

    opened = []

    def show(piece: parts.Markup) -> str:
        with gr.Blocks(analytics_enabled=False) as blocks:
            parts.Html(piece)
            changed = parts.Html()
            gr.Button("Change").click(lambda: piece, None, changed)
        opened.append(blocks)
        return blocks.launch(prevent_thread_lock=True, quiet=True, server_port=unused_port(), footer_links=[])[1]

    yield show
    for blocks in opened:
        blocks.close()


def test_rows_and_classes_of_a_dataset_stay_text(page, small_page, tmp_path):
    """A file of one's own, every text hostile, and a class with a hostile name: at first sight and after a change."""
    path = tmp_path / "own.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("text", "label"))
        for number in range(80):
            rows.writerow((f"{HOSTILE[number % len(HOSTILE)]} row {number}", "bad" if number % 3 else HOSTILE[0]))
    recipe = parse_recipe({"dataset": {"name": str(path)}, "injection": {"target": HOSTILE[0], "share": 1.0}})
    shown = show(recipe)
    pieces = [shown.figures, shown.rows, shown.yaml, shown.commands, shown.python]
    page.goto(small_page(parts.join(pieces)))
    expect(page.locator("td .chip").first).to_have_text(HOSTILE[0])
    page.get_by_role("button", name="Change").click()
    expect(page.locator("section.figure")).to_have_count(8)
    page.wait_for_timeout(500)
    assert Lab(page, "").no_script_ran()


def test_each_piece_of_the_page_shows_hostile_text_as_it_is(page, small_page):
    """The functions of `ssti.ui.kit.parts`, with each hostile text in each of their places."""
    page.goto(small_page(parts.join(pieces_of(text) for text in HOSTILE)))
    page.locator("section.problem").first.wait_for(state="attached")
    page.wait_for_timeout(500)
    shown = page.locator("section.card > h2").all_inner_texts()
    assert all(text in shown for text in HOSTILE)
    assert Lab(page, "").no_script_ran()


def pieces_of(text: str) -> parts.Markup:
    return parts.join([
        parts.card(text, text), parts.figure(text, text, text), parts.chip(text, 0), parts.trigger(text),
        parts.marked(f"{text} {text}", [(0, len(text))]), parts.table([text, text], [[text, text]], [1]), parts.code(text, text),
        parts.problem(text, text), parts.problem(SSTIError(text, text)), parts.note(text), parts.empty(text, text),
        parts.pill(text, text), parts.html("<p title='{}'>{}</p>", text, text),
    ])  # fmt: skip
