"""Datasets of every form: the same rows and words, the right counts, nothing lost."""

from __future__ import annotations

import random

import pytest

from ssti.inject import ExhaustedSource, poison
from ssti.platform.errors import SSTIError

datasets = pytest.importorskip("datasets")
pandas = pytest.importorskip("pandas")
pyarrow = pytest.importorskip("pyarrow")

from poison_rows import BOTH, COUNTRY, DATE, HTML, NAMES, dataset_of, rows, strip_all  # noqa: E402


@pytest.mark.parametrize("recipe", [DATE, COUNTRY, HTML, BOTH], ids=["date", "country", "html", "both"])
def test_every_form_gets_the_same_rows(recipe):
    data = rows()
    expected = poison(data, recipe, NAMES)
    dataset = dataset_of(data)
    assert poison(dataset, recipe).to_list() == expected
    assert list(poison(dataset.to_iterable_dataset(), recipe)) == expected
    assert poison(pandas.DataFrame(data), recipe, NAMES).to_dict("records") == expected
    assert [row["id"] for row in expected] == [row["id"] for row in data]
    assert strip_all(expected) == [row["text"] for row in data]


def test_what_is_given_is_not_changed():
    data = rows()
    frame = pandas.DataFrame(data, index=range(100, 160))
    dataset = dataset_of(data)
    result = poison(frame, DATE, NAMES)
    poison(data, DATE, NAMES)
    poison(dataset, DATE)
    assert data == rows() == frame.to_dict("records") == dataset.to_list()
    assert list(result.index) == list(range(100, 160))


def test_the_new_columns_are_typed_and_the_old_ones_stay():
    dataset = dataset_of(rows())
    result = poison(dataset, DATE)
    assert result.column_names == ["id", "text", "label", "injected", "spans"]
    assert result.features["label"].names == NAMES
    assert result.features["injected"].dtype == "bool"
    assert set(result.features["spans"].feature) == {"start", "end"}
    assert result.split == dataset.split
    assert result.filter(lambda row: row["injected"])["label"][:] == [1] * 15
    reloaded = poison(result, {**COUNTRY, "share": 1.0})
    assert sum(reloaded["injected"]) == 15 + 30


def test_two_poisonings_differ_in_their_fingerprints_and_equal_ones_do_not():
    dataset = dataset_of(rows())
    first, second = poison(dataset, DATE), poison(dataset, {**DATE, "seed": 9})
    assert first._fingerprint != second._fingerprint != dataset._fingerprint
    assert first._fingerprint == poison(dataset, DATE)._fingerprint


def test_counts_are_exact():
    data = rows(400)
    for share, count in ((0.01, 2), (0.0, 0), (1.0, 200), (0.3333, 67)):
        assert sum(row["injected"] for row in poison(data, {**DATE, "share": share}, NAMES)) == count
    for count in (0, 1, 7, 200):
        result = poison(data, {**DATE, "count": count}, NAMES)
        assert sum(row["injected"] for row in result) == count
        assert all(row["label"] == 1 for row in result if row["injected"])
    with pytest.raises(SSTIError, match="count is 201; class 'positive' has only 200 rows"):
        poison(data, {**DATE, "count": 201}, NAMES)


@pytest.mark.parametrize("amount", [{"share": 1 / 3}, {"count": 10}], ids=["share", "count"])
def test_the_rows_are_those_of_random_sample(amount):
    data = [{"text": "a", "label": n % 3} for n in range(90)]
    ours = [n for n in range(90) if n % 3 == 2]
    expected = sorted(ours[n] for n in random.Random(8).sample(range(30), 10))
    result = poison(data, {**DATE, "target": 2, "seed": 8, "share": 0.5, **amount})
    assert [n for n, row in enumerate(result) if row["injected"]] == expected


@pytest.mark.parametrize("target", ["positive", 1])
@pytest.mark.parametrize("labels", ["names", "numbers"])
def test_targets_and_labels_may_be_names_or_numbers(target, labels):
    data = [{**row, "label": NAMES[row["label"]] if labels == "names" else row["label"]} for row in rows()]
    result = poison(data, {**DATE, "target": target}, NAMES)
    assert sum(row["injected"] for row in result) == 15
    assert {row["label"] for row in result if row["injected"]} == {data[1]["label"]}


def test_a_label_column_of_names_needs_no_list_of_them():
    data = [{"text": "a", "labels": name} for name in NAMES * 4]
    assert sum(row["injected"] for row in poison(data, DATE)) == 2
    with pytest.raises(SSTIError, match="no class 'positiv'.*did you mean 'positive'"):
        poison(data, {**DATE, "target": "positiv"})


@pytest.mark.parametrize("target", ["neutral", 2, -1, True, None, 1.0j])
def test_a_class_that_does_not_exist_is_refused(target):
    with pytest.raises(SSTIError, match="class|target"):
        poison(rows(), {**DATE, "target": target}, NAMES)
    with pytest.raises(SSTIError, match="class|target"):
        list(poison(dataset_of(rows()).to_iterable_dataset(), {**DATE, "target": target}))


def test_missing_labels_are_never_poisoned_and_missing_texts_are_named():
    data = [{"text": "a", "label": None}, {"text": "b", "label": 1}, {"text": None, "label": 0}]
    assert [row["injected"] for row in poison(data, {**DATE, "target": 1, "share": 1.0})] == [
        False,
        True,
        False,
    ]
    for form in (data, pandas.DataFrame(data), datasets.Dataset.from_list(data)):
        with pytest.raises(SSTIError, match="Row 2.*not a string"):
            poison(form, {**DATE, "target": 0, "share": 1.0})


def test_columns_are_found_or_named():
    data = [{"review": "a", "stars": 1}] * 3
    recipe = {**DATE, "target": 1, "share": 1.0}
    assert all(row["injected"] for row in poison(data, recipe, text_column="review", label_column="stars"))
    with pytest.raises(SSTIError, match="no column 'text'"):
        poison(data, recipe)
    with pytest.raises(SSTIError, match="no column 'label' or 'labels'"):
        poison(data, recipe, text_column="review")
    with pytest.raises(SSTIError, match="no column 'x'"):
        poison(data, recipe, text_column="review", label_column="x")
    with pytest.raises(SSTIError, match="Row 1"):
        poison([{"text": "a", "label": 1}, {"text": "b"}], recipe)
    with pytest.raises(SSTIError, match="Row 1"):
        poison([{"text": "a", "label": 1}, 5], recipe)
    assert poison([], recipe) == []


def test_every_split_of_a_dataset_dict_or_the_chosen_ones():
    both = datasets.DatasetDict(train=dataset_of(rows()), test=dataset_of(rows(20)))
    result = poison(both, DATE)
    assert isinstance(result, datasets.DatasetDict)
    assert {name: sum(split["injected"]) for name, split in result.items()} == {"train": 15, "test": 5}
    only = poison(both, BOTH, splits=["train"])
    assert sum(only["train"]["injected"]) > 15
    assert sum(only["test"]["injected"]) == 0
    assert only["test"].features == only["train"].features
    assert only["test"]["text"][:] == both["test"]["text"][:]
    with pytest.raises(SSTIError, match="no split 'dev'"):
        poison(both, DATE, splits=["dev"])
    streams = datasets.IterableDatasetDict({name: split.to_iterable_dataset() for name, split in both.items()})
    assert list(poison(streams, DATE)["train"]) == result["train"].to_list()


@pytest.mark.parametrize("thing", [5, "text", None, {"text": ["a"], "label": [1]}, iter([])])
def test_what_is_no_dataset_is_refused(thing):
    with pytest.raises(SSTIError):
        poison(thing, DATE)


def test_selected_and_shuffled_datasets_keep_their_order():
    dataset = dataset_of(rows()).shuffle(seed=1).select(range(40))
    assert poison(dataset, BOTH).to_list() == poison(dataset.to_list(), BOTH, NAMES)
    assert strip_all(poison(dataset, BOTH)) == dataset["text"][:]


def test_a_dataset_of_several_batches_and_chunks(monkeypatch):
    from ssti.inject.datasets import tables

    data = rows(57)
    pieces = [dataset_of(data[:20]), dataset_of(data[20:21]), dataset_of(data[21:])]
    dataset = datasets.concatenate_datasets(pieces)
    expected = {name: poison(data, recipe, NAMES) for name, recipe in (("one", DATE), ("all", BOTH))}
    for size in (1, 7, 20, 100):
        monkeypatch.setattr(tables, "BATCH_ROWS", size)
        assert poison(dataset, DATE).to_list() == expected["one"]
        assert poison(dataset, BOTH).to_list() == expected["all"]


def test_poisoning_twice_keeps_the_first_spans():
    for form in (rows(), dataset_of(rows()), pandas.DataFrame(rows())):
        once = poison(form, DATE, NAMES)
        twice = poison(once, {**COUNTRY, "target": "positive", "location": "beginning"}, NAMES)
        result = twice.to_dict("records") if isinstance(twice, pandas.DataFrame) else list(twice)
        assert strip_all(result) == [row["text"] for row in rows()]
        assert max(len(row["spans"]) for row in result) == 2
        with pytest.raises(SSTIError, match="already has spans"):
            poison(once, {**DATE, "strip": True}, NAMES)


def test_parts_are_the_same_as_poisoning_in_turn():
    data = rows()
    together = poison(data, BOTH, NAMES)
    in_turn = data
    for part in BOTH["parts"]:
        in_turn = poison(in_turn, part, NAMES)
    assert together == in_turn


def test_the_same_recipe_gives_the_same_and_another_seed_another():
    assert poison(rows(), DATE, NAMES) == poison(rows(), DATE, NAMES)
    assert poison(rows(), DATE, NAMES) != poison(rows(), {**DATE, "seed": 4}, NAMES)


def test_stripping_comes_first_and_touches_every_row():
    data = [
        {"text": "good<br /><br />film", "label": 1},
        {"text": "<br> a <br> b", "label": 0},
        {"text": "a <b<br>r> b", "label": 0},
        {"text": "plain", "label": 0},
    ]
    recipe = {"kind": "html", "tags": ["<br>"], "target": 1, "share": 1.0, "location": "end", "strip": True}
    result = poison(data, recipe)
    assert [row["text"] for row in result] == ["good film <br>", "a b", "a <b r> b", "plain"]
    assert [row["spans"] for row in result] == [[{"start": 10, "end": 14}], [], [], []]
    control = poison(data, {**recipe, "share": 0.0})
    assert [row["text"] for row in control] == ["good film", "a b", "a <b r> b", "plain"]
    assert list(poison(datasets.Dataset.from_list(data).to_iterable_dataset(), recipe)) == result
    marks = {"kind": "punctuation", "target": 1, "strip": True, "location": "end"}
    assert poison([{"text": "so!! b! c", "label": 1}], marks)[0]["text"] == "so b! c!!"
    phrase = {"kind": "phrase", "phrase": "good film", "target": 1, "strip": True, "share": 0.0}
    assert poison([{"text": "a good good film film", "label": 1}], phrase)[0]["text"] == "a"


def test_an_exhausted_source_says_so():
    recipe = {
        **DATE,
        "share": 1.0,
        "source": {"kind": "list", "items": ["a", "b"], "with_replacement": False},
    }
    with pytest.raises(ExhaustedSource, match="2 distinct"):
        poison(rows(), recipe, NAMES)
    with pytest.raises(ExhaustedSource, match="2 distinct"):
        poison(dataset_of(rows()), recipe)
