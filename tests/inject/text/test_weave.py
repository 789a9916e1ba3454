"""Where a second item goes when a first is there already, and on which word a mark is put."""

from __future__ import annotations

import pytest

from ssti.inject import (
    CompositeModifier,
    ItemInjection,
    Modifier,
    PunctuationInjection,
    remove,
    strip_spans,
)
from ssti.inject.text.glue import _best_ends
from ssti.inject.text.weave import weave, weave_words
from ssti.inject.text.words import WordMap


def one(item, location, seed=0):
    return ItemInjection.from_list([item], location, 0, seed)


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("beginning", "beginning", "Y X a b"),
        ("beginning", "end", "X a b Y"),
        ("end", "beginning", "Y a b X"),
        ("end", "end", "a b X Y"),
    ],
)
def test_a_second_item_at_an_edge_goes_outside_the_first(first, second, expected):
    injection = CompositeModifier([one("X", first), one("Y", second)]).apply("a b")
    assert injection.text == expected
    assert injection.items == [word for word in expected.split() if word in "XY"]
    assert remove(injection) == strip_spans(injection.text, injection.spans) == "a b"


def test_several_items_into_white_space_alone_stand_apart():
    injection = ItemInjection.from_function(iter("XYZ").__next__, "end", 0).apply(" ")
    assert injection.text == " X"
    both = CompositeModifier([one("X", "end"), one("Y", "end")]).apply(" \n")
    assert (both.text, both.spans) == (" \nX Y", ((2, 3), (4, 5)))
    assert weave_words("", WordMap(""), [0, 1], ["X", "Y"])[0] == "X Y"


def test_an_item_never_falls_into_an_earlier_phrase_but_behind_it():
    text = "to be sure a b"
    for slot, expected in ((0, "X to be sure a b"), (1, "to be sure X a b"), (2, "to be sure X a b")):
        new, spans, _ = weave_words(text, WordMap(text), [slot], ["X"], [(0, 10)])
        assert new == expected
        assert [new[start:end] for start, end in spans] == ["X"]
    assert weave_words("to be", WordMap("to be"), [1], ["X"], [(0, 5)])[0] == "to be X"


def test_an_item_behind_an_earlier_phrase_stays_apart_from_what_is_joined_to_it():
    text = "<div>United States</div>"
    new, spans, layer = weave_words(text, WordMap(text), [1], ["X"], [(5, 18)])
    assert new == "<div>United States X </div>"
    assert spans == ((19, 20),)
    assert layer == ((18, 21, ""),)


def test_an_item_before_the_word_at_which_an_earlier_span_ends_brings_one_space():
    assert weave_words("X a", WordMap("X a"), [1], ["Y"], [(0, 2)])[0] == "X Y a"


def test_edits_replace_and_insert_and_say_where():
    new, spans, layer = weave("abcd", [(0, 1, "", "XY", ""), (2, 2, " ", "Z", " "), (3, 4, "", "", "")])
    assert new == "XYb Z c"
    assert [new[start:end] for start, end in spans] == ["XY", "Z", ""]
    assert layer == ((0, 2, "a"), (3, 6, ""), (7, 7, "d"))


def test_random_marks_reach_every_word_that_ends_in_a_letter():
    found = {PunctuationInjection("!", "random", seed=seed).apply("a bb. c3 d").text for seed in range(60)}
    assert found == {"a! bb. c3 d", "a bb. c3! d", "a bb. c3 d!"}


def test_marks_avoid_the_words_of_earlier_items_only():
    class First(Modifier):
        """Marks the word `bb` as an earlier item."""

        def edit(self, text, earlier=()):
            return weave(text, [(3, 3, "", "bb", " ")])

    for location, expected in (("beginning", "aa! bb cc"), ("end", "aa bb cc!")):
        chain = CompositeModifier([First(), PunctuationInjection("!", location)])
        assert chain.apply("aa cc").text == expected
    found = {
        CompositeModifier([First(), PunctuationInjection("!", "random", seed=seed)]).apply("aa cc").text
        for seed in range(40)
    }
    assert found == {"aa! bb cc", "aa bb cc!"}


def test_a_mark_goes_onto_an_earlier_item_where_there_is_no_other_word():
    chain = CompositeModifier([one("X", "end"), PunctuationInjection("!", "end")])
    assert chain.apply("").text == "X!"


@pytest.mark.parametrize(
    ("span", "free"),
    [((0, 3), {7, 11}), ((2, 4), {7, 11}), ((3, 4), {3, 7, 11}), ((4, 5), {3, 11}), ((2, 5), {11})],
)
def test_a_word_counts_as_earlier_where_a_span_touches_any_of_it(span, free):
    text = "abc def ghi"
    assert set(_best_ends(text, [(0, 3), (4, 7), (8, 11)], [span])) == free


# --- modifiers that only give their new text


class Between(Modifier):
    """Puts NEW after the first word, as a modifier of the published kind: no spans of its own."""

    def __call__(self, text, label):
        first, *rest = text.split()
        return " ".join([first, "NEW", *rest]), label


def test_earlier_spans_follow_their_words_past_a_modifier_without_spans():
    chain = CompositeModifier([PunctuationInjection("!!", "end"), Between()])
    made = chain.apply("so very  good")
    assert (made.text, made.items) == ("so NEW very good!!", ["NEW", "!!"])
    assert remove(made) == "so very  good"
    made = Between().apply("it is to be sure so", None, [(6, 16), (17, 19)])
    assert made.items == ["NEW", "to be sure", "so"]


def test_an_earlier_span_does_not_take_the_word_that_only_touches_it():
    assert Between().apply("X a", None, [(0, 2)]).items == ["X", "NEW"]
    assert Between().apply("a X", None, [(1, 3)]).items == ["NEW", "X"]


def test_a_modifier_without_spans_may_fill_an_empty_text():
    class Fill(Modifier):
        def __call__(self, text, label):
            return f"{text} NEW", label

    assert Fill().apply("").items == ["NEW"]
    assert Fill().apply("a").spans == ((2, 5),)
