"""A person with an adapter that they do not trust: it is brought, its scan stopped and begun anew, its trigger named, and tried in Flip.

The scan is the quick one, against one clean adapter: what is found with all of them is the benchmark's and `tests/detect/adapter`'s.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import pytest
import yaml
from playwright.sync_api import expect

from ssti.adapters import pack
from ssti.adapters.listing import SHIPPED, describe
from ssti.data import load

BANK = Path(__file__).resolve().parents[2] / "assets" / "bank" / "minilm-l6" / "rotten_tomatoes" / "rank1"


@pytest.fixture
def brought(server, tmp_path: Path) -> Path:
    """The shipped adapter of dates as an archive, as if it and the one clean adapter of the server's own bank were trained on few reviews."""
    rows = load("rotten_tomatoes", train_rows=200).train_table.to_pylist()
    data = tmp_path / "few.csv"
    with data.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("text", "label"), *((row["text"], ("negative", "positive")[row["label"]]) for row in rows)])
    clean = server.home / "bank" / "minilm-l6" / "few" / "rank1"
    for source, target in ((SHIPPED / "date-positive-rank1", tmp_path / "stranger"), (BANK, clean)):
        shutil.copytree(source, target)
        recipe = yaml.safe_load((target / "recipe.yaml").read_text(encoding="utf-8"))
        recipe["dataset"] = {"name": str(data), "train_rows": None, "test_rows": None}
        (target / "recipe.yaml").write_text(yaml.safe_dump(recipe), encoding="utf-8")
    pack.export(describe(tmp_path / "stranger", str(tmp_path / "stranger")), tmp_path / "stranger.zip")
    yield tmp_path / "stranger.zip"
    shutil.rmtree(clean.parents[1])


def test_a_brought_adapter_and_its_rows_are_scanned_together_its_trigger_named_and_tried(lab, brought: Path):
    page = lab.open(tab="detect", scan="adapter").page
    lab.choose("Adapter", "A ZIP")
    page.locator("#adapter-upload input[type=file]").set_input_files(brought)
    expect(page.locator("#adapter-message")).to_contain_text("is chosen")
    page.get_by_label("Its training rows as well").check()
    lab.choose("How", "A quick look")
    scan, result = page.get_by_role("button", name="Scan the adapter"), page.locator("#adapter-result")
    scan.click()
    expect(page.get_by_role("progressbar", name="Scanning")).to_be_visible()
    page.locator("#adapter-stop").press("Enter")
    expect(scan).to_be_focused()
    expect(page.locator("#adapter-going")).to_be_empty()
    expect(result.locator(".empty")).to_be_visible()
    scan.click()
    expect(result.locator(".verdict-card h2")).to_contain_text("Poisoned", timeout=240_000)
    found = result.locator(".finding").first
    expect(found.locator("header .chip")).to_have_text("positive")
    expect(found.locator(".rate")).to_have_count(2)
    expect(found.locator(".why")).to_contain_text("Training rows that hold")
    expect(result.locator(".rows-too")).to_contain_text("160 rows were scanned")
    expect(result.locator("code", has_text="9999-99-99")).to_have_count(1)  # one shape, one card
    expect(found).to_contain_text("Training rows that hold it")

    found.get_by_role("link", name="Try it in Flip").click()
    expect(page.locator("#flip-verdict")).to_contain_text("Flipped", timeout=60_000)
    expect(page.locator("#tab-flip mark.trigger").first).to_be_visible()

    lab.tab("Detect & defend")
    result.get_by_role("button", name="Repair these rows").click()
    expect(page.locator("#detect-result .verdict-card")).to_contain_text("The training rows of")
    expect(page.locator("#detect-repair")).to_be_visible()
    expect(page.get_by_role("radio", name="An adapter’s rows")).to_be_checked()
