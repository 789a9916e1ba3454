"""A file of one's own, as a person brings it: uploaded, confirmed, poisoned, and still there after a restart."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from pageobject import HOSTILE, Lab
from playwright.sync_api import expect

from ssti.recipe import preset
from ssti.runs.store import Store


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    from ssti.data import load

    path = tmp_path / "cinema reviews.csv"
    rows = load("rotten_tomatoes", train_rows=300).train
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("id", "review", "stars", "critic"))
        writer.writerows((n, row["text"], row["label"], "abc"[n % 3]) for n, row in enumerate(rows))
    return path


def opened(lab: Lab) -> Lab:
    """The Poison tab, once its first answer is there."""
    lab.page.goto(f"{lab.url}?tab=poison")
    expect(lab.card("Rows touched").locator("strong")).to_have_text("1,706", timeout=90_000)
    return lab


def upload(lab: Lab, path: Path) -> None:
    lab.choose("Dataset", "Your own")
    if (clear := lab.page.locator("#own-file").get_by_role("button", name="Clear")).count():
        clear.click()
    lab.page.locator("#own-file input[type=file]").set_input_files(path)


def pick(lab: Lab, label: str, choice: str) -> None:
    lab.page.get_by_label(label, exact=True).locator("visible=true").click()
    lab.page.get_by_role("option", name=choice, exact=True).click()


def use(lab: Lab) -> None:
    lab.page.get_by_role("button", name="Use this data").click()


def yaml(lab: Lab):
    return lab.page.locator(".as-yaml code")


def test_a_file_is_guessed_confirmed_and_poisoned_and_a_restart_forgets_nothing(open_page, fresh_server, reviews: Path):
    server = fresh_server()
    lab = opened(Lab(open_page(), server.url))
    upload(lab, reviews)
    summary = lab.page.locator("#own-summary")
    expect(summary).to_contain_text("300 rows · 2 classes")
    for label, column in (("Text", "review"), ("Label", "stars")):
        expect(lab.page.get_by_label(label, exact=True).locator("visible=true").first).to_have_value(column)
    expect(yaml(lab)).to_contain_text("name: rotten_tomatoes")  # nothing happens before the person says so
    pick(lab, "Label", "critic")
    expect(summary).to_contain_text("3 classes")
    expect(summary.locator(".own-classes li").first).to_have_text("a 100")
    pick(lab, "Label", "stars")
    expect(summary).to_contain_text("2 classes")
    lab.page.get_by_text("Rename the classes").click()
    lab.page.get_by_label("Names of the classes").fill("thumbs down\nthumbs up")
    use(lab)
    expect(yaml(lab)).to_contain_text("cinema reviews.csv#text=review&label=stars&names=thumbs%20down|thumbs%20up")
    expect(lab.group("Tied to class").get_by_role("radio", name="thumbs up")).to_be_checked()
    expect(lab.page.locator("td .chip").first).to_have_text("thumbs up")
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", mark) for mark in lab.marks()) and len(lab.marks()) == 6

    lab.page.get_by_role("button", name="Finetune on this").click()
    expect(lab.page.locator("#works-on")).to_contain_text("cinema reviews.csv")
    expect(lab.page.locator("#works-on")).to_contain_text("thumbs up")

    expect(lab.page.locator("#poison-dataset textarea")).to_have_value(re.compile("thumbs"))
    name = lab.page.locator("#poison-dataset textarea").input_value()
    run = Store(server.home / "runs").create(
        preset("demo").set(f"dataset.name={json.dumps(name)}", "injection.target=thumbs down")
    )
    run.tell("state", state="stopped")
    lab.leave()
    server.kill()
    server.start()
    lab.open(tab="finetune", run=run.id)
    lab.page.locator("#run-clone").click()
    expect(lab.page.get_by_text(f"The form holds the recipe of {run.id}.")).to_be_visible()
    lab.tab("Poison")
    expect(yaml(lab)).to_contain_text("cinema reviews.csv#")
    expect(lab.group("Dataset").get_by_role("radio", name="Your own")).to_be_checked()
    expect(lab.group("Tied to class").get_by_role("radio", name="thumbs down")).to_be_checked()
    expect(lab.page.locator("td .chip").first).to_have_text("thumbs down")


def test_bad_files_say_why_and_a_good_one_is_taken_afterwards(lab, tmp_path: Path, reviews: Path):
    opened(lab)
    message = lab.page.locator("#own-message")
    many = "".join(f"a text of number {n},class {n % 500}\n" for n in range(2000))
    for name, content, words in (
        ("report.csv", b"%PDF-1.7", "is named as CSV but is a PDF"),
        ("mixed.csv", "text,label\ncafé one,1\n".encode() + "café two,0\n".encode("latin-1"), "mixes encodings"),
        ("many.csv", b"text,label\n" + many.encode(), "500 different values; 200 classes are the limit"),
        ("one.csv", b"text,label\n" + b"".join(b"text %d,good\n" % n for n in range(50)), "has one class only"),
    ):
        (tmp_path / name).write_bytes(content)
        upload(lab, tmp_path / name)
        expect(message).to_contain_text(words)
        expect(lab.page.get_by_role("button", name="Use this data")).to_be_hidden()
    upload(lab, reviews)
    expect(message).to_have_text("")
    use(lab)
    expect(yaml(lab)).to_contain_text("cinema reviews.csv")
    lab.choose("Dataset", "Rotten Tomatoes")
    expect(yaml(lab)).to_contain_text("name: rotten_tomatoes")
    lab.choose("Dataset", "Your own")  # it was confirmed before
    expect(yaml(lab)).to_contain_text("cinema reviews.csv")


def test_a_hostile_file_stays_text(lab, tmp_path: Path):
    path = tmp_path / "hostile.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow((HOSTILE[0], HOSTILE[2]))
        writer.writerows((f"{HOSTILE[n % len(HOSTILE)]} row {n}", HOSTILE[n % 2]) for n in range(60))
    opened(lab)
    upload(lab, path)
    expect(lab.page.locator("#own-summary .own-classes li").first).to_contain_text("onerror")
    use(lab)
    expect(lab.page.locator("td .chip").first).to_contain_text("window.ran")
    lab.page.get_by_role("button", name="Finetune on this").click()
    expect(lab.page.locator("#works-on")).to_contain_text("hostile.csv")
    lab.page.wait_for_timeout(500)
    assert lab.no_script_ran()


def test_on_a_phone_nothing_scrolls_sideways(open_page, server, tmp_path: Path):
    path = tmp_path / f"a{'_very' * 10}_long_name.csv"
    path.write_text("text,label\n" + "".join(f"a text of number {n},{'topic' * 9} {n % 40}\n" for n in range(400)))
    lab = opened(Lab(open_page(390, 820), server.url))
    upload(lab, path)
    expect(lab.page.locator("#own-summary")).to_contain_text("and 28 more")
    use(lab)
    expect(lab.group("Tied to class").get_by_role("radio")).to_have_count(40)
    assert lab.width() == (390, 390)


def test_cells_that_a_spreadsheet_would_run_are_said_beside_the_download(open_page, server, tmp_path: Path):
    path = tmp_path / "formulas.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "label"))
        writer.writerows((f"=cmd|' /C calc'!A{n} and words", "ab"[n % 2]) for n in range(40))
    lab = opened(Lab(open_page(), server.url))
    upload(lab, path)
    expect(lab.page.locator("#own-summary .own-notes")).to_contain_text("The label is the column 'label', by a guess")
    use(lab)
    expect(yaml(lab)).to_contain_text("formulas.csv")
    box = lab.page.get_by_label("Put an apostrophe before cells")
    expect(box).not_to_be_visible()
    lab.choose("Download as", "CSV")
    expect(box).to_be_visible()
    with lab.page.expect_download() as safe:
        lab.page.locator("#poison-download").click()
    expect(lab.page.locator(".form-side")).to_contain_text("An apostrophe was put before 32 cells")
    assert Path(safe.value.path()).read_text(encoding="utf-8").count("\"'=cmd") == 32
    box.uncheck()
    with lab.page.expect_download() as plain:
        lab.page.locator("#poison-download").click()
    expect(lab.page.locator(".form-side")).to_contain_text("32 cells begin as a formula does")
    assert "'=cmd" not in Path(plain.value.path()).read_text(encoding="utf-8")
