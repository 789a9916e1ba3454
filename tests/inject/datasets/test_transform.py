"""`spurious_transform`: the same for every form of dataset, and what it refuses."""

from __future__ import annotations

import pytest

from ssti.inject import ItemInjection, Modifier, spurious_transform
from ssti.platform.errors import SSTIError

datasets = pytest.importorskip("datasets")
pandas = pytest.importorskip("pandas")
pyarrow = pytest.importorskip("pyarrow")

from poison_rows import dataset_of, rows  # noqa: E402


@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_a_transformed_dataset_equals_transformed_rows(share):
    data = [{"id": n, **row} for n, row in enumerate(rows(80))]
    expected = spurious_transform(
        1, data, ItemInjection.from_list(["X", "United States"], "random", 0.4, 1), share, 2, spans=True
    )
    dataset = datasets.Dataset.from_list(data)
    found = spurious_transform(
        1, dataset, ItemInjection.from_list(["X", "United States"], "random", 0.4, 1), share, 2, spans=True
    )
    assert found.to_list() == expected
    frame = spurious_transform(
        1,
        pandas.DataFrame(data),
        ItemInjection.from_list(["X", "United States"], "random", 0.4, 1),
        share,
        2,
        spans=True,
    )
    assert frame.to_dict("records") == expected
    assert [row["id"] for row in expected[:40]] == [f"r{n}" for n in range(1, 80, 2)]


def test_a_transform_by_a_modifier_that_changes_labels():
    class Flip(Modifier):
        def __call__(self, text, label):
            return f"{text} X", 1 - label

    data = rows(10)
    for form in (data, datasets.Dataset.from_list(data)):
        result = list(spurious_transform(0, form, Flip(), 1.0, 0))
        assert [row["label"] for row in result] == [1] * 10
        assert [row["text"].endswith("X") for row in result] == [True] * 5 + [False] * 5
    named = spurious_transform("negative", dataset_of(data), ItemInjection.from_list(["X"], "end", 0), 1.0, 0)
    assert [text.rstrip().endswith("X") for text in named["text"]] == [True] * 5 + [False] * 5
    assert named.features == dataset_of(data).features


def test_a_transform_takes_any_modifier_of_the_published_kind():
    class Shout(Modifier):
        def __call__(self, text, label):
            return text.upper(), label

    data = [{"text": "a b", "label": 1}, {"text": "c", "label": 0}]
    for form in (data, datasets.Dataset.from_list(data)):
        assert [row["text"] for row in spurious_transform(1, form, Shout(), 1.0)] == ["A B", "c"]
        plain = spurious_transform(1, form, lambda text, label: (text + "!", label), 1.0)
        assert [row["text"] for row in plain] == ["a b!", "c"]
        with pytest.raises(SSTIError, match="changed or removed"):
            spurious_transform(1, form, Shout(), 1.0, spans=True)


@pytest.mark.parametrize("batch", [1, 3, 1000])
def test_a_transform_works_batch_by_batch(batch, monkeypatch):
    monkeypatch.setattr("ssti.inject.datasets.tables.BATCH_ROWS", batch)
    data = rows(20)
    expected = spurious_transform(1, data, ItemInjection.from_list(["X"], "random", 0.5, 1), 0.7, 2, spans=True)
    found = spurious_transform(
        1, dataset_of(data), ItemInjection.from_list(["X"], "random", 0.5, 1), 0.7, 2, spans=True
    )
    assert found.to_list() == expected


def test_a_transform_refuses_what_cannot_be():
    modifier = ItemInjection.from_list(["X"])
    for arguments in (
        (1, rows(), modifier, 1.5),
        (1, rows(), "X", 0.5),
        (1, 5, modifier, 0.5),
        (1, [5], modifier, 1),
    ):
        with pytest.raises(SSTIError):
            spurious_transform(*arguments)
    assert spurious_transform(1, [], modifier, 0.5) == []
