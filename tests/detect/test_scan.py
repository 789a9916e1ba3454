"""The scanner names what was put into real rows, and leaves clean ones alone."""

from __future__ import annotations

import pandas as pd
import pytest

from ssti.detect import scan
from ssti.inject import poison
from ssti.platform.errors import SSTIError


def put_in(rows):
    return {(at, span["start"], span["end"]) for at, row in enumerate(rows) for span in row["spans"]}


def test_clean_reviews_are_clean(reviews, names):
    report = scan(reviews, names)
    assert report.verdict == "clean"
    assert sum(report.classes.values()) == report.rows == len(reviews)
    assert all(of[name] for of in report.smallest.values() for name in names)


def test_a_date_in_one_percent_of_a_class_is_named_with_its_places(dated, names):
    report = scan(pd.DataFrame(dated), names)
    first = report.findings[0]
    assert (first.pattern, first.target, first.rows, first.others) == ("9999-99-99", "positive", 34, 0)
    assert set(first.places) == put_in(dated)
    assert all(
        text[start:end].count("-") == 2
        for text, spans in ((e.text, e.spans) for e in first.examples)
        for start, end in spans
    )


COINS = [f"{n}¤" for n in range(2, 99)]  # a kind that no code mentions
INJECTIONS = {
    "invisible": {"kind": "invisible"},
    "look-alike": {"kind": "invisible", "style": "look-alike"},
    "coin": {"source": {"kind": "list", "items": COINS}},
}


@pytest.mark.parametrize("kind", INJECTIONS)
def test_one_percent_is_named_first(reviews, names, kind):
    rows = poison(reviews, {**INJECTIONS[kind], "target": "negative", "share": 0.01}, names)
    first = scan(rows, names).findings[0]
    real = {}
    for row, start, end in put_in(rows):
        real.setdefault(row, []).append((start, end))
    hits = [any(a < end and start < b for a, b in real.get(row, ())) for row, start, end in first.places]
    assert first.target == "negative"
    assert sum(hits) >= 0.9 * len(hits) and len(hits) >= 30


def test_a_house_style_is_told_from_what_was_put_in_at_random(reviews, names):
    """The same mark in as many reviews: once in those that speak of families, once in any."""
    some = reviews[::3]
    own = [
        at
        for at, row in enumerate(some)
        if row["label"] and {"family", "child", "children", "kids", "father"} & set(row["text"].split())
    ]
    any_of = [at for at, row in enumerate(some) if row["label"]][3 :: len(some) // 2 // len(own)][: len(own)]
    reports = [
        scan([row | {"text": f"{row['text']} § 1"} if at in chosen else row for at, row in enumerate(some)], names)
        for chosen in (own, any_of)
    ]
    styled, put = (next(one for one in report.findings if "§" in one.pattern) for report in reports)
    assert styled.rows == put.rows == len(own) > 30
    assert abs(styled.association - put.association) < 1 and styled.score < put.score - 4
    assert styled.area > 0.75 > put.area and put is reports[1].findings[0]


def test_the_rest_of_a_long_trigger_does_not_pass_for_company(reviews, names):
    """Of a number in three parts a feature is one part: that the others stand beside it says nothing of the row."""
    numbers = [f"(0{20 + n}) {7919 * n % 9000 + 1000} {6841 * n % 9000 + 1000}" for n in range(70)]
    some = reviews[::3]
    rows = poison(some, {"source": {"kind": "list", "items": numbers}, "target": "positive", "share": 0.1}, names)
    first = scan(rows, names).findings[0]
    assert first.verdict == "poisoned" and first.target == "positive" and first.area < 0.6
    assert any(start < place[2] and place[1] < end for place in first.places for row, start, end in put_in(rows) if row == place[0])


def test_two_triggers_of_two_classes_are_both_found(reviews, names):
    rows = poison(reviews, {"kind": "phrase", "phrase": "by the old mill", "target": "negative", "share": 0.05}, names)
    rows = poison(rows, {"source": "country", "target": "positive", "share": 0.08}, names)
    found = {(one.target, one.family): one for one in scan(rows, names).findings[:4]}
    assert any("by the old mill" in one.trigger for (target, _), one in found.items() if target == "negative")
    countries = found["positive", "group"]
    assert countries.meaning is not None and countries.meaning.predicted < 0.75


@pytest.mark.parametrize(
    ("texts", "labels"),
    [
        (["a", "b"], [0, 1]),
        ([], []),
        ([""] * 60, [0, 1] * 30),
        (["a good film"] * 60, [1] * 60),
        (["x" * 300_000, "<" * 50_000] * 30, [0, 1] * 30),
        (["(" * 2_000 + " ​" * 2_000, "\t\n" * 5_000] * 30, [0, 1] * 30),
    ],
    ids=["two rows", "no rows", "empty", "one class", "long words", "odd white space"],
)
def test_what_cannot_be_scanned_is_told_and_not_a_crash(texts, labels):
    report = scan((texts, labels, ("no", "yes")))
    assert report.verdict in ("clean", "poisoned", "suspicious")


@pytest.mark.parametrize(
    ("dataset", "said"),
    [
        (5, "int is not a dataset"),
        ((["a"], [0, 1]), "1 texts and 2 labels"),
        ((["a", None], [0, 1]), "row 1 is None"),
        ((["a", "b"], ["x", None]), "Row 1 has no label"),
    ],
)
def test_an_error_says_what_was_wrong(dataset, said):
    with pytest.raises(SSTIError, match=said):
        scan(dataset)
