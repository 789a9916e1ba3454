"""Arrow columns at once, and `spurious_transform`: the same as text by text."""

from __future__ import annotations

import random
import sys

import pytest

from ssti.inject import (
    ItemInjection,
    Modifier,
    Pool,
    SpuriousDateGenerator,
    spurious_transform,
)
from ssti.platform.errors import SSTIError

datasets = pytest.importorskip("datasets")
pandas = pytest.importorskip("pandas")
pyarrow = pytest.importorskip("pyarrow")

from poison_rows import dataset_of, rows  # noqa: E402

# --- the fast path for Arrow columns

SPACES = "".join(character for character in map(chr, range(sys.maxunicode + 1)) if character.isspace())


def test_a_column_of_no_rows_stays_empty():
    from ssti.inject.datasets.bulk import inject_column

    for kind in (pyarrow.string(), pyarrow.large_string()):
        found = inject_column(pyarrow.array([], kind), ItemInjection.from_list(["x"], "random", 0.5, 1))
        assert (found.texts.to_pylist(), found.texts.type) == ([], kind)
        assert [len(part) for part in found[1:]] == [0, 0, 0]


@pytest.mark.parametrize("location", ["beginning", "random", "end"])
@pytest.mark.parametrize("kind", ["list", "pool", "function", "once"])
def test_a_column_at_once_equals_text_by_text(location, kind):
    from ssti.inject.datasets.bulk import inject_column

    rng = random.Random(location + kind)
    alphabet = "abX éàÅ中🎉“-\u200b" + SPACES  # the last bytes of à and Å alone would be white space
    for round_ in range(150):
        texts = ["".join(rng.choices(alphabet, k=rng.randint(0, 14))) for _ in range(rng.randint(1, 6))]
        amount = rng.choice([0, 0.1, 0.5, 1.0])
        items = rng.choice([["x"], ["United States", "é"], ["🎉", "zz"]])

        def modifier(items=items, amount=amount, round_=round_):
            if kind == "list":
                return ItemInjection.from_list(items, location, amount, round_)
            if kind == "pool":
                return ItemInjection(Pool(items, seed=round_), location, amount, round_)
            if kind == "once":
                return ItemInjection(
                    SpuriousDateGenerator(seed=round_, with_replacement=False), location, amount, round_
                )
            return ItemInjection.from_function(map(str, range(10**6)).__next__, location, amount, round_)

        one = modifier()
        expected = [one.apply(text) for text in texts]
        column = pyarrow.array(["é a b", *texts], rng.choice([pyarrow.string(), pyarrow.large_string()]))[1:]
        other = modifier()
        found = inject_column(column, other)
        assert found.texts.to_pylist() == [injection.text for injection in expected]
        assert found.texts.type == column.type
        spans = list(zip(found.starts.tolist(), found.ends.tolist(), strict=True))
        assert spans == [span for injection in expected for span in injection.spans]
        assert found.counts.tolist() == [len(injection.spans) for injection in expected]
        if kind != "function":
            assert one.apply("the stream goes on") == other.apply("the stream goes on")


def test_many_draws_at_once_equal_one_by_one():
    from ssti.inject.datasets.twister import draw_many
    from ssti.inject.text.words import draw_below

    for seed in range(60):
        ours, theirs = random.Random(seed), random.Random(seed)
        for _ in range(seed % 9):
            assert ours.random() == theirs.random()
        size = [1, 2, 3, 4, 31, 32, 1000, 548_247, 2**31, 2**32 - 1, 2**32][seed % 11]
        count = [1, 499, 500, 501, 625, 2000][seed % 6]
        assert draw_many(ours, size, count).tolist() == draw_below(theirs.getrandbits, size, count)
        assert ours.getstate() == theirs.getstate()


def test_many_draws_of_another_generator_are_its_own():
    from ssti.inject.datasets.twister import draw_many

    class Counting(random.Random):
        given = 0

        def getrandbits(self, bits):
            self.given += 1
            return self.given % 7

    assert draw_many(Counting(), 7, 600).tolist() == [n % 7 for n in range(1, 601)]
    assert set(draw_many(random.SystemRandom(), 3, 600).tolist()) == {0, 1, 2}
    for count in (0, 5, 600):
        assert draw_many(random.Random(0), 5, count).dtype.kind == "i"


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
    monkeypatch.setattr("ssti.inject.datasets.transform_tables.BATCH_ROWS", batch)
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
