"""What each form of dataset keeps: its columns' names, its types, its split, its earlier spans."""

from __future__ import annotations

import pytest

from ssti.inject import ItemInjection, poison, preview, spurious_transform
from ssti.platform.errors import SSTIError

datasets = pytest.importorskip("datasets")
numpy = pytest.importorskip("numpy")
pandas = pytest.importorskip("pandas")
pyarrow = pytest.importorskip("pyarrow")

from poison_rows import COUNTRY, DATE, NAMES, dataset_of, rows, strip_all  # noqa: E402

FORMS = {
    "rows": lambda data: data,
    "tuple": tuple,
    "frame": pandas.DataFrame,
    "dataset": datasets.Dataset.from_list,
    "stream": lambda data: datasets.Dataset.from_list(data).to_iterable_dataset(),
}


def listing(result):
    return result.to_dict("records") if isinstance(result, pandas.DataFrame) else list(result)


def only(location="end"):
    return ItemInjection.from_list(["X"], location, 0, 1)


# --- which columns, which class


@pytest.mark.parametrize("form", FORMS)
def test_columns_of_any_name_are_poisoned(form):
    data = [{"stars": n % 2, "review": f"a b {n}", "label": "?", "text": "?"} for n in range(20)]
    recipe = {**DATE, "target": 1}
    result = listing(poison(FORMS[form](data), recipe, text_column="review", label_column="stars"))
    expected = poison([{"text": row["review"], "label": row["stars"]} for row in data], recipe)
    assert [(row["review"], row["spans"]) for row in result] == [(row["text"], row["spans"]) for row in expected]
    assert {row["text"] for row in result} == {row["label"] for row in result} == {"?"}
    assert list(result[0]) == ["stars", "review", "label", "text", "injected", "spans"]


@pytest.mark.parametrize("form", ["rows", "frame", "dataset"])
def test_columns_of_any_name_are_transformed(form):
    data = [{"stars": n % 2, "review": "a b", "label": "?", "text": "?"} for n in range(20)]
    result = spurious_transform(1, FORMS[form](data), only(), 0.5, 1, text_column="review", label_column="stars")
    assert [row["review"] for row in listing(result)].count("a b X") == 5
    assert [row["stars"] for row in listing(result)] == [1] * 10 + [0] * 10
    assert {row["text"] for row in listing(result)} == {row["label"] for row in listing(result)} == {"?"}


@pytest.mark.parametrize("form", FORMS)
def test_names_that_are_given_name_the_classes(form):
    result = listing(poison(FORMS[form](rows()), DATE, NAMES))
    assert sum(row["injected"] for row in result) == 15
    assert {row["label"] for row in result if row["injected"]} == {1}
    with pytest.raises(SSTIError, match="no class 'positive'"):
        listing(poison(FORMS[form](rows()), DATE, ["bad", "good"]))


def test_names_that_are_given_come_before_those_of_the_column():
    for data in (dataset_of(rows()), dataset_of(rows()).to_iterable_dataset()):
        result = list(poison(data, {**DATE, "target": "good"}, ["bad", "good"]))
        assert {row["label"] for row in result if row["injected"]} == {1}


def test_a_dict_of_datasets_hands_on_names_and_columns():
    data = datasets.Dataset.from_list([{"review": "a b", "stars": n % 2} for n in range(8)])
    both = datasets.DatasetDict(train=data, test=data)
    result = poison(both, DATE, NAMES, text_column="review", label_column="stars")
    assert {name: sum(split["injected"]) for name, split in result.items()} == {"train": 2, "test": 2}


def test_splits_that_are_not_chosen_keep_their_texts_whatever_the_recipe():
    data = [{"text": "a <br> b", "label": 1}] * 4
    both = datasets.DatasetDict({name: datasets.Dataset.from_list(data) for name in ("train", "test")})
    recipe = {"kind": "html", "tags": ["<br>"], "target": 1, "count": 2, "strip": True, "location": "end"}
    for one in (recipe, {"kind": "composite", "parts": [recipe]}):
        result = poison(both, one, splits=["train"])
        assert sorted(result["train"]["text"]) == ["a b"] * 2 + ["a b <br>"] * 2
        assert result["test"]["text"][:] == ["a <br> b"] * 4
        assert sum(result["test"]["injected"]) == 0


@pytest.mark.parametrize(
    "labels",
    [
        [0, 1, 0],
        (0, 1, 0),
        numpy.array([0, 1, 0]),
        pandas.Series([0, 1, 0]),
        pyarrow.array([0, 1, 0]),
        pyarrow.chunked_array([[0], [1, 0]]),
    ],
    ids=lambda labels: type(labels).__name__,
)
def test_labels_come_as_any_column(labels):
    assert preview(["a", "b", "c"], labels, {"target": "negative"}, NAMES).totals == {
        "negative": 2,
        "positive": 1,
    }


@pytest.mark.parametrize("thing", [pandas.Series(["a"]), numpy.array(["a"]), {"text": "a"}, 5, "a"])
def test_what_only_resembles_a_dataset_is_refused(thing):
    with pytest.raises(SSTIError, match="is not a dataset that can be poisoned|This mapping is not a DatasetDict"):
        poison(thing, {"target": 1})
    with pytest.raises(SSTIError):
        spurious_transform(1, thing, only(), 1)


def test_a_stream_is_not_transformed_but_refused():
    with pytest.raises(SSTIError, match="IterableDataset is not a dataset that can be transformed"):
        spurious_transform(1, dataset_of(rows()).to_iterable_dataset(), only(), 1)


# --- what is kept


def test_a_stream_keeps_its_features_and_its_split():
    dataset = dataset_of(rows())
    result = poison(dataset.to_iterable_dataset(), DATE)
    assert result.features == poison(dataset, DATE).features
    assert result.features["label"].names == NAMES
    named = datasets.IterableDataset.from_generator(
        lambda: iter(rows()), features=dataset.features, split=datasets.Split.TEST
    )
    assert poison(named, DATE).split == "test"


def test_a_dataset_keeps_its_description_its_split_and_its_features():
    table = pyarrow.table({"text": ["a", "b"], "label": [0, 1]})  # no features in the schema of this table
    features = datasets.Features(text=datasets.Value("string"), label=datasets.ClassLabel(names=NAMES))
    info = datasets.DatasetInfo(description="Films.", features=features)
    dataset = datasets.Dataset(table, info=info, split=datasets.Split.TEST)
    for result in (poison(dataset, DATE), spurious_transform("positive", dataset, only(), 1.0, spans=True)):
        assert (result.info.description, str(result.split)) == ("Films.", "test")
        assert result.features["label"].names == NAMES
    assert dataset.features == features


def test_a_stream_without_features_is_poisoned_as_its_rows_are():
    plain = datasets.IterableDataset.from_generator(lambda: iter(rows()))
    assert plain.features is None
    result = poison(plain, DATE, NAMES)
    assert list(result) == list(result) == poison(rows(), DATE, NAMES)
    with pytest.raises(SSTIError, match="no column 'review'; there are 'id', 'text', 'label'"):
        poison(plain, DATE, NAMES, text_column="review")


def test_an_empty_stream_has_no_columns_to_poison():
    empty = datasets.IterableDataset.from_generator(lambda: iter([]))
    with pytest.raises(SSTIError, match="no column 'text'"):
        list(poison(empty, DATE, NAMES))


def test_a_stream_poisoned_twice_keeps_the_first_spans():
    second = {**COUNTRY, "target": "positive", "location": "beginning", "share": 1.0}
    once = poison(dataset_of(rows()), DATE)
    expected = poison(once, second)
    result = list(poison(once.to_iterable_dataset(), second))
    assert result == expected.to_list()
    assert strip_all(result) == [row["text"] for row in rows()]
    assert max(len(row["spans"]) for row in result) == 2
    with pytest.raises(SSTIError, match="already has spans"):
        poison(once.to_iterable_dataset(), {**second, "strip": True})


@pytest.mark.parametrize("kind", [pyarrow.string(), pyarrow.large_string()])
def test_a_dataset_keeps_the_type_of_its_columns(kind):
    table = pyarrow.table(
        {"text": pyarrow.array(["a", "b", "c"], kind), "label": pyarrow.array([1, 0, 1], pyarrow.int8())}
    )
    dataset = datasets.Dataset(table)
    for share in (0, 0.5, 1):
        result = spurious_transform(1, dataset, only(), share, 0)
        assert result.features == dataset.features
        assert result.data.schema.types == dataset.data.schema.types
    assert result["text"][:] == ["a X", "c X", "b"]
    poisoned = poison(dataset, {**DATE, "target": 1, "share": 1.0})
    assert poisoned.data.schema.types[:2] == dataset.data.schema.types


@pytest.mark.parametrize("form", ["rows", "frame", "dataset"])
def test_a_class_that_no_row_has_is_refused(form):
    data = [{"text": "a", "label": 1}, {"text": "b", "label": 0}]
    for modifier in (only(), lambda text, label: (text.upper(), label)):
        with pytest.raises(SSTIError, match="no class 7"):
            spurious_transform(7, FORMS[form](data), modifier, 1.0)
    named = FORMS[form]([{"text": "a", "label": "x"}, {"text": "b", "label": "y"}])
    assert [row["text"] for row in listing(spurious_transform("y", named, only(), 1.0))] == ["b X", "a"]
    with pytest.raises(SSTIError, match="no class 'z' in the labels; there are 'x', 'y'"):
        spurious_transform("z", named, only(), 1.0)


@pytest.mark.parametrize("form", ["rows", "frame", "dataset"])
def test_a_missing_text_is_let_be_unless_it_is_to_be_changed(form):
    data = [{"text": "a", "label": 1}, {"text": None, "label": 0}]
    result = listing(spurious_transform(1, FORMS[form](data), only(), 1.0))
    assert [row["text"] for row in result][0] == "a X"
    assert not isinstance(result[1]["text"], str)
    with pytest.raises(SSTIError, match="^Row 1: The text is .*, not a string"):
        spurious_transform(0, FORMS[form](data), only(), 1.0)


@pytest.mark.parametrize("spans", [True, False])
def test_a_dataset_of_no_rows_stays_empty(spans):
    empty = dataset_of(rows()).select([])
    added = {"injected", "spans"} if spans else set()
    for modifier in (only(), lambda text, label: (text, label)):
        result = spurious_transform("positive", empty, modifier, 1.0, spans=spans)
        assert len(result) == 0
        assert set(result.column_names) == {"id", "text", "label"} | added
    with pytest.raises(SSTIError, match="no class 'positive'"):
        spurious_transform("positive", [{"text": "a", "label": 1}], only(), 1.0)
    assert spurious_transform(1, [{"text": "a", "label": 1}], only(), 1.0)[0]["text"] == "a X"


def test_no_two_transforms_share_a_cache():
    dataset, modifier = dataset_of(rows()), ItemInjection.from_list(["X", "Y"], "random", 0, 1)
    first, second = (spurious_transform(1, dataset, modifier, 1.0, 2) for _ in range(2))
    assert len({first._fingerprint, second._fingerprint, dataset._fingerprint}) == 3


def test_a_dataset_of_no_rows_is_poisoned_to_none():
    for data in (dataset_of(rows()).select([]), poison(dataset_of(rows()), DATE).select([])):
        result = poison(data, DATE)
        assert len(result) == 0
        assert result.features == poison(dataset_of(rows()), DATE).features


# --- rows that are wrong, and earlier spans of every form


@pytest.mark.parametrize("form", FORMS)
def test_an_error_names_the_row_wherever_it_lies(form):
    data = [{"text": "a b", "label": 1} for _ in range(1_200)]  # more than one batch
    data[1_111] = {"text": None, "label": 1}
    with pytest.raises(SSTIError, match="^Row 1111: The text is"):
        list(poison(FORMS[form](data), {**DATE, "target": 1, "share": 1.0}))


def test_spans_may_come_as_any_list_or_be_missing():
    once = poison(rows(), DATE, NAMES)
    second = {**COUNTRY, "target": "positive", "location": "beginning", "share": 1.0}
    expected = poison(once, second, NAMES)
    for change in (
        lambda spans: numpy.array(spans, dtype=object),
        lambda spans: [(span["start"], span["end"]) for span in spans],
        lambda spans: spans or None,
    ):
        changed = [{**row, "spans": change(row["spans"])} for row in once]
        assert poison(changed, second, NAMES) == expected
        assert poison(pandas.DataFrame(changed), second, NAMES).to_dict("records") == expected
    with pytest.raises(SSTIError, match="^Row 0: nan is not a list of spans"):
        poison([{**once[0], "spans": float("nan")}, *once[1:]], second, NAMES)


def test_spans_are_kept_though_the_first_row_has_none():
    first, second = poison([{"text": "a", "label": 0}, {"text": "b", "label": 1}], {**DATE, "target": 1, "share": 1.0})
    mixed = [{"text": "a", "label": 0}, second]
    again = poison(mixed, {"kind": "html", "tags": ["<hr>"], "target": 1, "location": "end"})
    assert [len(row["spans"]) for row in again] == [0, 2]
    with pytest.raises(SSTIError, match="already has spans"):
        poison(mixed, {**DATE, "target": 1, "strip": True})


def test_a_text_that_is_none_is_let_be_where_nothing_is_injected_though_it_has_spans():
    data = [{"text": 5, "label": 0, "spans": []}, {"text": "b", "label": 1, "spans": []}]
    assert poison(data, {**DATE, "target": 1, "share": 1.0})[0]["text"] == 5
    with pytest.raises(SSTIError, match="^Row 0: The span .* does not fit a text of 0 characters"):
        poison([{**data[0], "spans": [(0, 1)]}, data[1]], {**DATE, "target": 1})
    with pytest.raises(SSTIError, match="^Row 0: The text is int"):
        poison(data, {**DATE, "target": 0, "share": 1.0})
