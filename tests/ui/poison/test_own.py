"""Data of one's own in the Poison tab: what is asked, what is told, and that it can be trained on."""

from __future__ import annotations

import json
import re
from pathlib import Path

import gradio as gr
import pytest

from ssti.data import load
from ssti.platform.errors import SSTIError
from ssti.recipe import load_recipe, parse_recipe, preset
from ssti.ui.kit.parts import Markup
from ssti.ui.poison import own
from ssti.ui.poison.form import form_fields
from ssti.ui.poison.own_form import looked_again, shown
from ssti.ui.poison.result import portable
from ssti.ui.poison.tab import redraw, to_file

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
        return own.from_upload(str(path))

    return give


def test_what_is_found_is_shown_to_be_confirmed(upload, reviews):
    found = own.find(upload(reviews))
    assert found.texts == ("body",) and found.labels == ("stars",)
    assert found.names == "negative\npositive"
    for words in ("mine.jsonl", "JSON lines · 200 rows", "2 classes", ">negative</span> ", ">positive</span> ", "<dt>"):
        assert words in found.summary
    assert sum(int(n) for n in re.findall(r"</span> (\d+)</li>", found.summary)) == 200


def test_a_hostile_file_stays_text(upload):
    rows = [(f"{HOSTILE} number {n}", HOSTILE if n % 2 else "good") for n in range(40)]
    place = upload(rows, name="a<b>.jsonl")
    found = own.find(place)
    assert "<img" not in found.summary and "&lt;img" in found.summary and "a_b_.jsonl" in found.summary
    name, classes = own.confirmed(found.chosen)
    answer = redraw(form_fields() | {"dataset": name, "target": HOSTILE})
    assert answer[0] is None
    assert not [piece for piece in answer if isinstance(piece, Markup) and "<img" in piece]


def test_other_columns_and_other_names_of_the_classes(upload, reviews):
    rows = [(text, n % 3) for n, (text, _) in enumerate(reviews)]
    place = upload(rows)
    chosen = shown(own.find(place))[-1]
    answer = looked_again(chosen, "body", "stars", "low\nmiddle\nhigh")
    assert answer[0] is None and own.confirmed(answer[-1])[1] == ["low", "middle", "high"]
    refused = looked_again(chosen, "body", "stars", "low\nhigh")
    assert "do not fit the 3 classes" in refused[0] and refused[-1] == gr.skip() and refused[-2]["visible"] is False
    assert "cannot be the label" in looked_again(chosen, "stars", "body", None)[0]


def test_nothing_is_used_before_something_was_chosen(home):
    assert "No data was chosen" in looked_again({}, "a", "b", None)[0]
    for chosen in (None, {}, {"name": 3}):
        with pytest.raises(SSTIError, match="No data was chosen"):
            own.confirmed(chosen)


@pytest.mark.parametrize(
    ("name", "content", "told"),
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
def test_a_file_that_will_not_do_is_told_why_and_what_to_do(
    tmp_path: Path, home: Path, name: str, content: bytes, told: str
):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(SSTIError, match=told) as error:
        own.find(own.from_upload(str(path)))
    assert error.value.next and str(home) not in str(error.value) and str(tmp_path) not in str(error.value)


def test_a_shared_server_takes_less(tmp_path: Path, home: Path, monkeypatch):
    monkeypatch.setenv("SPACE_ID", "a/b")
    path = tmp_path / "rows.csv"
    path.write_bytes(b"text,label\n" + b"a,1\n" * 27_000_000)
    with pytest.raises(SSTIError, match="108 MB; 105 MB are the limit on this server"):
        own.from_upload(str(path))


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


def test_the_preview_and_the_download_work_on_an_upload(upload, reviews):
    name, classes = own.confirmed(own.find(upload(reviews)).chosen)
    values = form_fields() | {"dataset": name, "target": classes[1]}
    problem, figures, rows, yaml, commands, python, *_ = redraw(values)
    assert problem is None and '<mark class="trigger">' in rows
    assert "mine.jsonl#text=body&amp;label=stars" in yaml and "upload:" not in yaml + commands + python
    *_, (file, said) = to_file(values, "csv")
    assert "mine-poisoned.csv" in said


def test_a_recipe_on_an_upload_can_be_trained_and_tried(upload, reviews):
    """What a run's worker and Flip do with the recipe, from its own YAML: check, load, sets, rows to try."""
    from ssti.data import sample_rows
    from ssti.finetune.check import check

    name, classes = own.confirmed(own.find(upload(reviews), names="bad & worse\ngood, or better").chosen)
    recipe = preset("demo").set("dataset.name=" + json.dumps(name), "injection.target=" + json.dumps(classes[1]))
    again = load_recipe(recipe.to_yaml())
    checked = check(again)
    assert checked.label_names == ("bad & worse", "good, or better") and checked.targets == (1,)
    assert sample_rows(again.dataset.name, "bad & worse", 3)[0].text
    assert portable(again).dataset.name.startswith("mine.jsonl#")
    assert parse_recipe(again.as_dict()) == recipe
