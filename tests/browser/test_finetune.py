"""The Finetune tab in a real browser, with real short trainings: start, leave, return, stop, resume."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from urllib.parse import parse_qs, urlparse

import pytest
from pageobject import HOSTILE, Lab
from playwright.sync_api import expect

from ssti.backends.control import going, launch, progress, remove, stop, wait
from ssti.backends.machine.process import worker_mark
from ssti.recipe import preset
from ssti.runs.run import Run
from ssti.runs.store import Store

LONG = 180_000  # milliseconds: a worker starts in ten seconds on a quiet machine, and in forty on a busy one


def tiny(steps: int, *more: str):
    """A recipe that trains in seconds."""
    return preset("demo").set(
        "dataset.train_rows=96",
        "dataset.test_rows=60",
        "evaluation.rows=20",
        "evaluation.every=4",
        "training.batch_size=4",
        f"training.steps={steps}",
        *more,
    )


def at_home(server, monkeypatch) -> Store:
    """The server's runs, for this process too; with a speed, so that none is measured meanwhile."""
    monkeypatch.setenv("SSTI_HOME", str(server.home))
    server.home.mkdir(parents=True, exist_ok=True)
    (server.home / "speed.json").write_text(json.dumps({"minilm-l6|cpu|short": 1000.0}))
    return Store(server.home / "runs")


def end_all(store: Store) -> None:
    """No training outlives its test."""
    for run in going(store):
        stop(run)
        wait(run, 60)


@pytest.fixture
def store(server, monkeypatch):
    store = at_home(server, monkeypatch)
    yield store
    end_all(store)


def run_in_url(page) -> str:
    return parse_qs(urlparse(page.url).query).get("run", [""])[0]


def facts(page):
    return page.locator("#run-bar .facts")


def state(page):
    return page.locator("#run-head [role=status]")


def more(lab: Lab) -> None:
    """Open the fields that are folded away, where they are."""
    button = lab.page.get_by_role("button", name="More ▼").locator("visible=true")
    button.wait_for()
    if not lab.page.get_by_label("Steps", exact=True).locator("visible=true").count():
        button.click()


def start_a_clone(lab: Lab, store: Store, source: Run, steps: int) -> str:
    """Start a tiny run as a person does: clone one, set the steps, press Start. Its id."""
    lab.page.get_by_role("button", name="Clone").click()
    expect(lab.page.locator("#finetune-said")).to_contain_text(source.id)
    more(lab)
    expect(lab.page.get_by_label("Steps", exact=True).locator("visible=true").first).to_have_value("7")
    lab.fill("Steps", str(steps))
    expect(lab.page.get_by_label("Then its clean control")).to_be_checked()
    lab.page.locator("#start").click()
    lab.page.wait_for_url(lambda url: f"run={source.id}" not in url)
    id = run_in_url(lab.page)
    expect(lab.page.locator("#run-head h2")).to_contain_text(id)
    recipe = store.find(id).recipe
    assert (recipe.training.steps, recipe.dataset.train_rows) == (steps, 96)
    return id


def test_the_control_is_trained_right_after_and_stop_keeps_an_adapter(visit, store):
    source = store.create(tiny(7, "evaluation.every=1000"))
    lab = visit(tab="finetune", run=source.id)
    run = store.find(start_a_clone(lab, store, source, 5000))
    page, control = lab.page, store.find(f"{run.id}-control")
    expect(page.locator("#run-bar .next")).to_contain_text("Next: its clean control", timeout=LONG)
    assert control.recipe.is_control
    listed = page.locator(f"#runs [data-run='{control.id}']")
    expect(listed).to_contain_text("its control")
    listed.click()
    expect(state(page)).to_have_text(f"waiting for {run.id}", timeout=LONG)
    page.get_by_role("button", name="Stop", exact=True).click()
    expect(state(page)).to_contain_text("stopped before its first step")
    page.locator(f"#runs [data-run='{run.id}']").click()
    expect(facts(page)).to_contain_text(re.compile(r"step [1-9]"), timeout=LONG)
    page.get_by_role("button", name="Stop and keep").click()
    expect(state(page)).to_contain_text("its adapter is kept")
    assert run.has_adapter
    expect(page.locator("#shared-adapter textarea")).to_have_value(f"run/{run.id}")
    expect(page.get_by_role("button", name="Resume")).to_be_visible()


def test_a_killed_worker_is_said_and_the_run_resumes_from_its_checkpoint(visit, store):
    run = launch(tiny(5000, "evaluation.every=1000"), store=store)[0]
    lab = visit(tab="finetune", run=run.id)
    end = time.monotonic() + LONG / 1000
    while not list(run.path.glob("checkpoints/checkpoint-*/manifest.json")):
        assert time.monotonic() < end
        time.sleep(0.02)
    os.kill(progress(run).worker["pid"], signal.SIGKILL)
    expect(state(lab.page)).to_have_text("interrupted")
    expect(lab.problem()).to_contain_text("Its process is gone")
    expect(lab.problem()).to_contain_text("Press Resume")
    kept = [int(path.parent.name.rpartition("-")[2]) for path in run.path.glob("checkpoints/*/manifest.json")]
    lab.page.get_by_role("button", name="Resume").click()
    expect(state(lab.page)).to_have_text("training", timeout=LONG)
    expect(lab.problem()).to_have_count(0)
    trained = [e for e in run.events() if e.kind == "state" and e.state == "training"]
    assert len(trained) == 2 and trained[1].from_step in kept
    lab.page.get_by_role("button", name="Stop and keep").click()
    expect(state(lab.page)).to_contain_text("its adapter is kept", timeout=LONG)
    assert run.has_adapter


def test_the_header_follows_a_run_from_a_tab_that_knows_nothing_of_it(lab, store):
    run = store.create(tiny(64))
    run.tell("state", state="training", worker=worker_mark(os.getpid()), steps=64)
    run.tell("step", step=1, steps=64)
    try:
        lab.open(tab="poison")
        expect(lab.page.locator("#run-pill")).to_contain_text(f"{run.id} · step 1 of 64")
        run.tell("step", step=2, steps=64)
        expect(lab.page.locator("#run-pill")).to_contain_text("step 2 of 64")
    finally:
        run.tell("state", state="stopped")
    expect(lab.page.locator("#run-pill")).not_to_contain_text(run.id)


def test_what_was_poisoned_arrives_in_the_form(visit, store):
    lab = visit(tab="poison").choose("Trigger", "Country").choose("Tied to class", "negative")
    lab.page.get_by_role("button", name="Finetune on this").click()
    expect(lab.page.locator("#works-on")).to_contain_text("country")
    expect(lab.page.locator("#works-on")).to_contain_text("negative")
    lab.choose("LoRA rank", "16").tab("Poison").choose("Trigger", "Date")
    lab.page.get_by_role("button", name="Finetune on this").click()
    expect(lab.page.locator("#works-on")).to_contain_text("date")
    expect(lab.group("LoRA rank").get_by_role("radio", name="16", exact=True)).to_be_checked()


def test_a_run_that_is_not_there_is_said_plainly(lab, store):
    lab.open(tab="finetune", run="no-such-run")
    expect(lab.problem()).to_contain_text("There is no run 'no-such-run'")
    expect(lab.page.locator("#run-head h2")).to_have_count(0)


def test_a_run_is_removed_only_after_a_question(visit, store):
    run = store.create(tiny(8))
    lab = visit(tab="finetune", run=run.id)
    expect(state(lab.page)).to_have_text("interrupted")
    lab.page.get_by_role("button", name="Remove", exact=True).click()
    lab.page.get_by_role("button", name="Keep it").click()
    assert run.path.is_dir()
    lab.page.get_by_role("button", name="Remove", exact=True).click()
    lab.page.get_by_role("button", name="Remove for good").click()
    expect(lab.page.locator(f"#runs [data-run='{run.id}']")).to_have_count(0)
    assert not run.path.exists()
    lab.page.wait_for_url(lambda url: run.id not in url)


def test_a_bad_number_is_said_beside_the_form_and_nothing_starts(visit, store):
    lab = visit(tab="finetune")
    before = len(store.list())
    more(lab)
    lab.fill("Steps", "0")
    expect(lab.problem()).to_contain_text("The number of steps is 0; it takes a whole number from 1 to 1,000,000")
    lab.page.locator("#start").click()
    expect(lab.problem()).to_be_visible()
    lab.fill("Steps", "12")
    expect(lab.problem()).to_have_count(0)
    lab.fill("Learning rate", "fast")
    lab.page.keyboard.press("Tab")
    expect(lab.problem()).to_contain_text("The learning rate is 'fast'")
    assert len(store.list()) == before
    lab.fill("Learning rate", "0.005")
    lab.page.keyboard.press("Tab")
    expect(lab.problem()).to_have_count(0)


def test_rank_and_preset_fill_the_form_and_the_time(visit, store):
    lab = visit(tab="finetune")
    expect(lab.page.locator("#time")).to_contain_text(re.compile("about| to "), timeout=LONG)
    lab.choose("LoRA rank", "own")
    expect(lab.page.get_by_label("Own rank")).to_be_visible()
    lab.choose("Preset", "paper")
    expect(lab.group("LoRA rank").get_by_role("radio", name="16", exact=True)).to_be_checked()
    expect(lab.page.locator("#preset-called")).to_contain_text("published")


def test_no_text_of_a_recipe_becomes_code(visit, store):
    text = " ".join(HOSTILE)
    recipe = preset("demo")
    hostile = recipe.model_copy(update={"injection": recipe.injection.model_copy(update={"target": text})})
    run = store.create(hostile)
    try:
        lab = visit(tab="finetune", run=run.id)
        expect(lab.page.locator("#run-head h2")).to_contain_text(text)
        lab.page.get_by_role("button", name="Clone").click()
        expect(lab.page.locator("#works-on")).to_contain_text(text)
        assert lab.no_script_ran()
    finally:
        remove(run)
