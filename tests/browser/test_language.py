"""Every word of the page comes from the catalogue: in a language that says the same between brackets, none stands plain."""

from __future__ import annotations

import pytest
from page_server import new_server
from pageobject import Lab
from pseudo import untranslated, write_pseudo

from ssti.ui.frame.shell import TABS

SLOW = 60_000


@pytest.fixture(scope="module")
def bracketed(tmp_path_factory, browser):
    """A page in that language."""
    folder = tmp_path_factory.mktemp("language")
    server = new_server(folder, SSTI_LANGUAGE=str(write_pseudo(folder / "pseudo")))
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    try:
        yield Lab(context.new_page(), server.start().url).open()
    finally:
        context.close()
        server.kill()


@pytest.mark.parametrize("tab", TABS)
def test_no_word_stands_plain(bracketed, tab):
    page = bracketed.page
    page.evaluate("(tab) => window.ssti.go(`?tab=${tab}`)", tab)
    panel = page.locator(f"#tab-{tab}")
    panel.wait_for(timeout=SLOW)
    page.wait_for_load_state("networkidle")
    panel.locator(":scope", has_text="⟦").wait_for(timeout=SLOW)
    page.wait_for_timeout(3000)
    plain = [*untranslated(page, "#header"), *untranslated(page, f"#tab-{tab}")]
    if plain:
        pytest.fail("No catalogue gave:\n" + "\n".join(plain), pytrace=False)
