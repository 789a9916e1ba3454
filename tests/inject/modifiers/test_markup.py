"""HTML: elements by depth, tags from files, items inside an element, the pattern of tags."""

from __future__ import annotations

import re

import pytest

from ssti.inject import (
    CompositeModifier,
    HTMLInjection,
    PhraseInjection,
    build_modifier,
    remove,
    trigger_pattern,
)
from ssti.inject.text.markup import check_tags, element_at, tag_pattern


@pytest.mark.parametrize(
    ("text", "level", "inside"),
    [
        ("--> <!-- <a>1</a> --><b>x</b>", 1, "x"),  # a comment ends at the first --> after its start
        ("<!-- --><b>x</b><!-- -->", 1, "x"),
        ("<!-- <a>1</a> --> <!-- <i>2</i> --> <b>x</b>", 1, "x"),
        ("<!-- never ended <b>x</b> <!-- nor this <i>y</i>", 1, "x"),
        ("<a><b>x</b></c></a>", 1, "<b>x</b></c>"),
        ("<a><b><c>deep</c></b></a>", 3, "deep"),
        ("<a><b>1</b><b>2</b></a>", 2, "1"),
        ("<a>" + "<b>" * 3 + "x</a>", 2, "<b><b>x"),
        ("<a1-x>y</A1-X>", 1, "y"),
        ("< a>x</ a>", 1, None),
    ],
)
def test_the_first_element_at_a_depth_passes_over_comments(text, level, inside):
    found = element_at(text, level)
    assert (found and text[found[0] : found[1]]) == inside


@pytest.mark.parametrize(
    "void",
    ["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source"] + ["track", "wbr"],
)
def test_a_void_tag_opens_no_element(void):
    text = f"<div><{void}>x</div>"
    assert element_at(text, 2) is None
    assert element_at(text, 1) == (5, len(text) - 6)


def test_tags_may_stand_in_a_file(tmp_path):
    path = tmp_path / "tags.txt"
    path.write_text("<p> </p>\n\n <br>\n", encoding="utf-8")
    for made in (HTMLInjection(path, "end", 1, 0.5, 7), HTMLInjection.from_file(path, "end", 1, 0.5, 7)):
        assert made.tags == [("<p>", "</p>"), ("<br>", None)]
        assert (made.location, made.level, made.token_proportion) == ("end", 1, 0.5)
        again = HTMLInjection.from_list(["<p> </p>", "<br>"], "end", 1, 0.5, 7)
        for text in ("a b c d e f", "<i>a b c d e f</i> g"):
            assert made.apply(text) == again.apply(text)


def test_an_item_that_is_there_stays_whole_inside_an_element_too():
    text = "so <div>to be sure a</div> it is"
    found = set()
    for seed in range(40):
        made = HTMLInjection.from_list(["<hr>"], "random", 1, seed=seed).apply(text, None, [(8, 18)])
        found.add(made.text)
        assert "to be sure" in made.items
        assert remove(made) == text
    assert found == {
        "so <div><hr> to be sure a</div> it is",
        "so <div>to be sure <hr> a</div> it is",
        "so <div>to be sure a <hr></div> it is",
    }


def test_an_element_that_starts_the_text_is_an_element_too():
    made = HTMLInjection.from_list(["<hr>"], "beginning", 1).apply("<b>x</b> y")
    assert (made.text, made.spans) == ("<b><hr> x</b> y", ((3, 7),))
    chain = CompositeModifier([PhraseInjection("a b", "end"), HTMLInjection.from_list(["<hr>"], "end")])
    assert chain.apply("x").text == "x a b <hr>"


def test_a_proportion_counts_the_words_of_the_element():
    made = HTMLInjection.from_list(["<hr>"], "random", 1, 0.5, 0).apply("a b c d e f <b>g h i j</b> k l")
    assert len(made.spans) == 2
    assert all(made.text.index("<b>") < start < made.text.index("</b>") for start, _ in made.spans)
    assert len(HTMLInjection.from_list(["<hr>"], "random", None, 0.1).apply("a b").spans) == 1


def test_a_pattern_of_tags_and_of_other_marks_finds_both():
    for tags in (["<b> </b>", "[x] [/x]"], ["[x] [/x]", "<B>", "<br>"]):
        finder = re.compile(tag_pattern(check_tags(tags)))
        for text in ("a <b> c", "</B>", "<b class=x>", "so [x] it", "[/x]"):
            assert finder.search(text), text
        for text in ("b", "<i>", "x", "<bc>", "[y]"):
            assert not finder.search(text), text
    assert re.search(trigger_pattern({"kind": "html", "tags": ["<hr>"]}), "<HR\n/>")


def test_a_recipe_s_tags_level_amount_and_place_reach_the_modifier():
    spec = {"kind": "html", "tags": ["<hr>"], "level": 1, "amount": 0.5, "location": "beginning"}
    made = build_modifier(spec)
    assert (made.level, made.token_proportion, made.location) == (1, 0.5, "beginning")
    assert made.apply("a <b>c d e f</b> g h").text == "a <b><hr> <hr> c d e f</b> g h"
    assert build_modifier({"kind": "html", "tags": ["<hr>"], "level": 0}).apply("a").text == "<hr>a<hr>"
