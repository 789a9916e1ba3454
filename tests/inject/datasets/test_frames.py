"""Frames and rows as people have them: doubled columns, rows without a label, classes that are not there, empty ones."""

from __future__ import annotations

import datasets
import pandas as pd
import pytest

from ssti.inject import ItemInjection, Modifier, poison, preview, spurious_transform
from ssti.platform.errors import SSTIError

DATE = {"kind": "item", "source": {"kind": "list", "items": ["X"]}, "location": "end", "share": 1.0}


def at_end() -> ItemInjection:
    return ItemInjection.from_list(["X"], "end", token_proportion=0, seed=0)


def both(target, data, **more):
    """The results of the two functions that take frames, as texts; `more` goes to `poison`."""
    return (
        spurious_transform(target, data, at_end(), text_proportion=1.0, seed=0),
        poison(data, {**DATE, "target": target}, **more),
    )


@pytest.mark.parametrize("doubled", ["text", "label"])
def test_a_doubled_column_is_refused_by_its_name(doubled):
    frame = pd.DataFrame([["a b", "x", "p"], ["c d", "y", "q"]], columns=["text", "label", doubled])
    for call in (
        lambda: spurious_transform("x", frame, at_end(), text_proportion=1.0, seed=0),
        lambda: poison(frame, {**DATE, "target": "x"}),
    ):
        with pytest.raises(SSTIError, match=f"2 columns '{doubled}'"):
            call()


def test_a_doubled_column_that_is_not_used_stays():
    frame = pd.DataFrame([["a b", "x", 1, 2], ["c d", "y", 3, 4]], columns=["text", "label", "id", "id"])
    for done in both("x", frame):
        assert done["text"].tolist() == ["a b X", "c d"]
        assert done["id"].values.tolist() == [[1, 2], [3, 4]]


def test_a_doubled_mark_is_refused():
    frame = pd.DataFrame([["a b", "x", 1, 2]], columns=["text", "label", "injected", "injected"])
    with pytest.raises(SSTIError, match="2 columns 'injected'"):
        poison(frame, {**DATE, "target": "x"})


def test_columns_of_several_levels_are_refused():
    frame = pd.DataFrame([["a b", "x"]], columns=pd.MultiIndex.from_tuples([("text", "en"), ("label", "en")]))
    for call in (lambda: poison(frame, {**DATE, "target": "x"}), lambda: spurious_transform("x", frame, at_end(), 1.0)):
        with pytest.raises(SSTIError, match="several levels"):
            call()


def test_text_and_label_are_two_columns():
    with pytest.raises(SSTIError, match="text and label at once"):
        poison(pd.DataFrame({"text": ["a"]}), {**DATE, "target": "a"}, label_column="text")


@pytest.mark.parametrize(
    "labels",
    [
        pd.array([1, 0, None], dtype="Int64"),
        pd.Series([1.0, 0.0, float("nan")]),
        pd.Series([1, 0, None], dtype=object),
        pd.Categorical([1, 0, None]),
    ],
    ids=["nullable", "NaN", "None", "categorical"],
)
def test_a_row_without_a_label_belongs_to_no_class(labels):
    frame = pd.DataFrame({"text": ["a b", "c d", "e f"], "label": labels})
    moved, kept = both(1, frame)
    assert moved["text"].tolist() == kept["text"].tolist() == ["a b X", "c d", "e f"]
    assert moved["label"].dtype == kept["label"].dtype == frame["label"].dtype
    assert pd.isna(moved["label"].iloc[2])
    rows = frame.to_dict("records")
    assert [row["text"] for row in poison(rows, {**DATE, "target": 1})] == ["a b X", "c d", "e f"]
    assert [row["text"] for row in spurious_transform(1, rows, at_end(), 1.0)] == ["a b X", "c d", "e f"]
    assert preview(frame["text"].tolist(), frame["label"], {**DATE, "target": 1}).touched["None"] == 0


@pytest.mark.parametrize("missing", [None, float("nan"), pd.NA, pd.NaT])
def test_what_is_missing_is_no_class_that_could_be_asked_for(missing):
    frame = pd.DataFrame({"text": ["a", "b"], "label": ["x", None]})
    with pytest.raises(SSTIError):
        spurious_transform(missing, frame, at_end(), 1.0)
    with pytest.raises(SSTIError):
        poison(frame, {**DATE, "target": missing})


@pytest.mark.parametrize(
    "data",
    [
        [{"text": "a b", "label": "1"}],
        pd.DataFrame({"text": ["a b"], "label": ["1"]}),
        datasets.Dataset.from_dict({"text": ["a b"], "label": ["1"]}),
    ],
    ids=["rows", "frame", "dataset"],
)
def test_a_class_that_is_not_there_is_refused_by_its_name(data):
    with pytest.raises(SSTIError, match="no class 1 in the labels; there are '1'"):
        spurious_transform(1, data, at_end(), text_proportion=1.0, seed=0)
    with pytest.raises(SSTIError, match="no class 'x' in the labels; there are '1'"):
        spurious_transform("x", data, at_end(), text_proportion=1.0, seed=0)
    with pytest.raises(SSTIError, match="no class 'x'"):
        poison(data, {**DATE, "target": "x"})


def test_a_class_without_rows_is_still_one():
    frame = pd.DataFrame({"text": ["a b"], "label": pd.Categorical(["x"], categories=["x", "y"])})
    assert spurious_transform("y", frame, at_end(), 1.0)["text"].tolist() == ["a b"]
    features = datasets.Features({"text": datasets.Value("string"), "label": datasets.ClassLabel(names=["x", "y"])})
    data = datasets.Dataset.from_dict({"text": ["a b"], "label": [0]}, features=features)
    assert spurious_transform("y", data, at_end(), 1.0)["text"] == ["a b"]
    assert spurious_transform(1, data, at_end(), 1.0)["text"] == ["a b"]
    with pytest.raises(SSTIError, match="no class 'z'.*'x', 'y'"):
        spurious_transform("z", data, at_end(), 1.0)


def test_a_truth_value_is_no_number_and_no_word():
    for labels in ([1, 0], ["True", "x"]):
        with pytest.raises(SSTIError, match="no class True"):
            spurious_transform(True, pd.DataFrame({"text": ["a", "b"], "label": labels}), at_end(), 1.0)
    flags = pd.DataFrame({"text": ["a b", "c"], "label": [True, False]})
    assert spurious_transform(True, flags, at_end(), 1.0)["text"].tolist() == ["a b X", "c"]


def test_an_empty_frame_stays_empty_and_gets_the_columns():
    frame = pd.DataFrame({"text": pd.Series([], dtype=str), "label": pd.Series([], dtype=str)})
    done = poison(frame, {**DATE, "target": "x"})
    assert (
        len(done) == 0
        and list(done.columns) == ["text", "label", "injected", "spans"]
        and done["injected"].dtype == bool
    )
    moved = spurious_transform("x", frame, at_end(), 1.0, spans=True)
    assert len(moved) == 0 and list(moved.columns) == ["text", "label", "injected", "spans"]
    with pytest.raises(SSTIError, match="no column 'text'"):
        poison(pd.DataFrame(), {**DATE, "target": "x"})
    assert poison([], {**DATE, "target": "x"}) == spurious_transform("x", [], at_end(), 1.0) == []


def test_labels_that_are_all_missing_are_no_class():
    with pytest.raises(SSTIError, match="no row has one"):
        poison(pd.DataFrame({"text": ["a"], "label": [None]}), {**DATE, "target": "x"})


@pytest.mark.parametrize("text", [None, float("nan"), pd.NA, 5, b"a"])
def test_a_text_that_is_none_is_refused_with_its_row_where_it_would_be_changed(text):
    frame = pd.DataFrame({"text": ["a b", text], "label": ["x", "y"]}, dtype=object)
    for done in both("x", frame):
        assert done["text"].iloc[0] == "a b X" and (
            done["text"].iloc[1] is text or pd.isna(done["text"].iloc[1]) or done["text"].iloc[1] == text
        )
    for call in (lambda: poison(frame, {**DATE, "target": "y"}), lambda: spurious_transform("y", frame, at_end(), 1.0)):
        with pytest.raises(SSTIError, match="Row 1: [Tt]he text is"):
            call()


def test_a_doubled_index_and_strings_of_any_kind_are_kept():
    for kind in ("string", object, "category"):
        texts = pd.Series(["a b", "c d", "e f"], dtype=kind)
        frame = pd.DataFrame({"text": texts, "label": ["x", "y", "x"]}).set_axis([7, 7, 3])
        for done in both("x", frame):
            assert sorted(done["text"]) == ["a b X", "c d", "e f X"]
            assert sorted(done.index) == [3, 7, 7]
        assert poison(frame, {**DATE, "target": "x"})["text"].dtype == (
            frame["text"].dtype if kind == "string" else object
        )


def test_a_modifier_may_change_labels_of_a_frame():
    class Turn(Modifier):
        def __call__(self, text, label=None):
            return text, "turned"

    frame = pd.DataFrame({"text": ["a", "b"], "label": pd.Categorical(["x", "y"])})
    assert spurious_transform("x", frame, Turn(), 1.0)["label"].tolist() == ["turned", "y"]


def test_labels_that_are_lists_are_refused():
    for call in (
        lambda: poison([{"text": "a", "label": ["x"]}], {**DATE, "target": "x"}),
        lambda: spurious_transform("x", [{"text": "a", "label": ["x"]}], at_end(), 1.0),
    ):
        with pytest.raises(SSTIError, match="A label is"):
            call()


def test_rows_that_lack_a_column_are_named():
    with pytest.raises(SSTIError, match="Row 1 has no 'label'"):
        spurious_transform("x", [{"text": "a", "label": "x"}, {"text": "b"}], at_end(), 1.0)


def test_a_stream_without_the_class_says_so_at_its_end():
    stream = datasets.Dataset.from_dict({"text": ["a", "b"], "label": ["x", "y"]}).to_iterable_dataset()
    assert [row["text"] for row in poison(stream, {**DATE, "target": "x"})] == ["a X", "b"]
    with pytest.raises(SSTIError, match="no class 'z' in the labels; there are 'x', 'y'"):
        list(poison(stream, {**DATE, "target": "z"}))
