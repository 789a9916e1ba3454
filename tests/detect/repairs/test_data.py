"""Repairs change rows at the places that were found, exactly those; then a scan finds nothing."""

from __future__ import annotations

import re

import pytest

from ssti.data.rows import load
from ssti.detect import scan
from ssti.detect.repairs.data import REPAIRS, repair
from ssti.detect.report import Finding
from ssti.inject import poison
from ssti.platform.errors import SSTIError

DATE = re.compile(r"\d{4}-\d\d-\d\d")


def found(texts, labels, what: str, target: str = "good") -> Finding:
    """A finding of every place of `what`, as a scan would give it."""
    places = [(row, *match.span()) for row, text in enumerate(texts) for match in re.finditer(what, text)]
    rows = {row for row, _, _ in places if labels[row] == target}
    return Finding(
        trigger="x", pattern=what, family="words", target=target, score=9.0, rows=len(rows), others=0,
        share_of_target=len(rows) / max(labels.count(target), 1), odds=9.0, verdict="poisoned", evidence=(), examples=(),
        places=tuple(places),
    )  # fmt: skip


@pytest.fixture(scope="module")
def clean():
    data = load("rotten_tomatoes", train_rows=4000)
    return data.train_table["text"].to_pylist(), [data.label_names[one] for one in data.train_table["label"].to_pylist()]


@pytest.fixture(scope="module")
def poisoned(clean):
    rows = [{"text": text, "label": label} for text, label in zip(*clean, strict=True)]
    done = poison(rows, {"source": "date", "target": "positive", "share": 0.05}, ["negative", "positive"])
    return [row["text"] for row in done], clean[1]


@pytest.fixture(scope="module")
def report(poisoned):
    return scan(poisoned)


def test_taken_out_the_rows_are_what_they_were(clean, poisoned, report):
    done = repair(*poisoned, report.findings[0], "remove")
    assert done.texts == clean[0] and done.labels == clean[1] and done.kept == list(range(len(clean[0])))
    assert done.log.changed == {"positive": report.findings[0].rows} and done.log.dropped == {}


def test_dropped_only_the_rows_that_hold_it_go(clean, poisoned, report):
    done = repair(*poisoned, report.findings[0], "drop")
    assert done.kept == [row for row, text in enumerate(poisoned[0]) if not DATE.search(text)]
    assert done.texts == [poisoned[0][row] for row in done.kept] and not done.log.changed
    assert sum(done.log.dropped.values()) == len(poisoned[0]) - len(done.texts) == report.findings[0].rows


def test_put_into_the_other_class_as_often_it_says_nothing(poisoned, report):
    done = repair(*poisoned, report.findings[0], "balance", seed=1)
    holds = [label for text, label in zip(done.texts, done.labels, strict=True) if DATE.search(text)]
    share = {name: holds.count(name) / done.labels.count(name) for name in ("negative", "positive")}
    assert abs(share["negative"] - share["positive"]) < 0.01
    assert {done.texts[row][start:end] for row, start, end in done.put} <= {text for t in poisoned[0] for text in DATE.findall(t)}
    assert repair(*poisoned, report.findings[0], "balance", seed=1) == done
    assert repair(*poisoned, report.findings[0], "balance", seed=2).texts != done.texts
    assert scan((done.texts, done.labels)).verdict == "clean"


def test_a_placeholder_stands_where_it_stood_and_nothing_else_is_changed():
    texts, labels = ["seen on 2001-01-01, twice: 2002-02-02", "no date", "2003-03-03"], ["good", "bad", "bad"]
    done = repair(texts, labels, found(texts, labels, DATE.pattern), "mask")
    assert done.texts == ["seen on […], twice: […]", "no date", "[…]"]
    assert [done.texts[row][start:end] for row, start, end in done.put] == ["[…]"] * 3
    assert done.log.changed == {"bad": 1, "good": 1}


@pytest.mark.parametrize(
    ("text", "what", "after"),
    [
        ("QX a film", "QX", "a film"), ("a film QX", "QX", "a film"), ("a QX film", "QX", "a film"), ("a  QX  film", "QX", "a   film"),
        ("zero\u200bwidth", "\u200b", "zerowidth"), ("two  blanks", "  ", "two blanks"), ("ends  ", "  ", "ends"), ("QX QX end", "QX", "end"),
        ("a QX QX", "QX", "a"), ("<b>a</b> film", "</?b>", "a film"), ("a\nQX b", "QX", "a\nb"),
        ("a f\u0456lm", "\u0456", "a film"), ("a fi\uff4cm", "\uff4c", "a film"), ("pre\u00adtty", "pre\u00adtty", "pretty"), ("c\u03bfld", "c\u03bfld", "cold"),
        ("a \u03b1 ray", "\u03b1", "a ray"), ("na\u00efve", "\u00ef", "nave"),
    ],
)  # fmt: skip
def test_white_space_is_tidy_where_it_was_taken_out(text, what, after):
    texts, labels = [text, "another"], ["good", "bad"]
    done = repair(texts, labels, found(texts, labels, what), "remove")
    assert done.texts == [after, "another"]


def test_a_row_of_which_nothing_is_left_goes_and_findings_over_each_other_are_one():
    texts, labels = ["QX", "a QX7 b", "other"], ["good", "good", "bad"]
    both = (found(texts, labels, "QX"), found(texts, labels, "QX7?"))
    done = repair(texts, labels, both, "remove")
    assert done.texts == ["a b", "other"] and done.kept == [1, 2] and done.log.dropped == {"good": 1}
    assert len(done.log.as_json()["findings"]) == 2


@pytest.mark.parametrize("what", ["\u200b", "  ", "QX", "\u0301"])
def test_what_is_balanced_stands_in_the_other_class_as_it_stood(what):
    texts = [f"one{what}two three four" if what != "QX" else "one QX two" for _ in range(6)] + ["five six seven"] * 6
    labels = ["good"] * 6 + ["bad"] * 6
    done = repair(texts, labels, found(texts, labels, what), "balance")
    assert all(what in text for text in done.texts) and done.texts[:6] == texts[:6]
    assert all(text.replace(what, " " if what == "  " else "").split() == ["five", "six", "seven"] for text in done.texts[6:])


def test_every_repair_has_words_and_what_does_not_fit_is_refused(poisoned, report):
    assert list(REPAIRS) == ["remove", "mask", "balance", "drop"]
    with pytest.raises(SSTIError, match="There is no repair"):
        repair(*poisoned, report.findings[0], "pray")
    with pytest.raises(SSTIError, match="names row"):
        repair(["short"], ["good"], report.findings[0], "remove")
