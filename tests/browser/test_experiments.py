"""The Experiments tab, as a person uses it, in a real browser."""

from __future__ import annotations

import re

from made_cells import made
from playwright.sync_api import expect
from tests_support import SHORT

from ssti.experiments.experiment import EXPERIMENTS
from ssti.experiments.grids import going
from ssti.experiments.grids.asked import Asked
from ssti.experiments.table import Journal, read
from ssti.recipe import preset


def test_a_figure_leads_to_its_rows_and_recipe_and_all_goes_home(server, lab, tmp_path):
    one = EXPERIMENTS["table-1"]
    if one.shipped() is None:  # rows that nobody trained, on the test's own server
        journal = Journal(server.home / "experiments" / "cells.jsonl")
        for row in made(one.cells(), lambda cell: {"steered": 0.98}):
            journal.append(row)
    page = lab.open(tab="experiments").page
    expect(page.locator("#study-result .statement")).to_contain_text("98 %")
    expect(page.locator("#study-result .verdict").first).to_have_text(re.compile("holds|does not hold|cannot say"))
    chart = page.locator("#study-result ssti-chart").first
    chart.locator(".main-svg").first.wait_for()

    # By keyboard: the figure's table has a button for each point.
    chart.locator("summary").press("Enter")
    chart.locator("td button").first.press("Enter")
    behind = page.locator("#study-point")
    expect(behind.locator("h2")).to_be_focused()
    expect(behind.locator(".code").first).to_contain_text("dataset:")
    expect(behind.get_by_role("link", name="Open in Finetune")).to_be_visible()

    page.locator(".all-rows summary").click()
    page.get_by_label("Filter").fill("seed 0, poisoned")
    seeds = page.locator("#study-rows tbody tr:visible td[data-column=seed]")
    expect(page.locator(".row-count")).to_have_text("4")
    assert set(seeds.all_inner_texts()) == {"0"}

    with page.expect_download() as download:
        page.get_by_role("button", name="Table as CSV").click()
    download.value.save_as(tmp_path / "table.csv")
    assert set(read(tmp_path / "table.csv")["key"]) == {cell.key for cell in one.cells()}

    behind.get_by_role("link", name="Train one more seed").click()
    expect(page.get_by_role("tab", name="Finetune", exact=True)).to_have_attribute("aria-selected", "true")
    page.go_back()
    expect(page.locator("#study-result .verdict").first).to_be_visible()


def test_a_link_carries_the_filter(lab):
    page = lab.open(tab="experiments", experiment="figure-1", only="rank=1;colour=red").page
    chosen = page.locator("#study-only .token")
    expect(chosen).to_have_text(["rank 1"])
    expect(page.locator("#link-notice, .linked")).to_contain_text("colour=red")
    expect(page.locator("#study-result")).to_contain_text("what the filter leaves")
    chosen.locator(".token-remove").click()
    expect(page).not_to_have_url(re.compile("only="))


def test_a_grid_goes_on_over_a_reload_its_rows_come_in_and_it_is_stopped(server, lab, monkeypatch):
    """A grid of one's own: its controls are done, one of its two other cells is short, and one has no end."""
    monkeypatch.setenv("SSTI_HOME", str(server.home))
    own = Asked(recipe=preset("demo").set(*SHORT).as_dict(), vary={"training.steps": ("6", "100000")}, seeds=1)
    for row in made([cell for cell in own.cells() if cell.recipe.is_control], lambda cell: {}):
        Journal().append(row)
    with going.following(own, 2):
        pass
    page = lab.open(tab="experiments", experiment="all").page
    page.get_by_role("link", name=own.title).click()
    strip, bar = page.locator("#study-strip"), page.get_by_role("progressbar", name="Grid")
    expect(strip).to_contain_text("2 of 4 cells are done here.")
    try:
        strip.get_by_role("button", name="Resume").click()
        expect(bar).to_be_visible()
        expect(page.locator("#study-rows")).to_contain_text("3 trainings", timeout=120_000)
        page.reload()
        expect(bar).to_have_attribute("aria-valuenow", "75")
        expect(strip).to_contain_text("3 of 4 cells")
        strip.get_by_role("button", name="Stop").click()
        expect(strip).to_contain_text("3 of 4 cells are done here.")
        assert going.going() is None and going.find(own.id).standing().state == "stopped"
    finally:
        if one := going.going():
            going.stop(one)
