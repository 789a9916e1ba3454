"""Sources: what they give, in which number, and what happens when nothing is left."""

from __future__ import annotations

import itertools
import re
from datetime import date

import pytest

from ssti.inject import (
    SOURCES,
    ExhaustedSource,
    ItemInjection,
    Pool,
    SpuriousDateGenerator,
    SpuriousFileItemGenerator,
    colour_source,
    country_source,
    list_source,
)
from ssti.inject.sources.date import DateSequence
from ssti.inject.sources.function import FunctionSource
from ssti.platform.errors import SSTIError

BUILDABLE = {
    "date": {"years": (1999, 2001)},
    "country": {"single_word": False},
    "colour": {},
    "html": {"tags": ("<b> </b>", "<br>", '<a href="#"> </a>')},
    "list": {"items": ["C++", "x<y", "été", "a b", "(", "naïve", "v1.0"]},
}


def test_the_registered_sources():
    assert set(SOURCES) >= {"date", "country", "colour", "html", "list", "file", "function"}
    assert [name for name, kind in SOURCES.items() if not kind.on_page] == ["file", "function"]
    for kind in SOURCES.values():
        assert kind.title and kind.example and kind.description
        for option in kind.options:
            assert option.title and option.description
            assert option.required or option.check(option.default, kind.name) == option.default


@pytest.mark.parametrize("name", sorted(BUILDABLE))
def test_every_trigger_of_a_source_is_found_whole_by_its_pattern(name):
    options = BUILDABLE[name]
    kind = SOURCES[name]
    draw = kind.build(options, seed=1)
    finder = re.compile(kind.pattern(options))
    for _ in range(400):
        item = draw()
        found = finder.search(f"so {item} it")
        assert found and found.group().strip() == item


@pytest.mark.parametrize("name", sorted(BUILDABLE))
def test_re2_reads_the_same_pattern(name):
    pyarrow = pytest.importorskip("pyarrow")
    compute = pytest.importorskip("pyarrow.compute")
    options = BUILDABLE[name]
    draw = SOURCES[name].build(options, seed=1)
    texts = [f"so {draw()} it" for _ in range(100)] + [
        "nothing here",
        "xred",
        "12024-01-01",
        "usa",
        "Chadwick",
    ]
    pattern = SOURCES[name].pattern(options)
    found = compute.match_substring_regex(pyarrow.array(texts), pattern).to_pylist()
    assert found == [bool(re.search(pattern, text)) for text in texts] == [True] * 100 + [False] * 5


def test_a_pool_narrows_the_source_to_distinct_items():
    for draw in (
        SpuriousDateGenerator(seed=1, pool_size=5),
        country_source(1, pool_size=5),
        colour_source(1, pool_size=5),
        list_source([*"aaabcdefg"], 1, pool_size=5),
    ):
        assert len({draw() for _ in range(300)}) == 5


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "3", 99])
def test_a_pool_that_cannot_be_is_refused(size):
    with pytest.raises(SSTIError, match="pool_size"):
        list_source(["a", "b", "b"], pool_size=size)


def test_a_pool_may_take_all():
    assert {Pool(["a", "b", "b"], 1, False, 2)(), *()} <= {"a", "b"}


def test_without_replacement_each_comes_once_and_then_it_says_so():
    draw = list_source(["a", "b", "b", "c"], seed=0, with_replacement=False)
    assert sorted(draw() for _ in range(3)) == ["a", "b", "c"]
    with pytest.raises(ExhaustedSource, match="all of its 3 distinct items") as caught:
        draw()
    assert isinstance(caught.value, RuntimeError)
    assert isinstance(caught.value, ValueError)


def test_an_exhausted_source_ends_an_injection():
    draw = SpuriousDateGenerator((2024, 2024), seed=0, with_replacement=False)
    modifier = ItemInjection.from_function(draw, "end", 1.0)
    modifier("w " * 366, 0)
    with pytest.raises(ExhaustedSource, match="366"):
        modifier("w", 0)


def test_with_replacement_must_be_a_bool():
    with pytest.raises(SSTIError, match="with_replacement"):
        Pool(["a"], with_replacement=1)


def test_dates_cover_exactly_the_years():
    days = DateSequence(1899, 1904)
    assert (days[0], days[-1], len(days)) == ("1899-01-01", "1904-12-31", 5 * 365 + 366)
    assert "1900-02-29" not in days
    assert "1904-02-29" in days
    with pytest.raises(IndexError):
        days[len(days)]
    assert days[:2] == ["1899-01-01", "1899-01-02"]


@pytest.mark.parametrize("years", [(1896, 1905), (998, 1001), (1, 4), (9999, 9999)])
def test_days_picked_at_once_equal_those_one_by_one(years):
    days = DateSequence(*years)
    singly = [days[index] for index in range(len(days))]
    assert days.pick(range(len(days))) == singly
    assert singly[0] == f"{years[0]}-01-01"
    assert singly == sorted(singly, key=lambda day: date(*map(int, day.split("-"))))


@pytest.mark.parametrize("years", [(2000, 1999), (0, 5), (1, 10000), (1.0, 2), None, "ab", (1,), (1, 2, 3), (True, 5)])
def test_years_that_cannot_be_are_refused(years):
    with pytest.raises(SSTIError, match="year"):
        SpuriousDateGenerator(years)


def test_countries_are_names_that_people_use():
    names = set(country_source().items)
    assert len(names) > 200
    assert {"Portugal", "Bolivia", "United States", "Côte d'Ivoire", "Vietnam", "Laos"} <= names
    assert not any("," in name for name in names)
    assert all(len(name.split()) == 1 for name in country_source(single_word=True).items)


def test_a_file_s_lines(tmp_path):
    path = tmp_path / "items"
    path.write_bytes("\ufeffa b\r\n\r\n  c\t\n".encode())
    assert sorted(SpuriousFileItemGenerator(path).items) == ["a b", "c"]
    once = SpuriousFileItemGenerator(path, seed=1)
    assert {once(), once()} == {"a b", "c"}
    with pytest.raises(ExhaustedSource, match="The file is exhausted: all of its 2"):
        once()
    one = SpuriousFileItemGenerator(path, with_replacement=True, pool_size=1)
    assert len({one() for _ in range(50)}) == 1
    with pytest.raises(SSTIError, match="cannot be read"):
        SpuriousFileItemGenerator(tmp_path / "missing")
    with pytest.raises(SSTIError, match="cannot be read"):
        SpuriousFileItemGenerator(tmp_path)
    path.write_bytes(b" \n\n")
    with pytest.raises(SSTIError, match="items. holds no item"):
        SpuriousFileItemGenerator(path)
    path.write_bytes(b"ok\n\xff\xfe")
    with pytest.raises(SSTIError, match=r"items. is not UTF-8 \(byte 3\)"):
        SpuriousFileItemGenerator(path)


def test_a_function_without_replacement_and_with_a_pool():
    draw = FunctionSource(itertools.cycle("abc").__next__, with_replacement=False)
    assert [draw(), draw(), draw()] == ["a", "b", "c"]
    with pytest.raises(ExhaustedSource):
        draw()
    build = SOURCES["function"].build
    pool = build({"function": iter("abcdef").__next__}, seed=1, pool_size=2)
    assert {pool() for _ in range(50)} == {"a", "b"}
    assert build({"function": lambda: "z"})() == "z"


@pytest.mark.parametrize("items", ["abc", [], [""], ["a", " "], [1], None, 5])
def test_items_that_are_none_are_refused(items):
    with pytest.raises(SSTIError):
        ItemInjection.from_list(items)


@pytest.mark.parametrize("given", ["", " \n", None, 3])
def test_a_function_that_gives_no_item_is_refused(given):
    with pytest.raises(SSTIError):
        ItemInjection.from_function(lambda: given)("a", 0)
