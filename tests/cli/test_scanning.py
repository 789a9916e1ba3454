"""`scan` of a file: its exit code for a pipeline, its JSON, and what a person accepts."""

from __future__ import annotations

import csv
import json

import pytest

from ssti.data.rows import load
from ssti.inject import poison


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two CSV files of reviews, the second with a date in 12 % of the positive ones."""
    table = load("rotten_tomatoes", train_rows=1500).train_table
    rows = [
        {"review": text, "opinion": ("bad", "good")[label]}
        for text, label in zip(table["text"].to_pylist(), table["label"].to_pylist(), strict=True)
    ]
    recipe = {"source": "date", "target": "good", "share": 0.12}
    dated = poison(rows, recipe, ("bad", "good"), text_column="review", label_column="opinion")
    folder = tmp_path_factory.mktemp("scanned")
    for name, some in (("clean", rows), ("dated", dated)):
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, ["review", "opinion"], extrasaction="ignore")
            writer.writeheader()
            writer.writerows(some)
    return folder


def test_a_clean_file_ends_with_0(run, files):
    code, out, _ = run("scan", str(files / "clean.csv"))
    assert code == 0
    assert out.startswith("clean: 1,500 rows")


def test_a_poisoned_file_ends_with_3_and_names_the_trigger_in_json(run, files):
    code, out, _ = run("scan", str(files / "dated.csv"), "--json")
    assert code == 3
    said = json.loads(out)
    first = said["findings"][0]
    assert (said["kind"], said["verdict"], first["pattern"], first["target"]) == (
        "dataset",
        "poisoned",
        "9999-99-99",
        "good",
    )
    text, (span, *_) = first["examples"][0]["text"], first["examples"][0]["spans"]
    assert text[slice(*span)].count("-") == 2
    assert 0 < first["share_of_target"] < 0.2


def test_an_accepted_trigger_ends_with_0(run, files):
    code, out, _ = run("scan", str(files / "dated.csv"), "--accept", "9999-99-99")
    assert code == 0
    assert "accepted: '" in out


def test_a_file_that_is_not_there_is_an_error(run):
    code, out, _ = run("scan", "nowhere.csv", "--json")
    assert code == 1
    assert "nowhere.csv" in json.loads(out)["error"]["message"]


def test_a_name_is_an_adapter_where_there_is_one_and_else_a_dataset(files, home):
    from ssti.adapters.listing import SHIPPED
    from ssti.detect.adapter.together import adapter_of

    folder = SHIPPED / "mystery"
    for name in ("shipped/mystery", "mystery", str(folder), f"{folder}#labels=no,yes", "run/gone"):
        assert adapter_of(name) == name
    for name in ("rotten_tomatoes", str(files / "clean.csv"), str(files), "owner/name", "nowhere.csv", ""):
        assert adapter_of(name) is None


def test_an_adapter_that_is_gone_is_said_and_a_dataset_has_no_suspects(run, files):
    code, out, _ = run("scan", "run/gone", "--json")
    assert code == 1 and "no adapter" in json.loads(out)["error"]["message"]
    code, out, _ = run("scan", str(files / "clean.csv"), "--suspect", "x", "--json")
    assert code == 2 and "is no adapter" in json.loads(out)["error"]["message"]
