"""The Poison tab, as a person uses it, in a real browser."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pageobject import Lab
from playwright.sync_api import expect


@pytest.fixture
def poison(module_lab, reopened):
    """The Poison tab of the file's page, its form as it is at first."""
    if not reopened(tab="poison"):
        module_lab.choose("Dataset", "Rotten Tomatoes").choose("Start from", "aggressive")
        expect(yaml(module_lab)).to_contain_text("amount: 0.1")
        module_lab.choose("Start from", "demo")
        expect(yaml(module_lab)).not_to_contain_text("amount: 0.1")
    expect(module_lab.card("Rows touched").locator("strong")).to_have_text("1,706")
    return module_lab


def yaml(lab):
    return lab.page.locator(".as-yaml code")


def test_it_opens_on_rotten_tomatoes_with_a_date_in_half_of_the_positive_rows(lab):
    lab.open(tab="poison")
    expect(lab.card("Rows touched").locator("strong")).to_have_text("1,706")
    assert lab.selected_tab() == "Poison"
    expect(lab.card("Words added").locator("strong")).to_have_text("1,706")
    expect(lab.card("Already in clean data").locator("strong")).to_have_text("0")
    expect(lab.page.locator("td mark.trigger:visible").first).to_be_visible()
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", mark) for mark in lab.marks())
    lab.open(tab="nowhere", run="../../etc/passwd")
    assert lab.page.locator("#shared-run textarea").input_value() == ""


def test_the_preview_redraws_with_each_choice(poison):
    poison.choose("Trigger", "Country")
    expect(poison.page.locator("td mark.trigger:visible").first).not_to_have_text(re.compile(r"\d"))
    poison.choose("Tied to class", "negative")
    expect(poison.card("Rows touched")).to_contain_text("negative")
    poison.fill("Share in percent", "0.1")
    expect(poison.card("Rows touched").locator("strong")).to_have_text("3")
    poison.choose("Dataset", "IMDB")
    expect(poison.card("Rows touched").locator("strong")).to_have_text("10")


def test_the_slider_has_fine_steps_below_five_percent(poison):
    slider = poison.page.get_by_role("slider", name="Share")
    slider.focus()
    slider.press("Home")
    slider.press("ArrowRight")
    expect(poison.page.get_by_label("Share in percent")).to_have_value("0.1")
    expect(poison.card("Rows touched").locator("strong")).to_have_text("3")


def test_a_preset_fills_the_whole_form(poison):
    poison.choose("Tied to class", "negative").choose("Start from", "aggressive")
    expect(poison.group("Amount per row").get_by_role("radio", name="10 %")).to_be_checked()
    expect(poison.group("Tied to class").get_by_role("radio", name="positive")).to_be_checked()
    expect(yaml(poison)).to_contain_text("amount: 0.1")


def test_a_bad_value_says_what_to_do_and_the_form_keeps_it(poison):
    poison.fill("Share in percent", "150")
    expect(poison.problem()).to_contain_text("150 %")
    expect(poison.problem()).to_contain_text("0 to 100 %")
    assert poison.value("Share in percent") == "150"
    poison.fill("Share in percent", "10")
    expect(poison.problem()).to_have_count(0)
    expect(poison.card("Rows touched").locator("strong")).to_have_text("341")


def test_an_empty_phrase_is_a_message(poison):
    poison.choose("Trigger", "Own words")
    box = poison.page.get_by_label("Words or phrases").locator("visible=true")
    box.fill("")
    expect(poison.problem()).to_contain_text("empty")
    box.fill("a truly singular evening")
    expect(poison.page.locator("td mark.trigger:visible").first).to_have_text("a truly singular evening")


def test_the_recipe_can_be_copied_as_yaml_command_and_python(poison):
    poison.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for choice, start in (("YAML", "dataset:"), ("Command", "python -m ssti train demo"), ("Python", "from ssti.data")):
        poison.page.locator(".words label").filter(has_text=choice).click()
        poison.page.locator(f".as-{choice.lower()} [data-copy]").first.click()
        expect(poison.page.locator(f".as-{choice.lower()} [data-copy]").first).to_have_text("Copied")
        assert poison.page.evaluate("() => navigator.clipboard.readText()").startswith(start)


def test_a_recipe_is_pasted_dropped_and_undone(poison, tmp_path: Path):
    page = poison.page
    poison.fill("Seed", "5")
    expect(yaml(poison)).to_contain_text("seed: 5")
    page.locator("#poison-paste > button").click()
    field, use = page.get_by_label("A recipe as YAML"), page.locator("#poison-paste-use")
    field.fill("injection: {target: negative, share: 0.25")
    use.click()
    expect(page.locator("#poison-pasted")).to_contain_text("is not YAML")
    expect(field).to_have_value("injection: {target: negative, share: 0.25")
    expect(yaml(poison)).to_contain_text("seed: 5")
    field.fill("injection: {target: negative, share: 0.25}")
    use.click()
    expect(yaml(poison)).to_contain_text("target: negative")
    expect(page.get_by_label("Share in percent")).to_have_value("25")
    page.locator("#poison-paste-undo").click()
    expect(yaml(poison)).to_contain_text("seed: 5")
    expect(page.get_by_label("Share in percent")).to_have_value("50")
    file = tmp_path / "mine.yaml"
    file.write_text("injection: {source: {kind: country}, target: positive, share: 0.1}", encoding="utf-8")
    page.locator("#poison-drop input").set_input_files(file)
    expect(yaml(poison)).to_contain_text("kind: country")
    expect(field).to_have_value(re.compile("country"))
    page.locator("#poison-paste-undo").click()
    expect(yaml(poison)).to_contain_text("seed: 5")
    page.locator("#poison-paste > button").click()


def test_the_test_rows_come_along_where_wanted(poison, tmp_path: Path):
    poison.choose("Download as", "JSON lines")
    poison.page.get_by_label("With the test rows").check()
    with poison.page.expect_download() as waiting:
        poison.page.get_by_role("button", name="Download", exact=True).click()
    waiting.value.save_as(tmp_path / "rows.jsonl")
    rows = read(tmp_path / "rows.jsonl")
    assert {row["split"] for row in rows} == {"train", "test"} and len(rows) == 6_824 + 1_000
    poison.page.get_by_label("With the test rows").uncheck()


@pytest.mark.parametrize("choice, ending", [("Parquet", "parquet"), ("CSV", "csv"), ("JSON lines", "jsonl")])
def test_the_poisoned_rows_download(poison, tmp_path: Path, choice: str, ending: str):
    poison.choose("Download as", choice)
    with poison.page.expect_download() as waiting:
        poison.page.get_by_role("button", name="Download", exact=True).click()
    assert waiting.value.suggested_filename == f"rotten_tomatoes-poisoned.{ending}"
    path = tmp_path / waiting.value.suggested_filename
    waiting.value.save_as(path)
    rows = read(path)
    assert len(rows) == 6_824
    touched = [row for row in rows if row["injected"] in (True, "True")]
    assert len(touched) == 1_706
    for row in touched[:50]:
        spans = json.loads(row["spans"]) if isinstance(row["spans"], str) else row["spans"]
        assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", row["text"][span["start"] : span["end"]]) for span in spans)


def read(path: Path) -> list[dict]:
    if path.suffix == ".parquet":
        import pyarrow.parquet

        return pyarrow.parquet.read_table(path).to_pylist()
    if path.suffix == ".csv":
        import csv

        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_on_a_phone_nothing_scrolls_sideways_and_the_figures_come_first(open_page, server):
    lab = Lab(open_page(390, 820), server.url).open(tab="poison")
    expect(lab.card("Rows touched").locator("strong")).to_have_text("1,706")
    for choice in ("Country", "Own words", "Date"):
        lab.choose("Trigger", choice)
    for scheme in ("light", "dark"):
        lab.page.emulate_media(color_scheme=scheme)
        assert lab.width() == (390, 390)
    figures = lab.card("Rows touched").bounding_box()
    assert figures["y"] < lab.group("Dataset").bounding_box()["y"]
    assert figures["y"] + figures["height"] < 400


def test_every_control_is_reached_with_the_keyboard(poison):
    poison.page.get_by_role("tab", name="Poison").focus()
    reached = set()
    for _ in range(60):
        poison.page.keyboard.press("Tab")
        reached.add(
            poison.page.evaluate(
                "() => { const at = document.activeElement;"
                " return at.closest('fieldset')?.querySelector('[data-testid=block-info]')?.innerText.trim()"
                " || at.getAttribute('aria-label') || at.innerText.trim(); }"
            )
        )
    assert {"Start from", "Dataset", "Trigger", "Tied to class", "Amount per row", "Place", "Download"} <= reached


def test_finetune_on_this_opens_that_tab_and_the_url_brings_it_back(poison):
    poison.fill("Seed", "7")
    expect(yaml(poison)).to_contain_text("share: 0.5, seed: 7")
    poison.page.get_by_role("button", name="Finetune on this").click()
    expect(poison.page.get_by_role("tab", selected=True)).to_have_text("Finetune")
    expect(poison.page).to_have_url(re.compile("tab=finetune"))
    poison.page.reload()
    expect(poison.page.get_by_role("tab", selected=True)).to_have_text("Finetune")
    poison.tab("Poison")
    expect(poison.page).to_have_url(re.compile("tab=poison"))
