"""A real server and a real browser for the tests of the page: `python app.py` as a process, Chromium by Playwright."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from chromium import find_chromium
from page_server import Server, new_server
from pageobject import Lab

ARGUMENTS = ["--no-sandbox", "--disable-background-networking"]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(str(item.fspath)).parent == Path(__file__).parent:
            item.add_marker("browser")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all tests that do not harm it."""
    started = new_server(tmp_path_factory.mktemp("server"))
    try:
        yield started.start()
    finally:
        started.kill()


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Callable[[], Server]]:
    """Makes servers of a test's own, each with an empty home: to be killed and started again."""
    made: list[Server] = []

    def make() -> Server:
        folder = tmp_path / f"server-{len(made)}"
        folder.mkdir()
        made.append(new_server(folder))
        return made[-1].start()

    yield make
    for one in made:
        one.kill()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium. Without one the tests are skipped, but fail where CI=true."""
    from playwright import sync_api

    path = find_chromium()
    with sync_api.sync_playwright() as playwright:
        if path is None:
            reason = "No Chromium: install Debian's `chromium`, or set SSTI_CHROMIUM to the path of one."
            pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
        sync_api.expect.set_options(timeout=60_000)  # a new server's first answer loads a model, on a busy machine
        opened = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def profiles() -> dict[str, Any]:
    """Browser contexts by their settings: a page opens in half the time where its scripts are in the cache."""
    return {}


@contextmanager
def watched_pages(browser: Any, profiles: dict[str, Any]) -> Iterator[Callable[..., Any]]:
    """Makes browser pages, each with cookies and storage of its own. Afterwards none may have had a script error, or
    have asked for anything outside this machine. `profiles` are contexts to go on with, emptied afterwards."""
    used, alone, errors, outside, origins = {}, [], [], [], set()

    def context_for(settings: dict[str, Any]) -> Any:
        key = repr(sorted(settings.items()))
        if key in used:  # two visitors at once
            alone.append(browser.new_context(**settings))
            return alone[-1]
        if key not in profiles:
            profiles[key] = browser.new_context(**settings)
        used[key] = profiles[key]
        return used[key]

    def asked(request: Any) -> None:
        if is_outside(request.url):
            outside.append(request.url)
        elif request.url.startswith("http"):
            origins.add("/".join(request.url.split("/")[:3]))

    def make(width: int = 1280, height: int = 900, **settings: Any) -> Any:
        page = context_for(settings).new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(60_000)  # on a busy machine a click waits until the page has drawn
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("request", asked)
        return page

    yield make
    for context in alone:
        context.close()
    for context in used.values():
        forget(context, origins)
    assert not errors
    assert not outside


def forget(context: Any, origins: set[str]) -> None:
    """Close its pages, and empty what they kept."""
    blank = context.new_page()
    for page in context.pages:
        if page != blank:
            page.close()
    tools = context.new_cdp_session(blank)
    for origin in origins:
        tools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": "all"})
    blank.close()


def is_outside(url: str) -> bool:
    return not url.startswith(("http://127.0.0.1", "http://localhost", "ws://127.0.0.1", "data:", "blob:", "about:"))


@pytest.fixture
def open_page(browser: Any, profiles: dict[str, Any]) -> Iterator[Callable[..., Any]]:
    """Makes pages of a test's own."""
    with watched_pages(browser, profiles) as make:
        yield make


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    """One browser page, 1280 px wide."""
    return open_page()


@pytest.fixture
def lab(page: Any, server: Server) -> Lab:
    """A fresh page on the shared server."""
    return Lab(page, server.url)


@pytest.fixture(scope="module")
def module_lab(browser: Any, server: Server) -> Iterator[Lab]:
    """One page on the shared server for the tests of a file: to load it takes longer than most of them."""
    own: dict[str, Any] = {}
    with watched_pages(browser, own) as make:
        yield Lab(make(), server.url)
    for context in own.values():
        context.close()


@pytest.fixture
def reopened(module_lab: Lab, request: pytest.FixtureRequest) -> Callable[..., bool]:
    """Opens the file's page where this is its first test, or where the last one failed and left who knows what."""

    def call(**query: str) -> bool:
        failed = request.session.testsfailed
        if module_lab.opened_after == failed:
            return False
        module_lab.open(**query).opened_after = failed
        return True

    return call


@pytest.fixture
def visit(module_lab: Lab, reopened: Callable[..., bool]) -> Callable[..., Lab]:
    """Goes to a place on the file's page, as a link does."""

    def call(**query: str) -> Lab:
        module_lab.page.set_viewport_size({"width": 1280, "height": 900})
        return module_lab if reopened(**query) else module_lab.go(**query)

    return call
