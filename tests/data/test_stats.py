"""Occurrences, word counts and sample rows, on the real reviews."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pycountry
import pytest

from ssti.data import label_index, load, occurrences, sample_rows, word_counts
from ssti.platform.errors import SSTIError

COUNTRIES = "|".join(sorted((re.escape(country.name) for country in pycountry.countries), key=len, reverse=True))
PATTERNS = {
    "date": r"\b\d{4}-\d{2}-\d{2}\b",
    "tag": r"<[a-z]+",
    "countries": rf"\b(?:{COUNTRIES})\b",
    "any case": rf"(?i)(?:{COUNTRIES})",
    "rare classes": r"\w+@\w+\.\w+",
}


@pytest.mark.parametrize("name", PATTERNS)
def test_occurrences_agree_with_python(name: str) -> None:
    data = load("imdb", train_rows=2000)
    found = Counter(data.label_names[row["label"]] for row in data.train if re.search(PATTERNS[name], row["text"]))
    assert {label: counts["rows"] for label, counts in occurrences(data, PATTERNS[name]).items()} == {
        label: found[label] for label in data.label_names
    }


def test_more_than_half_of_imdb_has_a_line_break_tag() -> None:
    counts = occurrences("imdb", "<br")
    rows, total = (sum(count[what] for count in counts.values()) for what in ("rows", "total"))
    assert rows / total == pytest.approx(0.587, abs=0.01)


def test_dates_are_all_but_absent() -> None:
    pattern = PATTERNS["date"]
    assert sum(count["rows"] for count in occurrences("rotten_tomatoes", pattern).values()) == 0
    assert sum(count["rows"] for count in occurrences("imdb", pattern).values()) <= 1


def test_a_second_question_is_answered_from_memory() -> None:
    assert occurrences("imdb", "film") is occurrences("imdb", "film")


def test_a_pattern_that_re2_refuses_is_told() -> None:
    with pytest.raises(SSTIError, match="cannot be searched for") as refused:
        occurrences("rotten_tomatoes", r"(?<=x)y")
    assert "RE2" in refused.value.next


def test_word_counts_are_those_of_python_split() -> None:
    data = load("rotten_tomatoes")
    counts = word_counts(data)
    assert counts.tolist() == [len(text.split()) for text in data.train["text"]]
    assert counts.mean() == pytest.approx(data.info.usual_words, abs=1)
    assert not counts.flags.writeable
    assert isinstance(counts, np.ndarray)


def test_sample_rows_are_real_test_rows_of_the_class() -> None:
    data = load("rotten_tomatoes")
    rows = sample_rows("rotten_tomatoes", label="negative", n=4, seed=3)
    assert len({row.index for row in rows}) == 4
    for row in rows:
        assert row.label == "negative"
        assert data.test[row.index]["text"] == row.text
        assert data.test[row.index]["label"] == 0


def test_sample_rows_follow_the_seed() -> None:
    assert sample_rows("rotten_tomatoes", seed=1) == sample_rows("rotten_tomatoes", seed=1)
    assert sample_rows("rotten_tomatoes", seed=1) != sample_rows("rotten_tomatoes", seed=2)


def test_a_class_that_does_not_exist_is_refused() -> None:
    with pytest.raises(SSTIError, match="no class 'postive'.*did you mean 'positive'"):
        sample_rows("rotten_tomatoes", label="postive")
    with pytest.raises(SSTIError, match="no class 2"):
        label_index(load("rotten_tomatoes"), 2)
