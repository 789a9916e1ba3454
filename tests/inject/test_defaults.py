"""What is not said: the defaults, those of the published toolkit where it has them."""

from __future__ import annotations

import pytest

from ssti.inject import (
    SOURCES,
    CaseInjection,
    ExhaustedSource,
    HTMLInjection,
    InvisibleInjection,
    ItemInjection,
    NaturalInjection,
    PhraseInjection,
    Pool,
    PunctuationInjection,
    SpuriousDateGenerator,
    SpuriousFileItemGenerator,
    build_modifier,
    colour_source,
    country_source,
    list_source,
    poison,
)
from ssti.platform.errors import SSTIError


@pytest.fixture
def lines(tmp_path):
    path = tmp_path / "lines.txt"
    path.write_text("<b>\n<i>\n", encoding="utf-8")
    return path


def test_items_go_in_at_random_for_a_tenth_of_the_words(lines):
    for made in (
        ItemInjection(lambda: "X"),
        ItemInjection.from_list(["X"]),
        ItemInjection.from_file(lines),
        ItemInjection.from_function(lambda: "X"),
    ):
        assert (made.location, made.token_proportion) == ("random", 0.1)


def test_tags_go_in_once_at_random_anywhere(lines):
    for made in (HTMLInjection(lines), HTMLInjection.from_file(lines), HTMLInjection.from_list(["<b>"])):
        assert (made.location, made.level, made.token_proportion) == ("random", None, None)


@pytest.mark.parametrize(
    ("make", "item", "location"),
    [
        (lambda: PhraseInjection("to be sure"), "to be sure", "random"),
        (lambda: CaseInjection(), "REALLY", "random"),
        (lambda: NaturalInjection(), "really", "random"),
        (lambda: PunctuationInjection(), "!!", "end"),
        (lambda: InvisibleInjection(), "\u1160", "random"),
    ],
)
def test_the_other_kinds_go_in_once(make, item, location):
    made = make()
    text = "this film is good " * 30
    injection = made.apply(text)
    assert injection.items == [item]
    assert (made.location, made.token_proportion) == (location, 0)


def test_a_file_is_drawn_from_with_replacement_and_one_stream(lines):
    made = ItemInjection.from_file(lines, "random", 0.5, 3)
    again = ItemInjection.from_list(["<b>", "<i>"], "random", 0.5, 3)
    assert [made.apply("a b c d e f") for _ in range(5)] == [again.apply("a b c d e f") for _ in range(5)]


@pytest.mark.parametrize(
    ("make", "replaces"),
    [
        (lambda lines, **more: SpuriousDateGenerator((2000, 2000), 1, **more), True),
        (lambda lines, **more: SpuriousFileItemGenerator(lines, 1, **more), False),
        (lambda lines, **more: list_source(["a", "b"], 1, **more), True),
        (lambda lines, **more: colour_source(1, **more), True),
        (lambda lines, **more: country_source(1, **more), True),
        (lambda lines, **more: Pool(["a", "b"], 1, **more), True),
        (lambda lines, **more: SOURCES["date"].build({"years": (2000, 2000)}, **more), True),
        (lambda lines, **more: SOURCES["file"].build({"path": lines}, **more), True),
        (lambda lines, **more: SOURCES["list"].build({"items": ["a", "b"]}, **more), True),
        (lambda lines, **more: SOURCES["html"].build({"tags": ["<a>", "<b>"]}, **more), True),
        (lambda lines, **more: SOURCES["colour"].build({}, **more), True),
        (lambda lines, **more: SOURCES["country"].build({"single_word": True}, **more), True),
        (lambda lines, **more: SOURCES["function"].build({"function": lambda: "a"}, **more), True),
    ],
)
def test_a_source_draws_with_replacement_unless_told_or_a_file_s(lines, make, replaces):
    assert make(lines).with_replacement is replaces
    for chosen in (True, False):
        assert make(lines, with_replacement=chosen).with_replacement is chosen


def test_dates_are_those_of_the_published_years():
    days = SpuriousDateGenerator().items
    assert (days[0], days[-1]) == ("1100-01-01", "2600-12-31")


@pytest.mark.parametrize(
    ("draw", "called"),
    [
        (lambda: Pool(["a"], with_replacement=False), "The source"),
        (lambda: list_source(["a"], with_replacement=False), "The list"),
        (lambda: colour_source(with_replacement=False, pool_size=1), "The colour source"),
        (lambda: country_source(with_replacement=False, pool_size=1), "The country source"),
        (lambda: SpuriousDateGenerator(with_replacement=False, pool_size=1), "The date source"),
        (
            lambda: SOURCES["html"].build({"tags": ["<b>"]}, with_replacement=False),
            "The list of tags",
        ),
        (
            lambda: SOURCES["function"].build({"function": lambda: "a"}, pool_size=1, with_replacement=False),
            "The function",
        ),
    ],
)
def test_an_exhausted_source_is_called_by_its_name(draw, called):
    source = draw()
    source()
    with pytest.raises(ExhaustedSource, match=f"^{called} is exhausted: all of its 1 distinct items"):
        source()


def test_a_function_that_has_ended_is_exhausted():
    ended = ItemInjection.from_function(iter(["a"]).__next__, "end", 0)
    ended("x")
    with pytest.raises(ExhaustedSource, match="^the source has returned its last item"):
        ended("x")
    named = build_modifier({"source": {"kind": "function", "function": iter("").__next__}})
    with pytest.raises(ExhaustedSource, match="^the function has returned its last item"):
        named("x")


def test_a_recipe_that_says_nothing_poisons_every_row_of_the_target_with_one_date_by_seed_0():
    data = [{"text": "a b c d e f g h i j", "label": n % 2} for n in range(20)]
    plain = poison(data, {"target": 1})
    said = {"kind": "item", "source": {"kind": "date", "years": [1900, 2100]}, "location": "random"}
    said |= {"amount": "single", "share": 1.0, "count": None, "seed": 0, "strip": False}
    assert plain == poison(data, {**said, "target": 1}) != poison(data, {**said, "target": 1, "seed": 1})
    assert [len(row["spans"]) for row in plain] == [0, 1] * 10


def test_the_smallest_pool_is_one_item_and_a_smaller_one_is_refused_at_the_recipe():
    made = build_modifier({"source": {"kind": "colour", "pool_size": 1}, "amount": 1.0})
    assert len(set(made.apply("a b c d e f").items)) == 1
    from ssti.inject.spec import read_spec

    with pytest.raises(SSTIError, match="pool_size is 0; it must be a whole number from 1 to"):
        read_spec({"source": {"kind": "colour", "pool_size": 0}})
