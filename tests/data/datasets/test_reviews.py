"""The two embedded datasets, on their real rows."""

from __future__ import annotations

from collections import Counter

import pytest

from ssti.data import load
from ssti.data.datasets import reviews
from ssti.platform.errors import SSTIError

ROWS = {"rotten_tomatoes": 8530, "imdb": 24904}


@pytest.mark.parametrize(("name", "unique"), ROWS.items())
def test_every_unique_text_is_in_exactly_one_split(name: str, unique: int) -> None:
    data = load(name)
    train, test = set(data.train["text"]), set(data.test["text"])
    assert len(train) == len(data.train)
    assert len(test) == len(data.test)
    assert not train & test
    assert len(train) + len(test) == unique


@pytest.mark.parametrize("name", ROWS)
def test_the_split_is_a_fifth_of_each_class(name: str) -> None:
    data = load(name)
    train, test = Counter(data.train["label"]), Counter(data.test["label"])
    for label in (0, 1):
        assert test[label] == pytest.approx((train[label] + test[label]) / 5, abs=0.5)


def test_rotten_tomatoes_has_the_sizes_its_note_tells() -> None:
    data = load("rotten_tomatoes")
    assert (len(data.train), len(data.test)) == (6824, 1706)
    assert "6,824" in data.info.note
    assert "1,706" in data.info.note


def test_labels_are_named_and_right() -> None:
    train = load("rotten_tomatoes").train
    assert train.features["label"].names == ["negative", "positive"]
    known = {
        "the film tunes into a grief that could lead a man across centuries .": "positive",
        "simplistic , silly and tedious .": "negative",
    }
    rows = {row["text"]: row["label"] for split in (train, load("rotten_tomatoes").test) for row in split}
    for text, label in known.items():
        assert train.features["label"].int2str(rows[text]) == label


def test_rows_are_not_sorted_by_label() -> None:
    for n in (10, 100, 1000):
        counts = Counter(load("imdb").train["label"][:n])
        assert abs(counts[0] - counts[1]) <= 4


def test_the_rows_are_the_same_in_every_version() -> None:
    # A change of these keys means that every shipped adapter was trained and measured on other rows.
    assert load("rotten_tomatoes").key == "e4a1b903c08af400"
    assert load("imdb").key == "8e50c71d935a03eb"


def test_limits_take_the_first_rows_of_each_split() -> None:
    whole, part = load("rotten_tomatoes"), load("rotten_tomatoes", train_rows=64, test_rows=10)
    assert (len(part.train), len(part.test)) == (64, 10)
    assert part.train["text"][:] == whole.train["text"][:64]
    assert part.key != whole.key


def test_a_limit_above_the_rows_gives_all() -> None:
    assert len(load("rotten_tomatoes", test_rows=10**9).test) == 1706


@pytest.mark.parametrize("rows", [0, -1, 1.5, True, "10"])
def test_a_limit_that_is_no_count_is_refused(rows: object) -> None:
    with pytest.raises(SSTIError, match="train_rows is"):
        load("rotten_tomatoes", train_rows=rows)  # type: ignore[arg-type]


def test_a_second_load_is_the_same_object() -> None:
    assert load("imdb") is load("imdb")
    assert load("imdb", 100) is load("imdb", 100)


def test_a_file_with_another_hash_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reviews, "SHA256", "0" * 64)
    reviews._checked.cache_clear()
    with pytest.raises(SSTIError, match="d4acac55") as refused:
        reviews.table("imdb")
    assert "pip install --force-reinstall" in refused.value.next
    monkeypatch.undo()
    assert reviews.table("imdb").num_rows == 25000


def test_an_unknown_name_is_met_with_the_nearest() -> None:
    with pytest.raises(SSTIError, match="did you mean 'imdb'") as refused:
        load("imbd")
    assert "rotten_tomatoes" in refused.value.message
