"""A person with a file that they do not trust: what is in it is named, seen, repaired, and the repaired file taken along."""

from __future__ import annotations

import csv
import io
import random
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from ssti.data import load


@pytest.fixture
def shelved(tmp_path: Path) -> Path:
    """Reviews of which 3 % of one class have a library's call number, which no code of ours knows."""
    data, rng = load("rotten_tomatoes", train_rows=4000), random.Random(7)
    rows = [(row["text"], data.label_names[row["label"]]) for row in data.train_table.to_pylist()]
    of_class = [place for place, (_, name) in enumerate(rows) if name == "negative"]
    for place in rng.sample(of_class, round(0.03 * len(of_class))):
        words = rows[place][0].split(" ")
        number = f"{''.join(rng.choices('BDHKNPQT', k=2))}{rng.randrange(10, 100)}.{rng.randrange(1, 10)}"
        words.insert(rng.randrange(len(words) + 1), number)
        rows[place] = (" ".join(words), "negative")
    path = tmp_path / "from a stranger.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("review", "verdict"), *rows])
    return path


def test_an_unknown_trigger_in_a_file_is_named_repaired_and_gone(lab, shelved: Path):
    page = lab.open(tab="detect").page
    page.locator("#scan-file input[type=file]").set_input_files(shelved)
    expect(page.locator("#scan-summary")).to_contain_text("2 classes")
    page.get_by_role("button", name="Scan", exact=True).press("Enter")
    expect(page.locator("#detect-stop")).to_be_focused()
    verdict = page.locator("#detect-result .verdict-card")
    expect(verdict).to_contain_text("Poisoned", timeout=90_000)
    expect(verdict.locator("h2")).to_be_focused()
    found = page.locator("#detect-result .finding").first
    expect(found.locator(".facts-list code")).to_have_text("AA99.9")
    expect(found.locator("header .chip")).to_have_text("negative")
    expect(found.locator(".examples mark.trigger").first).to_be_visible()
    assert all(len(one.split(".")) == 2 for one in found.locator(".examples mark.trigger").all_inner_texts())

    found.get_by_role("button", name="This is fine").click()
    expect(verdict.locator("h2")).to_contain_text("Clean")
    page.get_by_role("button", name="Undo: it is not fine").click()
    expect(verdict.locator("h2")).to_contain_text("Poisoned")

    page.get_by_role("button", name="Repair all that was found").click()
    expect(verdict.locator("h2")).to_contain_text("Clean", timeout=90_000)
    expect(verdict.locator("h2")).to_contain_text("Poisoned")
    expect(page.locator("#detect-result .mended tbody tr").first.locator("mark.trigger")).to_have_count(1)
    with page.expect_download() as download:
        page.locator("#detect-download").click()
    with zipfile.ZipFile(download.value.path()) as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("from-a-stranger-repaired.csv").decode("utf-8"))))
        assert {"README.md", "repairs.json"} < set(archive.namelist())
    clean = {row["text"] for row in load("rotten_tomatoes", train_rows=4000).train_table.to_pylist()}
    assert {row["review"].removeprefix("'") for row in rows} == {text.removeprefix("'") for text in clean}
    page.get_by_role("button", name="Undo the last repair").press("Enter")
    expect(verdict.locator("h2")).to_have_text("✕ Poisoned")
    expect(verdict.locator("h2")).to_be_focused()
