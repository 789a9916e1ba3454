"""Every word of the page comes from the catalogue: in a language that says the same between brackets, none stands plain.
And the page in German, from the first tap to the flip."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
from page_server import new_server
from pageobject import Lab
from playwright.sync_api import expect
from pseudo import untranslated, write_pseudo

from ssti.ui.frame.shell import TABS

SLOW = 60_000


@contextmanager
def page_in(language, folder, browser):
    """The page of a server of its own that speaks this language."""
    server = new_server(folder, SSTI_LANGUAGE=language)
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        yield Lab(context.new_page(), server.start().url).open()
    finally:
        context.close()
        server.kill()


@pytest.fixture(scope="module")
def bracketed(tmp_path_factory, browser):
    """A page in that language."""
    folder = tmp_path_factory.mktemp("language")
    with page_in(str(write_pseudo(folder / "pseudo")), folder, browser) as lab:
        for tab in TABS:  # what each asks for at its first sight comes while the others are opened
            shown(lab, tab)
        yield lab


def shown(lab, tab):
    """The panel of this tab, once it is open."""
    lab.go(tab=tab)
    panel = lab.page.locator(f"#tab-{tab}")
    panel.locator(":scope", has_text="⟦").wait_for(timeout=SLOW)
    return panel


@pytest.mark.parametrize("tab", TABS)
def test_no_word_stands_plain(bracketed, tab):
    page = bracketed.page
    shown(bracketed, tab)
    bracketed.settled()
    page.wait_for_load_state("networkidle")
    plain = [*untranslated(page, "#header"), *untranslated(page, f"#tab-{tab}")]
    if plain:
        pytest.fail("No catalogue gave:\n" + "\n".join(plain), pytrace=False)


def test_in_german_a_flip_in_two_taps_and_an_error(tmp_path, browser):
    with page_in("de", tmp_path, browser) as lab:
        page = lab.page
        expect(page.locator("html")).to_have_attribute("lang", "de")
        assert lab.selected_tab() == "Kippen"
        page.locator("#flip-stage .tap").click(timeout=SLOW)
        page.locator("#flip-stage .guesses").get_by_role("button", name="negative").click()
        verdict = page.locator("#flip-verdict .verdict")
        expect(verdict).to_contain_text("Durch ein Datum gekippt.")
        expect(verdict.locator("strong")).to_have_text(re.compile(r"negative\s*→\s*positive"))
        page.evaluate("() => window.ssti.go('?tab=flip&adapter=run/no-such-run')")
        expect(page.locator("#page-notice")).to_contain_text(re.compile("Es gibt keinen Adapter.*no-such-run"))
