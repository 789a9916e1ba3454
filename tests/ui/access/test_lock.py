"""A server with a password or a token answers nobody who knows neither, at any address but `/health`."""

from __future__ import annotations

import gradio as gr
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route
from starlette.testclient import TestClient

from ssti.platform.errors import SSTIError
from ssti.ui.access import lock

ADDRESSES = ("/", "/config", "/gradio_api/info", "/gradio_api/mcp/", "/plotly.min.js", "/gradio_api/file=/etc/passwd", "//health/x")
WRONG = ("", "x", "user:", "user:wrong-password", "user:right-password ", "nobody:right-password", "ü:ü")


def asked(secrets: lock.Secrets) -> TestClient:
    app = Starlette(
        routes=[Route("/health", lambda _: PlainTextResponse("well")), Mount("/", lambda *_: PlainTextResponse("the page")(*_))],
        middleware=[Middleware(lock.Locked, secrets=secrets)],
    )
    return TestClient(app, follow_redirects=False)


@pytest.fixture(autouse=True)
def no_pause(monkeypatch):
    monkeypatch.setattr(lock, "PAUSE", 0)


def test_a_user_with_the_password_comes_in_and_nobody_else():
    client = asked(lock.Secrets(user="user", password="right-password"))
    for address in ADDRESSES:
        answer = client.get(address)
        assert answer.status_code == 401 and "Basic" in answer.headers["www-authenticate"] and "the page" not in answer.text
        for wrong in WRONG:
            name, _, password = wrong.partition(":")
            assert client.get(address, auth=(name.encode(), password.encode())).status_code == 401
        for header in ("Basic", "Basic !!!", "Basic /w==", "Bearer right-password", "Bearer "):
            assert client.get(address, headers={"authorization": header}).status_code == 401
        assert client.get(address, auth=("user", "right-password")).text == "the page"
    assert client.get("/health").text == "well"


def test_a_token_comes_by_a_link_and_stays_as_a_cookie_and_not_in_the_address():
    client = asked(lock.Secrets(token="a-long-token"))
    for address in ADDRESSES:
        for query in ("", "?token=", "?token=a-long-toke", "?token=%ff"):
            assert client.get(address + query).status_code == 401
        assert client.get(address, headers={"cookie": "ssti-token=a-long-token"}).status_code == 401
        assert client.get(address, headers={"authorization": "Bearer a-long-token"}).text == "the page"
    opened = client.get("/?tab=flip&token=a-long-token")
    assert opened.status_code == 303 and opened.headers["location"] == "?tab=flip"
    cookie = opened.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "a-long-token" not in cookie
    assert client.get("/?tab=flip").text == "the page"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"SSTI_USER": "a"}, "not SSTI_PASSWORD"),
        ({"SSTI_PASSWORD": "long-enough"}, "not SSTI_USER"),
        ({"SSTI_USER": "a", "SSTI_PASSWORD": "short"}, "at least 8"),
        ({"SSTI_TOKEN": "short"}, "at least 8"),
    ],
)
def test_half_a_lock_and_a_weak_one_are_refused_at_the_start(monkeypatch, settings, words):
    assert lock.secrets() is None
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SSTIError, match=words):
        lock.secrets()


def test_a_page_behind_the_lock_starts_and_works(monkeypatch):
    """Gradio asks its own server while it starts, before anybody could have signed in."""
    from gradio_client import Client

    monkeypatch.setenv("SSTI_TOKEN", "a-long-token")
    with gr.Blocks(analytics_enabled=False) as blocks:
        gr.api(echo, api_name="echo")
    middleware = [Middleware(lock.Locked, secrets=lock.secrets())]
    _, url, _ = blocks.launch(prevent_thread_lock=True, quiet=True, app_kwargs={"middleware": middleware})
    try:
        with pytest.raises(Exception, match="401|login"):
            Client(url, verbose=False)
        assert Client(url, verbose=False, headers={"Authorization": "Bearer a-long-token"}).predict("a", api_name="/echo") == "a"
    finally:
        blocks.close()


def echo(text: str) -> str:
    """Says it again."""
    return text
