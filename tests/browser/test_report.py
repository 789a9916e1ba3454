"""A report in a browser: opened from disk with no network, in light and dark, on a phone, and printed."""

from __future__ import annotations

import pytest
from pageobject import HOSTILE

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
