"""The published toolkit's recorded outputs: the same words in the same order, seed for seed."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest

from ssti.inject import (
    HTMLInjection,
    ItemInjection,
    SpuriousDateGenerator,
    SpuriousFileItemGenerator,
    remove,
    spurious_transform,
    strip_spans,
)

GOLDEN = Path(__file__).parents[1] / "golden" / "spurious_corr_cases.json"


def golden_cases(*kinds: str) -> list:
    cases = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return [pytest.param(case, id=f"{n}-{case['kind']}") for n, case in enumerate(cases) if case["kind"] in kinds]


def modifier_of(case: dict, folder: Path):
    common = {key: case[key] for key in ("location", "token_proportion", "seed")}
    if case["kind"] == "html":
        return HTMLInjection.from_list(case["tags"], level=case["level"], **common)
    if case["kind"] == "file":
        path = folder / "items.txt"
        path.write_text("\n\n".join(case["items"]), encoding="utf-8")
        return ItemInjection.from_file(str(path), **common)
    if case["kind"] == "date":
        dates = SpuriousDateGenerator(
            tuple(case["year_range"]), seed=case["generator_seed"], with_replacement=case["with_replacement"]
        )
        return ItemInjection.from_function(dates, **common)
    if case["kind"] == "function":
        counter = itertools.count()
        return ItemInjection.from_function(lambda: f"t{next(counter)}", **common)
    return ItemInjection.from_list(case["items"], **common)


@pytest.mark.parametrize("case", golden_cases("list", "file", "date", "function", "html"))
def test_a_recorded_case_gives_the_same_words(case, tmp_path):
    modifier = modifier_of(case, tmp_path)
    for text, expected in zip(case["texts"], case["expected"], strict=True):
        injection = modifier.apply(text, 7)
        assert injection.text.split() == expected.split()
        assert injection.label == 7
        assert remove(injection) == text
        assert strip_spans(injection.text, injection.spans) == text


@pytest.mark.parametrize("form", ["rows", "dataset", "frame"])
@pytest.mark.parametrize("case", golden_cases("transform"))
def test_a_recorded_transform_gives_the_same_rows(case, form, tmp_path):
    rows = case["rows"]
    if form == "dataset":
        rows = pytest.importorskip("datasets").Dataset.from_list(rows)
    elif form == "frame":
        rows = pytest.importorskip("pandas").DataFrame(rows)
    modifier = modifier_of(case, tmp_path)
    result = spurious_transform(
        case["label_to_modify"], rows, modifier, case["text_proportion"], seed=case["transform_seed"]
    )
    found = {"rows": list, "dataset": lambda d: d.to_list(), "frame": lambda f: f.to_dict("records")}[form](result)
    assert [(row["text"].split(), row["label"]) for row in found] == [
        (row["text"].split(), row["label"]) for row in case["expected"]
    ]


# What follows does not need the recorded file: it was worked out by hand from random.Random.

TEXT = "one two three four five six seven eight nine ten"


def test_a_list_draws_all_items_first_and_then_their_places():
    import random

    rng = random.Random(3)
    items = [rng.choice(["A", "B", "C"]) for _ in range(3)]
    words = TEXT.split()
    for item in items:
        words.insert(rng.randint(0, len(words)), item)
    assert ItemInjection.from_list(["A", "B", "C"], "random", 0.3, 3)(TEXT, 0)[0].split() == words


def test_a_modifier_s_stream_goes_on_from_text_to_text():
    import random

    rng = random.Random(11)
    expected = []
    for _ in range(2):
        words = TEXT.split()
        item = rng.choice(["A", "B"])
        words.insert(rng.randint(0, len(words)), item)
        expected.append(words)
    modifier = ItemInjection.from_list(["A", "B"], "random", 0, 11)
    assert [modifier(TEXT, 0)[0].split() for _ in range(2)] == expected


def test_dates_without_replacement_skip_what_was_given():
    import random

    days = [f"2024-{m:02d}-{d:02d}" for m, last in ((1, 31), (2, 29)) for d in range(1, last + 1)]
    days += [f"2024-03-{d:02d}" for d in range(1, 32)]
    source = SpuriousDateGenerator((2024, 2024), seed=5, with_replacement=False)
    rng, given = random.Random(5), []
    while len(given) < 50:
        index = rng.randrange(366)
        if index not in given:
            given.append(index)
    found = [source() for _ in range(50)]
    assert len(set(found)) == 50
    assert [days[index] for index in given if index < len(days)] == [
        day for day, index in zip(found, given, strict=True) if index < len(days)
    ]


def test_a_file_source_gives_the_lines_of_random_choice(tmp_path):
    import random

    path = tmp_path / "items.txt"
    path.write_text("a\n\n  b  \r\nc\n", encoding="utf-8")
    rng = random.Random(1)
    source = SpuriousFileItemGenerator(path, seed=1, with_replacement=True)
    assert [source() for _ in range(20)] == [rng.choice(["a", "b", "c"]) for _ in range(20)]


def test_spurious_transform_puts_the_class_first_and_samples_as_random_sample():
    import random

    rows = [{"text": f"row {n}", "labels": n % 3} for n in range(30)]
    result = spurious_transform(1, rows, ItemInjection.from_list(["X"], "end", 0, 0), 0.4, seed=9)
    ours = [row for row in rows if row["labels"] == 1]
    chosen = set(random.Random(9).sample(range(10), 4))
    expected = [row["text"] + (" X" if n in chosen else "") for n, row in enumerate(ours)]
    assert [row["text"] for row in result] == expected + [row["text"] for row in rows if row["labels"] != 1]
    assert rows[1] == {"text": "row 1", "labels": 1}
