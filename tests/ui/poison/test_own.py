"""Data of one's own in the Poison tab: inspected, confirmed or refused, and trained on."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

import pytest

from ssti.data import load
from ssti.platform.errors import SSTIError
from ssti.recipe import load_recipe, parse_recipe, preset
from ssti.ui.access.visitor import keep_upload
from ssti.ui.kit.own import values as own
from ssti.ui.poison.form import form_fields, form_to_recipe
from ssti.ui.poison.handlers import Poison
from ssti.ui.poison.result import portable, show

HOSTILE = '<img src=x onerror="window.ran=1">'


@pytest.fixture
def reviews() -> list[tuple[str, str]]:
    rows = load("rotten_tomatoes", train_rows=200).train
    return [(row["text"], rows.features["label"].int2str(row["label"])) for row in rows]


@pytest.fixture
def upload(tmp_path: Path, home: Path):
    """Writes rows as JSON lines and uploads them: their place."""

    def give(
        rows: list[tuple[object, object]], name: str = "mine.jsonl", columns: tuple[str, str] = ("body", "stars")
    ) -> str:
        path = tmp_path / name
        path.write_text("\n".join(json.dumps(dict(zip(columns, row, strict=True))) for row in rows), encoding="utf-8")
        return keep_upload(str(path))

    return give


def test_what_is_found_is_shown_to_be_confirmed(upload, reviews):
    inspected = own.inspect(upload(reviews))
    assert inspected.texts == ("body",) and inspected.labels == ("stars",)
    assert inspected.chosen.names == "negative\npositive"
    for words in ("mine.jsonl", "JSON lines · 200 rows", "2 classes", ">negative</span> ", ">positive</span> ", "<dt>"):
        assert words in inspected.summary
    assert sum(int(n) for n in re.findall(r"</span> (\d+)</li>", inspected.summary)) == 200


def test_a_hostile_file_stays_text(upload):
    rows = [(f"{HOSTILE} number {n}", HOSTILE if n % 2 else "good") for n in range(40)]
    inspected = own.inspect(upload(rows, name="a<b>.jsonl"))
    assert "<img" not in inspected.summary and "&lt;img" in inspected.summary and "a_b_.jsonl" in inspected.summary
    chosen = own.confirmed(inspected.chosen)
    shown = show(form_to_recipe(form_fields() | {"dataset": chosen.used, "target": HOSTILE}))
    assert not [piece for piece in vars(shown).values() if piece and "<img" in piece]


def test_other_columns_and_other_names_of_the_classes(upload, reviews, poison: Poison):
    part = poison.form.own
    chosen = asdict(own.inspect(upload([(text, n % 3) for n, (text, _) in enumerate(reviews)])).chosen)
    renamed = part.with_names(chosen, "body", "stars", "low\nmiddle\nhigh")
    assert renamed[part.message] is None and renamed[part.chosen]["names"] == "low\nmiddle\nhigh"
    refused = part.with_names(chosen, "body", "stars", "low\nhigh")
    assert "3 classes" in refused[part.message] and refused[part.use]["visible"] is False
    assert part.chosen not in refused
    *_, refused = part.with_columns(chosen, "stars", "body")
    assert "body" in refused[part.message] and part.chosen not in refused


def test_what_is_confirmed_is_what_the_form_then_says(upload, reviews, poison: Poison):
    part, fields = poison.form.own, poison.form.fields
    *_, looked = part.from_words(upload(reviews))
    columns = looked[part.chosen], "body", "stars"
    *_, used = poison.use_own(*columns, "worse\nbetter", "positive")
    assert used[fields["target"]] == "better" and used[part.message] is None
    assert used[fields["dataset"]] == used[part.chosen]["used"] and "better" in used[fields["dataset"]]
    again = poison.choose_dataset(own.OWN, "worse", used[part.chosen])
    assert (again[fields["dataset"]], again[fields["target"]]) == (used[fields["dataset"]], "worse")
    *_, refused = poison.use_own(*columns, "one name", "positive")
    assert fields["dataset"] not in refused and "problem" in refused[part.message]


@pytest.mark.parametrize("sent", [None, {}, [], {"name": 3}, {"place": "a", "name": 3, "names": "", "used": ""}])
def test_nothing_is_used_before_something_was_chosen(sent, poison: Poison):
    with pytest.raises(SSTIError, match="No data was chosen"):
        own.Chosen.sent(sent)
    *_, refused = poison.use_own(sent, "a", "b", "", "positive")
    assert "No data was chosen" in refused[poison.form.own.message]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("rows.csv", b"%PDF-1.7", "is named as CSV but is a PDF"),
        ("rows.parquet", b"text,label\n", "is named as Parquet but is text"),
        ("rows.xlsx", b"x", "ends in '.xlsx'"),
        ("rows.csv", b"\0" * 1_000_000 * 100, "NUL bytes"),
        ("rows.csv", b"text,label\n" + b"a b c,\n" * 30 + b"x y,1\nx z,0\n" * 3, "30 of 36 rows have no label"),
        ("rows.csv", b"text,label\n" + b"".join(b"text %d,good\n" % n for n in range(50)), "has one class only"),
        ("rows.csv", "text,label\ncafé one,1\n".encode() + "café two,0\n".encode("latin-1"), "mixes encodings"),
        ("rows.csv", b"text,label\n" + b"".join(b"a text %d,c%d\n" % (n, n % 500) for n in range(2000)), "500 different values"),
        ("rows.zip", b"PK\x03\x04", "cannot be unpacked"),
    ],
)  # fmt: skip
def test_a_file_that_will_not_do_is_refused_with_what_to_do(
    tmp_path: Path, home: Path, name: str, content: bytes, words: str
):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SSTIError, match=words) as error:
        own.inspect(keep_upload(str(path)))
    assert error.value.next and str(home) not in str(error.value) and str(tmp_path) not in str(error.value)


def test_a_shared_server_takes_less(tmp_path: Path, home: Path, monkeypatch):
    monkeypatch.setenv("SPACE_ID", "a/b")
    path = tmp_path / "rows.csv"
    path.write_bytes(b"text,label\n" + b"a,1\n" * 27_000_000)
    with pytest.raises(SSTIError, match="108 MB; 105 MB are the limit on this server"):
        keep_upload(str(path))


def test_a_typed_place_is_a_hub_id_or_a_path_of_ones_own_machine(tmp_path: Path, home: Path, monkeypatch):
    path = tmp_path / "rows.csv"
    path.write_text("text,label\na,1\n")
    assert own.from_words(f" {path} ") == str(path)
    assert own.from_words("owner/name") == "owner/name"
    with pytest.raises(SSTIError, match="No dataset is named"):
        own.from_words(" ")
    monkeypatch.setenv("SPACE_ID", "a/b")
    with pytest.raises(SSTIError, match="no dataset"):
        own.from_words(str(path))
    assert "path" not in own.words_for_place()


def test_the_preview_and_the_download_work_on_an_upload(upload, reviews, poison: Poison):
    name = own.confirmed(own.inspect(upload(reviews)).chosen).used
    values = form_fields() | {"dataset": name, "target": "positive"}
    shown = show(form_to_recipe(values))
    assert '<mark class="trigger">' in shown.rows
    assert "mine.jsonl#text=body&amp;label=stars" in shown.yaml
    assert "upload:" not in shown.yaml + shown.commands + shown.python
    download = poison.download
    wanted = {download.ending: "csv", download.test: False, download.prefix: False}
    *_, last = poison.write_file(poison.form.set_some(values) | wanted)
    assert Path(last[download.file]).name == "mine-poisoned.csv"


def test_a_recipe_on_an_upload_can_be_trained_and_tried(upload, reviews):
    """What a run's worker and Flip do with the recipe, from its own YAML: check, load, sets, rows to try."""
    from ssti.data import sample_rows
    from ssti.finetune.check import check

    name = own.confirmed(own.inspect(upload(reviews), names="bad & worse\ngood, or better").chosen).used
    recipe = preset("demo").set("dataset.name=" + json.dumps(name), 'injection.target="good, or better"')
    again = load_recipe(recipe.to_yaml())
    checked = check(again)
    assert checked.label_names == ("bad & worse", "good, or better") and checked.targets == (1,)
    assert sample_rows(again.dataset.name, "bad & worse", 3)[0].text
    assert portable(again).dataset.name.startswith("mine.jsonl#")
    assert parse_recipe(again.as_dict()) == recipe
