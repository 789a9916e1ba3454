"""Charts in a real browser: drawn from this server, updated in place, in the page's colours, with table and downloads."""

from __future__ import annotations

import csv

import gradio as gr
import pytest
from pageobject import HOSTILE, Lab
from playwright.sync_api import expect

from ssti.data.export import is_formula, without_formula
from ssti.ui.frame.page import launch_settings
from ssti.ui.kit import parts
from ssti.ui.kit.charts import ON_CHOOSE, Point, Series, bar_chart, chart, line_chart

NAME = " ".join(HOSTILE)
FORMULAS = ["=cmd|' /C calc'!A0", "+1+2", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1+1"]


def curve(steps: int) -> parts.Markup:
    points = [Point(step, 0.1 * step, 0.0, 0.2 * step, 50) for step in range(steps)]
    figure = line_chart([Series(NAME, points, "trigger")], x_title="step", y_title="rate", percent=True, x_range=(0, 9))
    return parts.card("Curve", chart(figure, "Attack success", "curve"))


@pytest.fixture(scope="module")
def address():
    """A page of a curve that grows by a point for each press of "Grow", and bars that say which was pressed."""
    with gr.Blocks(analytics_enabled=False) as blocks:
        count, shown = gr.Number(2, visible="hidden"), parts.Html(curve(2), elem_id="curve")
        gr.Button("Grow").click(lambda count: (curve(int(count) + 1), count + 1), count, [shown, count])
        places = bar_chart([Series("a", [Point(n, 0.2 * n) for n in range(3)])], x_title="place", y_title="rate",
                           ticks={0: "<b>one</b>", 1: "two", 2: "three"}, choose="Put it here")  # fmt: skip
        bars, chosen = (
            parts.Html(chart(places, "Places"), elem_id="bars", js_on_load=ON_CHOOSE),
            gr.Textbox(label="Chosen"),
        )

        named = [Series(name, [Point(0, 0.5)]) for name in (*FORMULAS, "-1", "a = b")]
        parts.Html(chart(bar_chart(named, x_title="=x", y_title="rate"), "Names", "names"), elem_id="names")

        def choose(event: gr.EventData) -> str:
            return str(event.x)

        bars.select(choose, None, chosen)
    yield blocks.launch(prevent_thread_lock=True, quiet=True, **launch_settings())[1]
    blocks.close()


@pytest.fixture
def charts(page, address):
    page.goto(address)
    page.locator("#curve .main-svg").first.wait_for()
    return page


def lines(page) -> str:
    return page.locator("#curve path.js-line").last.get_attribute("d")


def test_a_chart_grows_in_place_and_keeps_its_open_table(charts):
    drawing = charts.locator("#curve .main-svg").first.element_handle()
    before = lines(charts)
    charts.locator("#curve").get_by_text("Show as a table").click()
    rows = charts.locator("#curve tbody tr")
    expect(rows).to_have_count(2)
    charts.get_by_role("button", name="Grow").click()
    expect(rows).to_have_count(3)
    assert rows.last.locator("td").all_inner_texts() == [NAME, "2", "0.2", "0", "0.4", "50"]
    assert lines(charts) != before and drawing.evaluate("element => element.isConnected")
    assert Lab(charts, "").no_script_ran()


def test_its_colours_follow_dark_and_print(charts):
    colour = "() => getComputedStyle(document.querySelector('#curve ssti-chart').shadowRoot.querySelector('path.js-line')).stroke"
    light = charts.evaluate(colour)
    charts.evaluate("document.body.classList.toggle('dark')")
    charts.wait_for_function(f"({colour})() !== '{light}'")
    charts.emulate_media(media="print")
    charts.wait_for_function(f"({colour})() === '{light}'")
    expect(charts.locator("#curve").get_by_role("button", name="Save as PNG")).to_be_hidden()


def test_picture_and_data_are_saved(charts, tmp_path):
    for button, ending, starts in (
        ("as SVG", "svg", b"<svg"),
        ("as PNG", "png", b"\x89PNG"),
        ("as CSV", "csv", b"series,step"),
    ):
        with charts.expect_download() as download:
            charts.locator("#curve").get_by_role("button", name=button).click()
        download.value.save_as(tmp_path / ending)
        assert (tmp_path / ending).read_bytes().startswith(starts)
        assert download.value.suggested_filename == f"curve.{ending}"
    picture = (tmp_path / "svg").read_text(encoding="utf-8")
    assert charts.locator("#curve ssti-chart").get_attribute("label").partition(". ")[0] in picture
    assert "<script" not in picture


def test_a_saved_table_holds_no_formula(charts, tmp_path):
    with charts.expect_download() as download:
        charts.locator("#names").get_by_role("button", name="as CSV").click()
    download.value.save_as(tmp_path / "names.csv")
    with (tmp_path / "names.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert {row[0] for row in rows[1:]} == {*map(without_formula, FORMULAS), "-1", "a = b"}
    assert not any(is_formula(cell) for row in rows for cell in row)


def test_a_zoom_is_reset_by_a_button(charts):
    before, box = lines(charts), charts.locator("#curve .plot").bounding_box()
    charts.mouse.move(box["x"] + 100, box["y"] + 60)
    charts.mouse.down()
    charts.mouse.move(box["x"] + 300, box["y"] + 160, steps=5)
    charts.mouse.up()
    charts.locator("#curve").get_by_role("button", name="Reset zoom").click()
    expect(charts.locator("#curve path.js-line").last).to_have_attribute("d", before)


def test_a_place_is_chosen_by_a_click_and_from_the_table(charts):
    charts.locator("#bars .point path").nth(2).click(force=True)
    expect(charts.get_by_label("Chosen")).to_have_value("2")
    charts.locator("#bars").get_by_text("Show as a table").click()
    charts.locator("#bars tbody tr").nth(1).get_by_role("button", name="Put it here").click()
    expect(charts.get_by_label("Chosen")).to_have_value("1")
