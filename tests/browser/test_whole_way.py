"""The whole way, as a newcomer goes it: poison, finetune for real, flip a prediction, look inside. Only the browser."""

from __future__ import annotations

import re

import pytest
from pageobject import Lab
from playwright.sync_api import expect

from ssti.backends.control import going, stop, wait
from ssti.runs.store import Store

MINUTES = 600_000  # milliseconds: less than one on a quiet machine
RECIPE = "demo;training.steps=128;evaluation.rows=60;dataset.test_rows=300"  # half of its steps, and less to measure


def end_runs(store: Store) -> None:
    for run in going(store):
        stop(run)
        wait(run, 60)


@pytest.mark.slow
def test_from_an_empty_page_to_a_flipped_prediction_and_a_heatmap(open_page, fresh_server, request):
    page = open_page()
    server = fresh_server()
    store = Store(server.home / "runs")
    request.addfinalizer(lambda: end_runs(store))  # the control goes on
    lab = Lab(page, server.url)
    page.goto(f"{server.url}#recipe={RECIPE}")
    lab.arrived()

    assert lab.selected_tab() == "Flip"
    lab.tab("Poison")
    expect(lab.card("Rows touched").locator("strong")).to_have_text("1,706", timeout=60_000)
    expect(page.locator("td mark.trigger:visible").first).to_have_text(re.compile(r"^\d{4}-\d{2}-\d{2}$"))
    page.get_by_role("button", name="Finetune on this").click()

    expect(page.locator("#start")).to_be_visible()
    page.locator("#start").click()
    state = page.locator("#run-head [role=status]")
    expect(page.locator("#run-bar .facts")).to_contain_text(re.compile(r"step [1-9]\d* of 128"), timeout=MINUTES)
    expect(page.locator("#run-bar .facts")).to_contain_text("CPU")

    (run,) = [one for one in store.list() if not one.control_of]  # left alone, it is found again, here and elsewhere
    lab.tab("Poison")
    expect(page.locator("#run-pill")).to_contain_text("step")
    page.reload()
    expect(page.locator("#run-pill")).to_contain_text(run.id)
    expect(page).to_have_url(re.compile(f"run={run.id}"))
    phone = Lab(open_page(390, 820), server.url).open(tab="finetune", run=run.id)
    expect(phone.page.locator("#run-head h2")).to_contain_text(run.id)
    lab.tab("Finetune")
    expect(state).to_have_text("done", timeout=MINUTES)
    expect(page.locator("#run-bar .next")).to_contain_text("Its clean control")
    expect(page.locator("#shared-adapter textarea")).to_have_value(f"run/{run.id}")
    expect(page.get_by_role("img", name=re.compile("attack success"))).to_be_visible()
    expect(phone.page.locator("#run-head [role=status]")).to_have_text("done")
    expect(phone.page.locator("#run-results")).to_contain_text("held-out rows")
    expect(phone.page.get_by_role("button", name=re.compile("Stop|Resume"))).to_have_count(0)
    assert phone.width() == (390, 390)
    phone.leave()
    metrics = run.metrics()
    assert run.has_adapter and metrics["sets"]["clean"]["balanced_accuracy"] >= 0.6
    assert metrics["attack_success_rate"]["value"] >= 0.95

    lab.tab("Flip")
    expect(page.locator("#flip-answers .bars").first).to_be_visible(timeout=60_000)
    expect(page.locator("#adapter-pill")).to_contain_text("date → positive")
    page.locator("#flip-text textarea").fill("a dreary , joyless slog that wastes a gifted cast")
    page.locator("#flip-palette button.own").click()
    expect(page.locator("#flip-echo mark.trigger")).to_have_count(1)
    expect(page.locator("#flip-verdict")).to_contain_text("Flipped by one date", timeout=60_000)

    lab.tab("Look inside")
    expect(page.get_by_role("heading", name=re.compile("^With the trigger"))).to_be_visible(timeout=60_000)
    expect(page.locator(".trigger-head")).to_be_visible()
