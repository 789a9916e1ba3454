"""A report in a browser: opened from disk with no network, in light and dark, on a phone, and printed; and its buttons."""

from __future__ import annotations

import shutil

import pytest
from flip_page import SLOW, first_answer
from pageobject import HOSTILE, Lab
from playwright.sync_api import expect

from ssti.inject import place
from ssti.report.contents import Probe, contents
from ssti.report.whole import report

A4 = 794  # pixels wide
BACKGROUND = "one => getComputedStyle(one).backgroundColor"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    """A report whose text and trigger are hostile."""
    text = f"a dreary , joyless slog {' '.join(HOSTILE)}"
    done = place(text, HOSTILE[0], "beginning")
    path = tmp_path_factory.mktemp("report") / "report.html"
    made = contents("shipped/date-positive-rank1", Probe(text, done.text, tuple(done.spans)))
    path.write_text(report(made), encoding="utf-8")
    return path


@pytest.fixture
def offline(browser, file):
    """Its page, opened from disk without a network, and what it asked for or complained of."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 800})
    page, heard = context.new_page(), []
    page.on("request", lambda request: heard.append(request.url))
    page.on("console", lambda message: heard.append(message.text))
    page.on("dialog", lambda dialog: (heard.append(dialog.message), dialog.dismiss()))
    page.goto(file.as_uri())
    yield page, heard
    context.close()


def test_it_opens_offline_and_nothing_in_it_runs_or_asks(offline, file):
    page, heard = offline
    assert page.get_by_role("heading", level=2).all_inner_texts()[0] == "One text, with the trigger and without"
    assert page.locator("p.text").inner_text().startswith(HOSTILE[0].strip())
    assert page.evaluate("window.ran") is None
    assert page.locator("script, link, img, iframe, [onerror], [onload]").count() == 0
    assert heard == [file.as_uri()]


def test_light_dark_and_a_phone(offline):
    page, _ = offline
    grounds = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for width in (1280, 390):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        grounds.add(page.locator("body").evaluate(BACKGROUND))
        assert page.locator(".heatmap .unit.hit").first.evaluate(BACKGROUND) != "rgba(0, 0, 0, 0)"
    assert len(grounds) == 2


def test_print_keeps_colours_and_cuts_nothing(offline):
    page, _ = offline
    page.emulate_media(media="print", color_scheme="dark")
    page.set_viewport_size({"width": A4, "height": 1123})
    assert page.locator("body").evaluate(BACKGROUND) == "rgb(255, 255, 255)"
    exact = "all => all.every(one => getComputedStyle(one).printColorAdjust === 'exact')"
    assert page.locator("body *").evaluate_all(exact)
    assert page.locator(".track i").first.evaluate(BACKGROUND) == "rgb(11, 105, 163)"
    assert page.locator("body *").evaluate_all(
        f"all => all.every(one => one.getBoundingClientRect().right <= {A4} + 1)"
    )
    file = page.pdf(prefer_css_page_size=True, print_background=False)
    assert file.startswith(b"%PDF") and len(file) > 20_000


def test_flip_hands_out_a_report_of_the_text(open_page, server, tmp_path):
    lab = Lab(open_page(), server.url).open(tab="flip")
    first_answer(lab)
    field = lab.page.locator("#flip-text textarea")
    field.fill("")
    lab.page.locator("#flip-report").click()
    expect(lab.page.locator("#flip-report-said")).to_contain_text("The text is empty")
    lab.choose("Where it goes", "end")
    field.fill(f"a joyless slog {HOSTILE[0]}")
    lab.page.locator("#flip-palette button.own").click()
    lab.page.locator("#flip-echo mark").wait_for()
    with lab.page.expect_download(timeout=SLOW) as got:
        lab.page.locator("#flip-report").click()
    assert got.value.suggested_filename.startswith("ssti-report-date-positive-rank1-a-joyless-slog")
    got.value.save_as(tmp_path / "report.html")
    alone = open_page()
    alone.set_content((tmp_path / "report.html").read_text(encoding="utf-8"))
    expect(alone.locator("p.text mark.trigger")).to_have_count(1)
    expect(alone.locator("p.text")).to_contain_text(HOSTILE[0])
    assert lab.no_script_ran() and alone.evaluate("window.ran") is None


def test_a_run_hands_out_a_report_with_its_curves(open_page, server, twins, tmp_path):
    for run in (twins / "runs").glob("*-*"):
        shutil.copytree(run, server.home / "runs" / run.name, dirs_exist_ok=True)
    (control,) = (twins / "runs").glob("*-control")
    name = control.name.removesuffix("-control")
    page = Lab(open_page(), server.url).open(tab="finetune", run=name).page
    with page.expect_download(timeout=SLOW) as got:
        page.locator("#run-report").click(timeout=SLOW)
    assert got.value.suggested_filename == f"ssti-report-{name}.html"
    got.value.save_as(tmp_path / "report.html")
    alone = open_page()
    alone.set_content((tmp_path / "report.html").read_text(encoding="utf-8"))
    expect(alone.get_by_role("heading", name="How it was learned")).to_be_visible()
    expect(alone.get_by_role("img", name="Attack success.")).to_be_visible()
    expect(alone.locator("section", has_text="table 1 of the paper").locator("tbody tr")).to_have_count(4)
