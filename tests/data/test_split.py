"""The split and the order of rows, on any texts."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssti.data.split import arrange

labelled = st.lists(st.tuples(st.text(max_size=12), st.integers(0, 4)), min_size=1, max_size=150)


def table(rows: list[tuple[str, int]]) -> pa.Table:
    texts, labels = zip(*rows, strict=True) if rows else ((), ())
    return pa.table({"text": pa.array(texts, pa.string()), "label": pa.array(labels, pa.int64())})


def pairs(rows: pa.Table) -> list[tuple[str, int]]:
    return list(zip(rows["text"].to_pylist(), rows["label"].to_pylist(), strict=True))


@given(labelled)
def test_each_distinct_text_is_kept_once_with_its_first_label(rows: list[tuple[str, int]]) -> None:
    first: dict[str, int] = {}
    for text, label in rows:
        first.setdefault(text, label)
    train, test, _ = arrange({"train": table(rows)})
    assert sorted(pairs(train) + pairs(test)) == sorted(first.items())


@given(labelled, st.randoms(use_true_random=False))
def test_the_order_of_distinct_rows_does_not_matter(rows: list[tuple[str, int]], random) -> None:
    rows = list({text: label for text, label in rows}.items())
    shuffled = random.sample(rows, len(rows))
    one, other = arrange({"train": table(rows)}), arrange({"train": table(shuffled)})
    assert [pairs(one[0]), pairs(one[1]), one[2]] == [pairs(other[0]), pairs(other[1]), other[2]]


@given(labelled)
def test_a_class_of_two_or_more_is_in_both_splits(rows: list[tuple[str, int]]) -> None:
    train, test, _ = arrange({"train": table(rows)})
    trained, tested = Counter(train["label"].to_pylist()), Counter(test["label"].to_pylist())
    for label in trained | tested:
        total = trained[label] + tested[label]
        assert trained[label] >= 1
        assert tested[label] == (0 if total == 1 else max(1, (total + 2) // 5))


@given(labelled)
def test_every_prefix_holds_the_classes_in_proportion(rows: list[tuple[str, int]]) -> None:
    train, _, _ = arrange({"train": table(rows)})
    labels = train["label"].to_pylist()
    totals = Counter(labels)
    for n in range(1, len(labels) + 1):
        for label, count in Counter(labels[:n]).items():
            assert abs(count - n * totals[label] / len(labels)) <= len(totals)


def test_a_given_test_split_stays_and_is_not_trained_on() -> None:
    train = [("a", 0), ("b", 1), ("c", 0), ("d", 1)]
    test = [("b", 1), ("e", 0), ("e", 0)]
    trained, tested, _ = arrange({"train": table(train), "test": table(test)})
    assert sorted(pairs(tested)) == [("b", 1), ("e", 0)]
    assert sorted(pairs(trained)) == [("a", 0), ("c", 0), ("d", 1)]


def test_the_key_tells_labels_apart() -> None:
    rows = [(str(n), n % 2) for n in range(20)]
    turned = [(text, 1 - label) for text, label in rows]
    assert arrange({"train": table(rows)})[2] != arrange({"train": table(turned)})[2]


@pytest.mark.parametrize("share", [0.1, 0.5])
def test_adding_rows_moves_few_across(share: float) -> None:
    rows = [(f"text {n}", n % 2) for n in range(2000)]
    before = {text for text, _ in pairs(arrange({"train": table(rows)})[1])}
    more = rows + [(f"new {n}", n % 2) for n in range(int(2000 * share))]
    after = {text for text, _ in pairs(arrange({"train": table(more)})[1])}
    assert len(before - after) < 0.1 * len(before)
