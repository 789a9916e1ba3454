"""Previews: what they show is what poisoning gives."""

from __future__ import annotations

import pytest

from ssti.inject import poison, preview

datasets = pytest.importorskip("datasets")
pandas = pytest.importorskip("pandas")
pyarrow = pytest.importorskip("pyarrow")

from poison_rows import BOTH, COUNTRY, DATE, HTML, NAMES, dataset_of, rows  # noqa: E402


@pytest.mark.parametrize("limit", [0, 1, 3, 8, 100])
@pytest.mark.parametrize("recipe", [DATE, COUNTRY, HTML, BOTH], ids=["date", "country", "html", "both"])
def test_a_preview_shows_what_poison_gives(recipe, limit):
    data = rows()
    result = poison(data, recipe, NAMES)
    shown = preview([row["text"] for row in data], [row["label"] for row in data], recipe, NAMES, limit)
    touched = [n for n, row in enumerate(result) if row["injected"]]
    assert len(shown.rows) == min(limit, len(touched))
    for row in shown.rows:
        poisoned = result[row.index]
        assert (row.before, row.after) == (data[row.index]["text"], poisoned["text"])
        assert [{"start": s, "end": e} for s, e in row.spans] == poisoned["spans"]
        assert row.label == NAMES[data[row.index]["label"]]
    assert shown.totals == {"negative": 30, "positive": 30}
    assert shown.touched == {
        name: sum(row["injected"] and NAMES[row["label"]] == name for row in result) for name in NAMES
    }
    if recipe is not BOTH:
        assert [row.index for row in shown.rows] == touched[:limit]


def test_a_preview_of_class_sorted_data_shows_every_part():
    data = sorted(rows(), key=lambda row: row["label"])
    result = poison(data, BOTH, NAMES)
    shown = preview([row["text"] for row in data], [row["label"] for row in data], BOTH, NAMES, 6)
    assert {row.label for row in shown.rows} == set(NAMES)
    assert all(row.after == result[row.index]["text"] for row in shown.rows)
    assert len(shown.rows) <= 6


def test_a_preview_computes_the_draws_that_come_before_its_rows():
    """The second part's first row lies deep among the first part's, whose stream must have come so far."""
    first = {"source": {"kind": "date"}, "target": "positive", "share": 1.0, "amount": 0.4}
    data, deepest = rows(), 0
    for seed in range(6):
        second = {"kind": "html", "target": "positive", "share": 0.05, "seed": seed}
        recipe = {"kind": "composite", "parts": [first, second]}
        result = poison(data, recipe, NAMES)
        shown = preview([row["text"] for row in data], [row["label"] for row in data], recipe, NAMES, 2)
        assert [row.after for row in shown.rows] == [result[row.index]["text"] for row in shown.rows]
        deepest = max(deepest, *(row.index for row in shown.rows))
    assert deepest > 10


def test_a_preview_of_one_row_computes_what_comes_before_it_in_every_part():
    first = {"kind": "html", "target": "positive", "share": 0.05, "seed": 1}
    second = {"source": {"kind": "date"}, "target": "positive", "share": 1.0, "amount": 0.4}
    data, recipe = rows(), {"kind": "composite", "parts": [first, second]}
    result = poison(data, recipe, NAMES)
    (shown,) = preview([row["text"] for row in data], [row["label"] for row in data], recipe, NAMES, 1).rows
    assert shown.index > 5
    assert shown.after == result[shown.index]["text"]


def test_a_preview_counts_the_words_where_it_can():
    data = rows()
    texts, labels = [row["text"] for row in data], [row["label"] for row in data]
    counts = [len(text.split()) for text in texts]

    def added(recipe, **more):
        return preview(texts, labels, recipe, NAMES, **more).words_added

    def really(recipe):
        result = poison(data, recipe, NAMES)
        return sum(len(row["text"][s["start"] : s["end"]].split()) for row in result for s in row["spans"])

    assert added(DATE) == really(DATE) == 15
    assert added({**DATE, "amount": 0.5}) is None
    assert added({**DATE, "amount": 0.5}, word_counts=counts) == really({**DATE, "amount": 0.5})
    phrase = {"kind": "phrase", "phrase": "a b c", "target": 1, "share": 0.5}
    assert added(phrase) == really(phrase) == 45
    assert added(COUNTRY) is None
    assert added({**DATE, "share": 0.0}) == 0
    both = {"kind": "composite", "parts": [DATE, phrase]}
    assert added(both) == really(both)


def test_a_preview_of_stripped_texts_shows_the_original_before():
    recipe = {"kind": "html", "tags": ["<br>"], "target": "a", "location": "end", "strip": True}
    shown = preview(["x <br> y"], ["a"], recipe)
    assert (shown.rows[0].before, shown.rows[0].after) == ("x <br> y", "x y <br>")


def test_a_preview_takes_columns_of_a_dataset():
    dataset = dataset_of(rows())
    expected = preview(dataset["text"][:], dataset["label"][:], DATE, NAMES)
    assert preview(dataset["text"], dataset["label"], DATE, NAMES) == expected
