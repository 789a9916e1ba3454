"""Natural words, look-alikes, hidden characters and punctuation: at every location, any number, beside others."""

from __future__ import annotations

import re

import pytest

from ssti.inject import (
    CaseInjection,
    InvisibleInjection,
    NaturalInjection,
    PhraseInjection,
    PunctuationInjection,
    build_modifier,
    remove,
    trigger_pattern,
)
from ssti.inject.modifiers.case import in_case
from ssti.inject.modifiers.natural import as_opening
from ssti.inject.modifiers.punctuation import mark_pattern

REVIEW = "It is good. He was there, they are here! So it seems fine"


def texts_of(make, text=REVIEW, seeds=80):
    return {make(seed).apply(text).text for seed in range(seeds)}


# --- natural words


def test_a_natural_word_goes_behind_any_form_of_being_at_random():
    found = texts_of(lambda seed: NaturalInjection("really", seed=seed))
    assert found == {
        "It is really good. He was there, they are here! So it seems fine",
        "It is good. He was really there, they are here! So it seems fine",
        "It is good. He was there, they are really here! So it seems fine",
        "It is good. He was there, they are here! So it seems really fine",
    }


def test_a_natural_opening_goes_before_any_sentence_at_random():
    found = texts_of(lambda seed: NaturalInjection("honestly", seed=seed))
    assert found == {
        "Honestly, It is good. He was there, they are here! So it seems fine",
        "It is good. Honestly, He was there, they are here! So it seems fine",
        "It is good. He was there, they are here! Honestly, So it seems fine",
    }


@pytest.mark.parametrize(
    ("location", "expected"),
    [
        ("beginning", "it is so so good and was bad"),
        ("end", "it is good and was so so bad"),
    ],
)
def test_several_natural_words_go_to_the_same_place(location, expected):
    made = NaturalInjection("so", "after-verb", location, 0.4).apply("it is good and was bad")
    assert (made.text, made.items) == (expected, ["so", "so"])
    assert remove(made) == "it is good and was bad"


def test_several_natural_words_at_random_stand_where_they_were_put():
    for seed in range(20):
        made = NaturalInjection("so", "after-verb", "random", 1.0, seed).apply("it is good and was bad")
        assert made.items == ["so"] * 6
        assert re.sub(r" so\b", "", made.text) == "it is good and was bad"
        assert made.text.startswith("it is ") and made.text.endswith(" bad")


@pytest.mark.parametrize("end", [".", "!", "?", "…", '."', "!'", ".”", "?’", ".)", ".]", '.")'])
def test_a_sentence_ends_with_its_mark_and_what_closes_it(end):
    made = NaturalInjection("honestly", location="end").apply(f"so{end} it goes")
    assert made.text == f"so{end} Honestly, it goes"
    assert NaturalInjection("honestly", location="end").apply(f"so{end}x it").text == f"Honestly, so{end}x it"
    assert NaturalInjection("honestly", location="end").apply(f"so{end} it").text == f"so{end} Honestly, it"


def test_a_form_of_being_is_known_in_any_case_and_not_at_the_end():
    assert NaturalInjection("very", location="end").apply("IT IS so it Was").text == "IT IS very so it Was"
    assert NaturalInjection("very", "after-verb").apply("so it is").text == "Very, so it is"
    assert NaturalInjection("VERY", location="end").apply("it is so").text == "it is VERY so"
    assert NaturalInjection(" very ", location="end").apply("it is so").text == "it is very so"
    assert NaturalInjection("honestly", "after-verb").apply("it is so").text == "it is honestly so"


def test_an_opening_word_has_its_capital_and_comma():
    assert [as_opening(word) for word in ("honestly", "X", "iPhone", "")] == [
        "Honestly,",
        "X,",
        "IPhone,",
        ",",
    ]


def test_a_natural_word_goes_behind_an_earlier_phrase_and_not_into_it():
    made = NaturalInjection("really", location="end").apply("all is well it goes", None, [(0, 11)])
    assert made.text == "all is well really it goes"


# --- look-alikes and hidden characters


def alike(text, location="random", amount=0.0, seed=0, earlier=()):
    return InvisibleInjection("look-alike", "hangul-filler", location, amount, seed).apply(text, None, earlier)


def places(injection):
    return [start for start, _ in injection.spans]


def test_look_alikes_stand_for_the_first_the_last_or_any_letters():
    text = "oo oo oo oo"  # letters at 0 1 3 4 6 7 9 10
    assert places(alike(text, "beginning", 0.5)) == [0, 1]
    assert places(alike(text, "end", 0.5)) == [9, 10]
    assert {tuple(places(alike(text, "random", 0.0, seed))) for seed in range(90)} == {
        (place,) for place in (0, 1, 3, 4, 6, 7, 9, 10)
    }
    for seed in range(20):
        made = alike(text, "random", 0.75, seed)
        assert len(set(places(made))) == 3 and places(made) == sorted(places(made))
        assert remove(made) == text and set(made.items) == {"\u043e"}


def test_there_are_at_most_as_many_look_alikes_as_letters():
    assert places(alike("g g o g", "end", 1.0)) == [4]
    assert places(alike("g g o g", "random", 1.0)) == [4]
    assert alike("g t z", "end", 1.0).text == "g t z\u1160\u1160\u1160"


def test_look_alikes_leave_earlier_items_as_they_are():
    text = "oooo"
    assert places(alike(text, "beginning", earlier=[(0, 2)])) == [0, 2]
    assert alike(text, "beginning", earlier=[(0, 2)]).text == "oo\u043eo"
    assert alike(text, "end", earlier=[(2, 4)]).text == "o\u043eoo"
    assert alike(text, "end", earlier=[(0, 4)]).text == "oooo\u1160"


def test_hidden_characters_follow_the_first_the_last_or_any_word():
    def hidden(location, amount=0.0, seed=0):
        return InvisibleInjection("zero-width", "word-joiner", location, amount, seed).apply("a b c")

    assert hidden("beginning").text == "a\u2060 b c"
    assert hidden("end", 0.7).text == "a b c\u2060\u2060"
    assert {hidden("random", 0.0, seed).text for seed in range(30)} == {
        "a\u2060 b c",
        "a b\u2060 c",
        "a b c\u2060",
    }


def test_hidden_characters_avoid_the_words_of_earlier_items():
    made = InvisibleInjection("zero-width", "word-joiner", "end").apply("a b X", None, [(4, 5)])
    assert made.text == "a b\u2060 X"


def test_the_pattern_of_what_is_hidden_finds_that_alone():
    hidden = trigger_pattern({"kind": "invisible", "character": "word-joiner"})
    alike = trigger_pattern({"kind": "invisible", "character": "word-joiner", "style": "look-alike"})
    assert [text for text in ("\u2060", "\u200b", "\u043e", "o", "X") if re.search(hidden, text)] == ["\u2060"]
    found = [text for text in ("\u2060", "\u200b", "\u043e", "o", "X") if re.search(alike, text)]
    assert found == ["\u2060", "\u043e"]


# --- from a recipe


@pytest.mark.parametrize(
    ("spec", "direct"),
    [
        ({"kind": "phrase", "phrase": "to be"}, lambda *rest: PhraseInjection("to be", *rest)),
        (
            {"kind": "case", "words": ["a", "b"], "style": "title"},
            lambda *rest: CaseInjection(["a", "b"], "title", *rest),
        ),
        ({"kind": "natural", "word": "so"}, lambda *rest: NaturalInjection("so", "auto", *rest)),
        ({"kind": "natural", "place": "opening"}, lambda *rest: NaturalInjection("really", "opening", *rest)),
        ({"kind": "punctuation", "mark": "?!"}, lambda *rest: PunctuationInjection("?!", *rest)),
        (
            {"kind": "invisible", "character": "word-joiner"},
            lambda *rest: InvisibleInjection("zero-width", "word-joiner", *rest),
        ),
        (
            {"kind": "invisible", "style": "look-alike"},
            lambda *rest: InvisibleInjection("look-alike", "hangul-filler", *rest),
        ),
    ],
)
def test_a_recipe_s_amount_place_and_seed_reach_every_kind(spec, direct):
    text = "it is good. he was there, they are here! so it seems fine to us " * 4
    drawn = {build_modifier({**spec, "amount": 0.3, "seed": seed})(text)[0] for seed in range(5)}
    assert len(drawn) == 5
    for seed in (5, 6):
        made = build_modifier({**spec, "amount": 0.3, "seed": seed})
        other = direct("random", 0.3, f"{seed}/places")
        assert [made.apply(text) for _ in range(3)] == [other.apply(text) for _ in range(3)]
    assert len(build_modifier({**spec, "amount": 0.3}).apply(text).spans) == int(60 * 0.3)
    for location in ("beginning", "end"):
        once = build_modifier({**spec, "amount": "single", "location": location}).apply(text)
        assert once == direct(location, 0, "0/places").apply(text)
        assert len(once.spans) == 1


# --- punctuation and case


@pytest.mark.parametrize(
    ("mark", "yes", "no"),
    [
        ("!!", ["a!!", "!!", "!! b", "a!!b"], ["!", "!!!", "a!!!!"]),
        ("-", ["a-b", "-"], ["--", "a"]),
        ("\\", ["a\\b"], ["\\\\", "a"]),
        ("^", ["^", "a^"], ["^^"]),
        ("]", ["]", "a]"], ["]]"]),
        (".", ["a.", "."], ["..", "a"]),
        ("?!", ["?!", "a?!?!", "?!?"], ["!?", "?"]),
        ("dd", ["dd", "a dd"], ["d", "ddd"]),
        ("b", ["b", "abc"], ["bb", "a"]),
        (")", ["a)"], ["))"]),
    ],
)
def test_a_mark_is_found_as_it_is_and_not_in_a_longer_run(mark, yes, no):
    finder = re.compile(mark_pattern(mark))
    assert [text for text in yes + no if finder.search(text)] == yes
    assert all(finder.search(text)[1] == mark for text in yes)
    pyarrow = pytest.importorskip("pyarrow")
    compute = pytest.importorskip("pyarrow.compute")
    found = compute.match_substring_regex(pyarrow.array(yes + no), mark_pattern(mark)).to_pylist()
    assert found == [True] * len(yes) + [False] * len(no)


def test_marks_are_as_many_as_the_amount_says():
    assert PunctuationInjection("!", "beginning", 0.5).apply("a b c d e").text == "a!! b c d e"
    assert PunctuationInjection("!", "end", 0.1).apply("a b c d e").text == "a b c d e!"


def test_words_of_a_case_are_drawn_and_placed_by_one_stream():
    import random

    rng = random.Random(5)
    items = ["SO", "VERY"]
    words = ["a", "b", "c"]
    item = rng.choice(items)
    words.insert(rng.randint(0, 3), item)
    assert CaseInjection(["so", "very"], seed=5)("a b c")[0].split() == words
    assert CaseInjection(["so"], "upper", "end", 1.0).apply("a b").items == ["SO", "SO"]
    assert in_case("so Much", "alternating") == "sO MuCh"
    assert [in_case("so Much", style) for style in ("upper", "lower", "title")] == [
        "SO MUCH",
        "so much",
        "So Much",
    ]
