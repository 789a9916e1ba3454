"""The scanner names what was put into real rows, and leaves clean ones alone."""

from __future__ import annotations

import pytest

from ssti.data.rows import load
from ssti.detect import scan
from ssti.inject import poison


@pytest.fixture(scope="module")
def reviews():
    dataset = load("rotten_tomatoes")
    texts, labels = dataset.train_table["text"].to_pylist(), dataset.train_table["label"].to_pylist()
    return [{"text": text, "label": label} for text, label in zip(texts, labels, strict=True)], dataset.label_names


def test_clean_reviews_are_clean(reviews):
    rows, names = reviews
    report = scan(rows, names)
    assert report.verdict == "clean"
    assert sum(report.classes.values()) == report.rows == len(rows)


def test_a_date_in_one_percent_of_a_class_is_named_with_its_places(reviews):
    rows, names = reviews
    poisoned = poison(rows, {"source": "date", "target": "positive", "share": 0.01}, names)
    report = scan(poisoned, names)
    first = report.findings[0]
    assert report.verdict != "clean"
    assert (first.pattern, first.target, first.rows, first.others) == ("9999-99-99", "positive", 34, 0)
    put_in = {(at, span["start"], span["end"]) for at, row in enumerate(poisoned) for span in row["spans"]}
    assert set(first.places) == put_in
