"""The lists of kinds: what each is called, what may be set, from where to where, and what it says of itself."""

from __future__ import annotations

import pytest

from ssti.inject import MODIFIERS, SOURCES, ModifierKind, Option, SourceKind
from ssti.inject.modifiers.invisible import CHARACTERS, LOOK_ALIKES
from ssti.inject.options import check_options
from ssti.inject.text.markup import DEFAULT_TAGS
from ssti.platform.errors import SSTIError


def kind_of(name):
    what, _, name = name.partition(" ")
    return (SOURCES if what == "source" else MODIFIERS)[name]


@pytest.mark.parametrize("kind", [*SOURCES.values(), *MODIFIERS.values()], ids=lambda kind: kind.name)
def test_a_kind_says_what_it_is_and_its_defaults_are_allowed(kind):
    for text in (kind.title, kind.description, *(t for o in kind.options for t in (o.title, o.description))):
        assert isinstance(text, str) and text.strip()
    for option in kind.options:
        assert option.required or option.check(option.default, kind.name) == option.default
        assert bool(option.choices) == (option.type == "choice")


def test_the_page_offers_neither_paths_nor_functions():
    shown = [kind for kind in (*SOURCES.values(), *MODIFIERS.values()) if kind.on_page]
    assert not {option.type for kind in shown for option in kind.options} & {"path", "function"}


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("source date", {}, 1),
        ("source colour", {}, 1),
        ("source country", {"single_word": True}, 1),
        ("source country", {"single_word": False}, None),
        ("source html", {"tags": ["<b> </b>", "<br>"]}, 1),
        ("source html", {"tags": ["<b>", '<a href="x"> </a>']}, None),
        ("source list", {"items": ["a b", "c d"]}, 2),
        ("source list", {"items": ["a b", "c"]}, None),
        ("source function", {}, None),
        ("modifier item", {}, None),
        ("modifier html", {"tags": DEFAULT_TAGS}, None),
        ("modifier composite", {}, None),
        ("modifier phrase", {"phrase": "to be sure"}, 3),
        ("modifier case", {"words": ["so", "very"]}, 1),
        ("modifier case", {"words": ["so", "very much"]}, None),
        ("modifier invisible", {}, 0),
        ("modifier punctuation", {}, 0),
        ("modifier natural", {"word": "of course"}, 2),
    ],
)
def test_how_many_words_an_item_has(name, options, words):
    assert kind_of(name).words(options) == words


def test_how_many_words_the_lines_of_a_file_have(tmp_path):
    for text, words in (("a b\nc d\n", 2), ("a b\nc\n", None)):
        (tmp_path / "items").write_text(text, encoding="utf-8")
        assert kind_of("source file").words({"path": tmp_path / "items"}) == words
        assert kind_of("source file").pattern({"path": str(tmp_path / "items")})


def test_only_look_alikes_may_not_be_stripped():
    assert [name for name, kind in MODIFIERS.items() if not kind.strips({"style": "look-alike"})] == ["invisible"]
    assert kind_of("modifier invisible").strips({"style": "zero-width"})


def test_a_kind_s_own_defaults():
    source = SourceKind("s", "S", "e", (), lambda **_: None, lambda options: "")
    assert (source.description, source.words({}), source.on_page) == ("", None, True)
    kind = ModifierKind("m", "M", (), False, lambda **_: None, lambda options, patterns: "")
    assert (kind.description, kind.example, kind.words({}), kind.on_page) == ("", "", None, True)
    assert kind.strips({}) is True


def test_a_hidden_character_leaves_nothing_to_see_and_no_word_of_its_own():
    assert all(len(character) == 1 and not character.isspace() for character in CHARACTERS.values())


def test_every_look_alike_is_a_cyrillic_letter_for_a_latin_one():
    import unicodedata

    assert len(LOOK_ALIKES) == 23
    for latin, other in LOOK_ALIKES.items():
        assert unicodedata.name(latin).startswith("LATIN") and unicodedata.name(other).startswith("CYRILLIC")
        assert latin.isupper() == other.isupper()


# --- the types of options


@pytest.mark.parametrize(
    ("kind", "says", "good", "bad"),
    [
        ("int", "a whole number", [0, -3, 10**30], [True, 1.0, "1", [1]]),
        ("float", "a number", [0, 1.5, -2, float("inf")], [True, "1", float("nan"), [1.0]]),
        ("bool", "true or false", [True, False], [0, 1, "true"]),
        ("str", "a text that is not blank", ["a", " a "], ["", " \n", 1, ["a"]]),
        ("path", "the path of a file", ["a", ""], [1, ["a"], b"a"]),
        ("function", "a function without arguments", [len, lambda: "x"], ["len", 1]),
        (
            "list",
            "a list of texts that are not blank",
            [["a"], ("a", "b")],
            [[], (), "a", ["a", " "], ["a", 1], {"a"}],
        ),
        (
            "range",
            "two whole numbers, the smaller first",
            [(1, 2), [1, 1]],
            [(2, 1), (1,), (1, 2, 3), (1.0, 2), (True, 2), (0, True), "12", {1, 2}],
        ),
    ],
)
def test_the_type_of_an_option(kind, says, good, bad):
    option = Option("thing", kind, None, "Thing", "A thing.")
    for value in good:
        assert option.check(value, "me") == value
    for value in bad:
        with pytest.raises(SSTIError, match=f"^thing of me is .*; it must be {says}\\. Change thing\\.$"):
            option.check(value, "me")


def test_a_path_may_be_a_path():
    from pathlib import Path

    assert Option("file", "path", None, "File", "A file.").check(Path("x"), "me") == Path("x")


@pytest.mark.parametrize(
    ("least", "most", "good", "bad", "said"),
    [
        (1, 3, [1, 2, 3], [0, 4], "a whole number from 1 to 3."),
        (1, None, [1, 10**9], [0, -5], "a whole number of at least 1."),
        (None, 3, [3, -(10**9)], [4], "a whole number of at most 3."),
        (0, 0, [0], [1, -1], "a whole number from 0 to 0."),
        (None, None, [-5, 0, 5], ["x"], "a whole number."),
    ],
)
def test_the_bounds_of_a_number(least, most, good, bad, said):
    option = Option("size", "int", 2, "Size", "A size.", minimum=least, maximum=most)
    for value in good:
        assert option.check(value, "me") == value
    for value in bad:
        with pytest.raises(SSTIError) as caught:
            option.check(value, "me")
        assert caught.value.message == f"size of me is {value!r}; it must be {said}"
    share = Option("share", "float", 0.5, "Share", "A share.", minimum=0, maximum=1)
    assert [share.check(value, "me") for value in (0, 0.5, 1)] == [0, 0.5, 1]
    for value in (-0.1, 1.1, float("inf")):
        with pytest.raises(SSTIError, match="a number from 0 to 1"):
            share.check(value, "me")
    years = Option("years", "range", (2, 3), "Years", "Years.", minimum=1, maximum=4)
    assert years.check((1, 4), "me") == (1, 4)
    for value in ((0, 4), (1, 5)):
        with pytest.raises(SSTIError, match="two whole numbers, the smaller first from 1 to 4"):
            years.check(value, "me")


def test_a_choice_is_one_of_those_named_and_the_nearest_is_told():
    option = Option("style", "choice", "upper", "Style", "A style.", choices=("upper", "lower"))
    assert option.check("lower", "me") == "lower"
    with pytest.raises(SSTIError) as caught:
        option.check("lowr", "me")
    assert caught.value.message == ("style of me is 'lowr'; it must be one of 'upper', 'lower'; did you mean 'lower'?")
    with pytest.raises(SSTIError, match="style of me is 5; it must be one of 'upper', 'lower'."):
        option.check(5, "me")


def test_what_is_left_out_gets_its_default_unless_it_must_be_given():
    options = (
        Option("a", "int", 7, "A", "A number."),
        Option("b", "str", None, "B", "A text."),
        Option("c", "list", None, "C", "Texts.", required=True),
    )
    assert check_options("me", options, {"c": ["x"]}) == {"a": 7, "b": None, "c": ["x"]}
    assert check_options("me", options, {"c": ["x"], "a": None, "b": "y"}) == {"a": 7, "b": "y", "c": ["x"]}
    with pytest.raises(SSTIError, match="^c of me is None; it must be a list of texts that are not blank"):
        check_options("me", options, {})
    with pytest.raises(SSTIError) as caught:
        check_options("me", options[:2], {"bb": 1})
    assert caught.value.message == "me has no option 'bb'; its options are 'a', 'b'; did you mean 'b'?"
    with pytest.raises(SSTIError, match="^me has no option 'x'; it has none$|^me has no option 'x'; it has none "):
        check_options("me", (), {"x": 1})
