"""What every kind of source does with a seed and a pool, and how a function is drawn from."""

from __future__ import annotations

import itertools
import random
import re
from collections import Counter

import pytest

from ssti.inject import SOURCES, ExhaustedSource
from ssti.inject.sources.date import DateSequence
from ssti.inject.sources.function import FunctionSource
from ssti.platform.errors import SSTIError

LETTERS = list("abcdefghij")


@pytest.fixture
def options(tmp_path):
    (tmp_path / "lines").write_text("\n".join(LETTERS), encoding="utf-8")
    return {
        "date": {"years": (1999, 2001)},
        "country": {"single_word": True},
        "colour": {},
        "html": {"tags": [f"<{letter}>" for letter in LETTERS]},
        "list": {"items": LETTERS},
        "file": {"path": tmp_path / "lines"},
        "function": {"function": itertools.cycle("aabbccddeeffgghhiijj").__next__},
    }


@pytest.mark.parametrize("name", ["date", "country", "colour", "html", "list", "file", "function"])
def test_a_pool_of_a_source_follows_its_seed(name, options):
    build = SOURCES[name].build

    def drawn(seed, **more):
        source = build(options[name], seed=seed, pool_size=6, **more)
        return [source() for _ in range(6)]

    if name == "function":  # its pool holds the first items that it gives
        assert sorted(set(build(options[name], seed=1, pool_size=3).items)) == ["a", "b", "c"]
        options[name] = {"function": itertools.cycle(LETTERS[:6]).__next__}
    assert drawn(5) == drawn(5) != drawn(6)
    assert len(set(drawn(5, with_replacement=False))) == 6
    assert len(set(drawn(5)) | set(drawn(5))) <= 6
    plain = build(options[name], seed=5, pool_size=6)
    assert len(set(plain.items)) == 6


@pytest.mark.parametrize("name", ["date", "country", "colour", "html", "list", "file"])
def test_without_a_pool_a_source_draws_as_random_choice(name, options):
    source = SOURCES[name].build(options[name], seed=5)
    rng = random.Random(5)
    assert [source() for _ in range(9)] == [source.items[rng.randrange(len(source.items))] for _ in range(9)]


def test_countries_of_one_word_are_asked_for(options):
    build = SOURCES["country"].build
    assert all(" " not in name for name in build({"single_word": True}).items)
    pattern = SOURCES["country"].pattern
    assert re.search(pattern({"single_word": False}), "the United States")
    assert not re.search(pattern({"single_word": True}), "the United States")
    assert {"United States", "Portugal"} <= set(build({"single_word": False}).items)
    assert all(not name.endswith(" ") and "," not in name for name in build({"single_word": False}).items)


def test_of_a_pair_of_tags_the_opening_one_comes_and_each_once():
    source = SOURCES["html"].build({"tags": ["<b> </b>", "<b>", "<i> </i>"]})
    assert source.items == ["<b>", "<i>"]


def test_a_function_gives_what_it_gives_or_each_item_once():
    assert [FunctionSource(itertools.repeat("a").__next__)() for _ in range(3)] == ["a", "a", "a"]
    again = FunctionSource(lambda: "a")
    assert (again(), again()) == ("a", "a")
    once = FunctionSource(itertools.chain("aab").__next__, with_replacement=False)
    assert [once(), once()] == ["a", "b"]
    with pytest.raises(ExhaustedSource, match="^the function has returned its last item"):
        once()
    with pytest.raises(SSTIError, match="^the function holds 3, which is not an item"):
        FunctionSource(lambda: 3, with_replacement=False)()


def test_a_function_that_gives_nothing_new_is_given_up_after_ten_thousand_calls():
    calls = itertools.count()

    def late():
        call = next(calls)
        return "a" if call < 10_000 else "b"

    source = FunctionSource(late, with_replacement=False)
    assert [source(), source()] == ["a", "b"]
    with pytest.raises(ExhaustedSource, match="nothing new in 10,000 calls, after 2 distinct items"):
        source()
    assert next(calls) == 10_001 + 10_000


def test_a_pool_of_a_function_is_at_least_one_item():
    build = SOURCES["function"].build
    with pytest.raises(SSTIError, match="^pool_size is 0; it must be a whole number from 1 to"):
        build({"function": lambda: "a"}, pool_size=0)
    assert build({"function": lambda: "a"}, pool_size=1)() == "a"
    with pytest.raises(ExhaustedSource, match="nothing new"):
        build({"function": lambda: "a"}, pool_size=2)


def test_days_are_found_from_either_end_and_nowhere_else():
    days = DateSequence(2023, 2024)
    assert (days[-len(days)], days[-1], days[len(days) - 1]) == ("2023-01-01", "2024-12-31", "2024-12-31")
    for index in (len(days), -len(days) - 1):
        with pytest.raises(IndexError, match=str(index)):
            days[index]
    assert days[::400] == ["2023-01-01", "2024-02-05"]
    assert Counter(days).most_common(1)[0][1] == 1
    assert DateSequence(999, 1000)[0] == "999-01-01" and DateSequence(999, 1000)[-1] == "1000-12-31"
    assert DateSequence(1000, 1000)[0] == "1000-01-01"
