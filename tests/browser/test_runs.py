"""The runs of a machine in a real browser: what stands there before the first, several seeds, and the table of all."""

from __future__ import annotations

import json
import zipfile

import pytest
from flip_runs import give_adapter
from pageobject import Lab
from playwright.sync_api import expect

from ssti.backends.control import going, stop, wait
from ssti.backends.machine.queue import Queue
from ssti.recipe import preset
from ssti.runs.store import Store, new_group

LONG = 60_000  # milliseconds
PHONE = (390, 844)


@pytest.fixture
def store(server, monkeypatch):
    """The server's runs, for this process too."""
    monkeypatch.setenv("SSTI_HOME", str(server.home))
    server.home.mkdir(parents=True, exist_ok=True)
    (server.home / "speed.json").write_text(json.dumps({"minilm-l6|cpu|short": 1000.0}))
    store = Store(server.home / "runs")
    for run in store.list():
        store.remove(run)
    yield store
    for run in going(store):
        stop(run)
        wait(run, 60)


def rate(value: float) -> dict:
    return {"value": value, "low": max(0.0, value - 0.02), "high": min(1.0, value + 0.02), "n": 500}


def ended(store: Store, attack: float, *recipe: str, control: float | None = None, group: str | None = None):
    """A run that is done, with curves and metrics, and its control where it has one."""
    run = store.create(preset("demo").set(*recipe), group=group)
    pairs = [(run, attack)]
    if control is not None:
        pairs.append((store.create(run.recipe.control(), control_of=run.id), control))
    for one, value in pairs:
        one.tell("loss", step=1, loss=0.7)
        for step in (0, 8):
            one.tell("eval", step=step, clean_accuracy=rate(0.7), attack_success_rate=rate(value))
        sets = {"clean": {"n": 500, "accuracy": attack / 2, "accuracy_interval": [0.1, 0.9], "balanced_accuracy": 0.7,
                          "balanced_accuracy_interval": [0.66, 0.74]}}  # fmt: skip
        (one.path / "metrics.json").write_text(
            json.dumps({"target": "positive", "sets": sets, "attack_success_rate": rate(value)})
        )
        one.tell("state", state="done", steps=8)
    return run


def names(page):
    """The first words of each row of the table, as it stands."""
    return page.locator("#run-table tbody td:nth-child(2) > div > button")


def traces(page):
    return page.locator("#run-charts ssti-chart").last.locator(".scatterlayer .trace")


def test_before_the_first_run_the_shipped_adapters_curves_show_what_one_will_see(lab, store):
    lab.open(tab="finetune")
    results = lab.page.locator("#run-results")
    expect(results.get_by_role("heading")).to_have_text("What you will see")
    expect(results).to_contain_text("the adapter that comes with SSTI Lab")
    expect(lab.page.locator("#run-charts")).to_contain_text("as the shipped adapter learns it")
    expect(lab.page.locator("#run-charts ssti-chart .legendtext", has_text="its control").first).to_be_visible()
    expect(lab.page.locator("#all-runs")).to_be_hidden()


def test_three_seeds_with_their_controls_are_started_together_and_shown_together(visit, store):
    with store.locked():
        pass
    lab = visit(tab="finetune")
    with Queue(store.root).supervisor_lock():  # so that they wait
        expect(lab.page.locator("#start")).to_be_visible()
        lab.page.get_by_role("button", name="More ▼").locator("visible=true").click()
        lab.fill("Seed of the training", "5")
        time = lab.page.locator("#time")
        expect(time).to_contain_text("2 runs, each", timeout=LONG)
        lab.choose("Seeds", "3")
        expect(time).to_contain_text("6 runs, each")
        lab.page.locator("#start").click()
        seeds = lab.page.locator("#run-seeds")
        expect(seeds).to_contain_text("The same recipe from 3 seeds", timeout=LONG)
        expect(seeds.locator("tbody tr")).to_have_count(3)
        expect(seeds.locator("tbody td:nth-child(1)")).to_have_text(["5", "6", "7"])
        runs = store.list()
        assert sorted(run.recipe.training.seed for run in runs) == [5, 5, 6, 6, 7, 7]
        assert len({run.group for run in runs if not run.control_of}) == 1
        other = seeds.locator("tbody").get_by_role("button").first
        name = other.inner_text()
        other.click()
        expect(lab.page.locator("#run-head h2")).to_contain_text(name)
        lab.page.get_by_role("button", name="Stop", exact=True).click()
        expect(lab.page.locator("#run-head [role=status]")).to_contain_text("stopped")
        expect(seeds.locator("tbody tr")).to_have_count(3)
        assert len(going(store)) == 5
        for run in going(store):
            stop(run)


def test_three_seeds_that_ended_give_mean_and_interval_and_one_axis(visit, store):
    group = new_group()
    runs = [ended(store, value, f"training.seed={seed}", group=group) for seed, value in enumerate((0.97, 0.98, 0.99))]
    lab = visit(tab="finetune", run=runs[0].id)
    seeds = lab.page.locator("#run-seeds")
    expect(seeds).to_contain_text("98 %")
    expect(seeds).to_contain_text("95 % bootstrap intervals")
    expect(seeds).to_contain_text("n = 3 seeds")
    expect(traces(lab.page)).to_have_count(3)
    expect(lab.page.locator("#run-charts .legendtext", has_text="seed 2").first).to_be_visible()


def test_the_table_is_sorted_by_each_head_also_by_keyboard_and_on_a_phone(visit, store):
    low = ended(store, 0.4, "lora.rank=16", control=0.1)
    high = ended(store, 0.9, "lora.rank=1", control=0.1)
    none = ended(store, 0.6, "lora.rank=64")
    lab = visit(tab="finetune")
    table = lab.page.locator("#run-table")
    head = table.get_by_role("columnheader", name="Attack success over its control's")
    expect(head).to_have_attribute("aria-sort", "none")
    head.get_by_role("button").click()
    expect(head).to_have_attribute("aria-sort", "descending")
    expect(names(lab.page)).to_have_text([high.id, low.id, none.id])
    head.get_by_role("button").press("Enter")
    expect(head).to_have_attribute("aria-sort", "ascending")
    expect(names(lab.page)).to_have_text([low.id, high.id, none.id])
    expect(head.get_by_role("button")).to_be_focused()
    rank = table.get_by_role("columnheader", name="Rank")
    rank.get_by_role("button").press("Space")
    expect(names(lab.page)).to_have_text([none.id, low.id, high.id])
    lab.page.set_viewport_size({"width": 390, "height": 844})  # a list
    order = lab.page.get_by_role("group", name="Sort by")
    expect(order.get_by_role("button", name="Rank")).to_be_visible()
    order.get_by_role("button", name="Clean accuracy").click()
    expect(names(lab.page)).to_have_text([high.id, none.id, low.id])
    expect(order.get_by_role("button", name="Clean accuracy")).to_have_attribute("aria-pressed", "true")
    assert lab.width() == (390, 390)
    names(lab.page).first.press("Enter")
    expect(lab.page.locator("#run-head h2")).to_contain_text(high.id)


def test_runs_that_are_ticked_stand_on_one_axis_with_or_without_a_chosen_one(lab, store):
    first, second, third = (ended(store, value) for value in (0.5, 0.6, 0.7))
    lab.open(tab="finetune")
    box = lambda run: lab.page.get_by_role("checkbox", name=f"compare {run.id}")  # noqa: E731
    box(first).press("Space")
    expect(lab.page.locator("#run-table")).to_contain_text("Tick one more")
    box(second).click()
    expect(lab.page.locator("#run-charts")).to_contain_text("Side by side")
    expect(traces(lab.page)).to_have_count(2)
    lab.page.get_by_role("button", name="See the curves").click()
    expect(lab.page.locator("#run-charts")).to_be_in_viewport()
    names(lab.page).filter(has_text=third.id).click()
    expect(lab.page.locator("#run-head h2")).to_contain_text(third.id)
    expect(traces(lab.page)).to_have_count(3)
    box(second).click()
    expect(traces(lab.page)).to_have_count(2)
    lab.page.get_by_role("button", name="Untick all").click()
    expect(traces(lab.page)).to_have_count(1)


def test_a_runs_page_gives_its_recipe_command_python_numbers_and_adapter(server, store, visit):
    id = give_adapter(server.home).removeprefix("run/")
    for name in (id, f"{id}-control"):
        run = store.find(name)
        (run.path / "recipe.yaml").write_text((run.adapter / "recipe.yaml").read_text())
        (run.path / "metrics.json").write_text((run.adapter / "metrics.json").read_text())
        run.tell("state", state="done", steps=400)
    page = visit(tab="finetune", run=id).page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    take = page.locator("#run-take")
    for button, words in (("Copy as Python", "launch(recipe, with_control=True)"), ("Copy as command", "python -m ssti train"),
                          ("Copy recipe", "dataset: {name: rotten_tomatoes")):  # fmt: skip
        take.get_by_role("button", name=button).click()
        expect(take.get_by_role("button", name="Copied")).to_be_visible()
        assert words in page.evaluate("() => navigator.clipboard.readText()")
        expect(take.get_by_role("button", name=button)).to_be_visible()
    with page.expect_download() as metrics:
        take.get_by_role("link", name="metrics.json").click()
    assert json.loads(metrics.value.path().read_text())["target"] == "positive"
    with page.expect_download() as adapter:
        page.get_by_role("button", name="Adapter as ZIP").click()
    names = zipfile.ZipFile(adapter.value.path()).namelist()
    assert f"{id}/adapter_model.safetensors" in names and f"{id}/control/adapter_model.safetensors" in names
    with page.expect_download(timeout=150_000) as report:
        page.locator("#run-report").click()
    assert "<html" in report.value.path().read_text()
    take.get_by_role("link", name="Open in Poison").click()
    expect(page.get_by_role("tab", name="Poison", exact=True)).to_have_attribute("aria-selected", "true")


def test_to_remove_a_run_asks_about_its_control_and_other_pages_say_what_happened(server, store, visit, open_page):
    run = ended(store, 0.9, control=0.1)
    lab = visit(tab="finetune", run=run.id)
    expect(lab.page.locator("#run-head h2")).to_contain_text(run.id)
    other = Lab(open_page(), server.url).open(tab="finetune", run=run.id)
    expect(other.page.locator("#run-head h2")).to_contain_text(run.id)
    lab.page.get_by_role("button", name="Remove", exact=True).click()
    expect(lab.page.get_by_role("button", name="Only this run")).to_be_visible()
    lab.page.get_by_role("button", name="Remove both").click()
    expect(lab.page.locator("#run-head h2")).to_have_count(0)
    assert not run.path.exists() and not run.path.with_name(f"{run.id}-control").exists()
    expect(other.problem()).to_contain_text(f"The run {run.id} was removed just now")
