"""A page that loses its server: it says so, keeps what is typed, and goes on by itself; a run's curve too. And pages at rest."""

from __future__ import annotations

import json
import os
import re

import pytest
from flip_page import SLOW
from pageobject import Lab
from playwright.sync_api import expect

from ssti.backends.machine.process import worker_mark
from ssti.recipe import preset
from ssti.runs.store import Store


@pytest.fixture(scope="module")
def run(server):
    """A run that this test's process seems to train."""
    server.home.mkdir(parents=True, exist_ok=True)
    (server.home / "speed.json").write_text(json.dumps({"minilm-l6|cpu|short": 1000.0}))
    run = Store(server.home / "runs").create(preset("demo").set("training.steps=64"))
    run.tell("state", state="training", worker=worker_mark(os.getpid()), steps=64)
    run.tell("step", step=1, steps=64)
    yield run
    run.tell("state", state="stopped")


def test_offline_it_says_so_and_goes_on_where_it_was(lab: Lab, run):
    page, held = lab.page, set()
    page.on("request", lambda asked: held.add(asked))
    for over in ("requestfinished", "requestfailed"):
        page.on(over, lambda asked: held.discard(asked))
    lab.open(tab="flip", run=run.id)
    page.locator("#flip-answers .bars").first.wait_for(timeout=SLOW)
    expect(page.locator("#run-pill")).to_contain_text("step 1 of 64")
    page.evaluate("() => { window.notLoadedAnew = true; }")

    page.context.set_offline(True)
    line, field = page.locator("#connection"), page.locator("#flip-text textarea")
    field.fill("")
    field.fill("typed while nobody heard it, dreary")
    expect(line).to_contain_text("No connection to the server")
    run.tell("step", step=2, steps=64)
    run.tell("loss", step=2, loss=0.5)
    expect(field).to_have_value("typed while nobody heard it, dreary")

    page.context.set_offline(False)
    expect(line).to_have_count(0)
    page.wait_for_url(re.compile("text=typed"))
    expect(page.locator("#run-pill")).to_contain_text("step 2 of 64")
    expect(page.locator(".toast-body")).to_have_count(0)
    assert page.evaluate("() => window.notLoadedAnew") is True
    assert field.input_value() == "typed while nobody heard it, dreary"
    lab.tab("Finetune")
    expect(page.locator("#run-bar .facts")).to_contain_text("step 2 of 64")
    # A tab holds no connection open, of which a browser has six for all tabs together: any number of tabs works.
    assert not [one.url for one in held if "/queue/" in one.url or "heartbeat" in one.url]
