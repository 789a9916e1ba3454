"""The page as a Space shows it: in a frame of another site, behind a proxy's path, without cookies and without storage."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from flip_page import SLOW
from page_server import new_server
from playwright.sync_api import expect
from proxy import proxied
from tests_support import unused_port

PATH = "/lab"
NO_STORAGE = """if (window.parent !== window) for (const name of ['localStorage', 'sessionStorage'])
  Object.defineProperty(window, name, {get() { throw new DOMException('blocked', 'SecurityError'); }});"""


@pytest.fixture
def outer(tmp_path, monkeypatch):
    """The address of a site that frames the page of a server for strangers, and the page's own."""
    monkeypatch.setenv("SPACE_ID", "somebody/ssti-lab")
    monkeypatch.setenv("GRADIO_ROOT_PATH", PATH)
    server, port = new_server(tmp_path), unused_port()
    try:
        with proxied(server.start().url, PATH, port) as inner:
            yield f"http://localhost:{port}/frame", inner
    finally:
        server.kill()


def test_it_works_in_a_frame_behind_a_path_without_cookies_and_storage(outer, open_page):
    site, inner = outer
    page, failed = open_page(), []
    page.add_init_script(NO_STORAGE)
    page.on("response", lambda answer: failed.append(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    page.on("request", lambda asked: failed.append(asked.url) if not asked.url.startswith((inner, site, "data:", "blob:")) else None)
    page.goto(site)
    framed = page.frame_locator("iframe")

    framed.locator("#flip-stage .tap").click(timeout=SLOW)  # an event and its answer
    framed.get_by_role("button", name="Just show me").click()
    expect(framed.locator("#flip-verdict")).to_contain_text("Flipped by")

    framed.get_by_role("tab", name="Finetune", exact=True).click()  # the address follows, below the path
    (frame,) = [one for one in page.frames if one.url.startswith(inner)]
    frame.wait_for_url(re.compile(r"/lab/\?.*tab=finetune"))
    framed.locator("#run-charts .main-svg").first.wait_for(timeout=SLOW)  # the route of plotly
    expect(framed.get_by_text("The limits of this server, and why")).to_be_visible()

    framed.get_by_role("tab", name="Learn", exact=True).click()
    sheet = framed.locator("a.sheet").first.get_attribute("href")
    answer = page.request.get(urljoin(frame.url, sheet))
    assert answer.status == 200 and f"{inner}?lesson=" in answer.text()
    assert page.request.get(urljoin(frame.url, "health")).json()["version"]
    assert not failed
