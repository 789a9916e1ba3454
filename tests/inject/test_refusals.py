"""What is refused is named: the argument, its value, and what is allowed."""

from __future__ import annotations

import re

import pytest

from ssti.inject import (
    CaseInjection,
    CompositeModifier,
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
    list_source,
    place,
    poison,
    preview,
    spurious_transform,
    strip_spans,
)
from ssti.inject.text.markup import check_tags
from ssti.platform.errors import SSTIError

ITEM = ItemInjection.from_list(["X"])
ROW = {"text": "a", "label": 1}


@pytest.mark.parametrize(
    ("call", "said"),
    [
        # texts, items, tags
        (lambda: ITEM.apply(None), "The text is NoneType (None), not a string."),
        (lambda: ITEM.apply(b"a"), "The text is bytes (b'a'), not a string."),
        (lambda: place("a", " ", "end"), "item holds ' ', which is not an item."),
        (lambda: place("a", None, "end"), "item holds None, which is not an item."),
        (lambda: ItemInjection.from_list("abc"), "items is 'abc'; it must be a list of strings."),
        (lambda: ItemInjection.from_list([]), "items is an empty list."),
        (lambda: ItemInjection.from_list(["a", 3]), "items holds 3, which is not an item."),
        (lambda: list_source([""]), "items holds '', which is not an item."),
        (lambda: check_tags("<b>"), "tags is '<b>'; it must be a list of strings."),
        (lambda: check_tags([]), "tags is an empty list."),
        (lambda: check_tags([3]), "tags holds 3, which is not an item."),
        (
            lambda: check_tags(["a b c"]),
            "The tag 'a b c' has 3 parts; it must be one tag, or an opening and a closing one.",
        ),
        (lambda: PhraseInjection(""), "phrase holds '', which is not an item."),
        (lambda: PhraseInjection([]), "phrase is an empty list."),
        (lambda: PhraseInjection(["a", ""]), "phrase holds '', which is not an item."),
        (lambda: CaseInjection("really"), "words is 'really'; it must be a list of strings."),
        (lambda: NaturalInjection(" "), "word holds ' ', which is not an item."),
        (lambda: PunctuationInjection(""), "mark holds '', which is not an item."),
        (lambda: ItemInjection.from_function(lambda: "")("a"), "the source holds '', which is not an item."),
        (
            lambda: build_modifier({"source": {"kind": "function", "function": lambda: 5}})("a"),
            "the function holds 5, which is not an item.",
        ),
        # places, amounts, seeds
        (
            lambda: ItemInjection(lambda: "X", "middle"),
            "location is 'middle'; it must be one of 'beginning', 'random', 'end'",
        ),
        (
            lambda: place("a", "X", "curser"),
            "location is 'curser'; it must be one of 'beginning', 'random', 'end', 'cursor'; did you mean 'cursor'?",
        ),
        (
            lambda: place("a", "X", "cursor"),
            "position is None; it must be a whole number of at least 0.",
        ),
        (
            lambda: ItemInjection(lambda: "X", "end", 1.5),
            "token_proportion is 1.5; it must be a number from 0 to 1.",
        ),
        (
            lambda: ItemInjection(lambda: "X", "end", True),
            "token_proportion is True; it must be a number from 0 to 1.",
        ),
        (
            lambda: HTMLInjection.from_list(["<b>"], token_proportion=0),
            "token_proportion is 0; it must be a number above 0 and up to 1.",
        ),
        (
            lambda: HTMLInjection.from_list(["<b>"], level=-1),
            "level is -1; it must be a whole number of at least 0.",
        ),
        (
            lambda: HTMLInjection.from_list(["<b>"], level=True),
            "level is True; it must be a whole number of at least 0.",
        ),
        (
            lambda: NaturalInjection(token_proportion=2),
            "token_proportion is 2; it must be a number from 0 to 1.",
        ),
        (
            lambda: PunctuationInjection(token_proportion="x"),
            "token_proportion is 'x'; it must be a number from 0 to 1.",
        ),
        (
            lambda: InvisibleInjection(token_proportion=-1),
            "token_proportion is -1; it must be a number from 0 to 1.",
        ),
        (
            lambda: ItemInjection.from_list(["X"], seed=1.5),
            "seed is 1.5; it must be a whole number of at most 64 bits, a string or None.",
        ),
        # kinds of modifiers
        (
            lambda: ItemInjection("X"),
            "source is 'X'; it must be a function without arguments that returns a string.",
        ),
        (lambda: CompositeModifier("ab"), "modifiers is 'ab'; it must be a list of modifiers."),
        (lambda: CompositeModifier(ITEM), "it must be a list of modifiers."),
        (lambda: CompositeModifier(["X"]), "'X' is not a modifier."),
        (
            lambda: CaseInjection(style="uper"),
            "style is 'uper'; it must be one of 'upper', 'lower', 'title', 'alternating'; did you mean 'upper'?",
        ),
        (
            lambda: InvisibleInjection("zerowidth"),
            "style is 'zerowidth'; it must be one of 'zero-width', 'look-alike'; did you mean 'zero-width'?",
        ),
        (
            lambda: InvisibleInjection(character="word-joyner"),
            "character is 'word-joyner'; it must be one of 'hangul-filler', 'zero-width-space', "
            "'zero-width-joiner', 'word-joiner', 'braille-blank'; did you mean 'word-joiner'?",
        ),
        (
            lambda: NaturalInjection(place="openning"),
            "place is 'openning'; it must be one of 'auto', 'opening', 'after-verb'; did you mean 'opening'?",
        ),
        # sources
        (lambda: Pool(["a"], with_replacement=1), "with_replacement is 1; it must be true or false."),
        (lambda: Pool(["a"], pool_size=0), "pool_size is 0; it must be a whole number from 1 to"),
        (
            lambda: list_source(["a", "b", "b"], pool_size=3),
            "pool_size is 3; this list has only 2 distinct items.",
        ),
        (lambda: SpuriousDateGenerator(None), "year_range is None; it must be two years."),
        (
            lambda: SpuriousDateGenerator((2000, 1999)),
            "years of SpuriousDateGenerator's year_range is (2000, 1999); "
            "it must be two whole numbers, the smaller first from 1 to 9999.",
        ),
        (
            lambda: build_modifier({"source": {"kind": "function", "function": lambda: "z", "pool_size": 0}}),
            "pool_size is 0; it must be a whole number from 1 to",
        ),
        (lambda: SpuriousFileItemGenerator(5), "file_path is 5; it must be the path of a file."),
        (lambda: HTMLInjection("/does/not/exist"), "'/does/not/exist' cannot be read: No such file"),
        (lambda: SpuriousFileItemGenerator("a\0b"), "cannot be read: embedded null byte."),
        # recipes
        (lambda: build_modifier(7), "int (7) is not a recipe."),
        (lambda: build_modifier(["item"]), "list (['item']) is not a recipe."),
        # rows and datasets
        (
            lambda: poison([ROW], {"target": "positiv"}, ["negative", "positive"]),
            "There is no class 'positiv'; there are 'negative', 'positive'; did you mean 'positive'?",
        ),
        (
            lambda: poison([{"text": "a", "label": label} for label in ("b", None, "a")], {"target": "aa"}),
            "There is no class 'aa' in the labels; there are 'a', 'b'; did you mean 'a'?",
        ),
        (
            lambda: poison([{"text": "a", "label": label} for label in (10, "x", 9)], {"target": "y"}),
            "There is no class 'y' in the labels; there are 10, 9, 'x'",
        ),
        (lambda: poison([ROW], {"target": 1, "count": 2}), "count is 2; class 1 has only 1 rows."),
        (
            lambda: poison([ROW, 5], {"target": 1}),
            "Row 1 is 5; it must be a mapping.",
        ),
        (lambda: poison([ROW, {"text": ""}], {"target": 1}), "Row 1 has no 'label'."),
        (lambda: poison([ROW], {}), "The injection has no target."),
        (lambda: poison(5, {"target": 1}), "int is not a dataset that can be poisoned."),
        (lambda: poison({"a": [ROW]}, {"target": 1}), "This mapping is not a DatasetDict. Its keys are ['a'];"),
        (lambda: poison([{**ROW, "spans": []}], {"target": 1, "strip": True}), "already has spans"),
        (
            lambda: poison([{"txt": "a", "label": 1}], {"target": 1}),
            "There is no column 'text'; there are 'txt', 'label'; did you mean 'txt'?",
        ),
        (
            lambda: poison([{"text": "a", "stars": 1}], {"target": 1}),
            "There is no column 'label' or 'labels'; there are 'text', 'stars'",
        ),
        (
            lambda: poison([ROW], {"target": 1}, label_column="stars"),
            "There is no column 'stars'; there are 'text', 'label'",
        ),
        (lambda: preview(["a"], [1, 1], {"target": 1}), "There are 1 texts and 2 labels."),
        (lambda: preview(["a", "b"], [1], {"target": 1}), "There are 2 texts and 1 labels."),
        (lambda: preview(["a"], [1], {"target": 1}, limit=-1), "limit is -1; it must be a whole number"),
        (lambda: spurious_transform(1, [ROW], ITEM, 2), "text_proportion is 2; it must be a number from 0"),
        (lambda: spurious_transform(1, [ROW], "X", 1), "modifier is 'X'; it must be a Modifier."),
        (lambda: spurious_transform(1, 5, ITEM, 1), "int is not a dataset that can be transformed."),
        (lambda: spurious_transform(1, [ROW, 5], ITEM, 1), "Row 1 is 5; it must be a mapping."),
        (lambda: strip_spans("abc", ["xyz"]), "'xyz' is not a span."),
        (
            lambda: strip_spans("abc", [(1, 4)]),
            "The span (1, 4) does not fit a text of 3 characters or overlaps another.",
        ),
    ],
)
def test_a_refusal_names_the_argument_its_value_and_what_is_allowed(call, said):
    with pytest.raises(SSTIError, match=re.escape(said)):
        call()


@pytest.mark.parametrize(
    "call",
    [
        lambda: ITEM.apply(None),
        lambda: poison([{"text": None, "label": 1}], {"target": 1}),
        lambda: poison([ROW, {"text": ""}], {"target": 1}),
        lambda: poison([{"label": 1}], {"target": 1}),
        lambda: poison([{"text": ""}], {"target": 1}),
    ],
)
def test_what_is_wrong_with_the_data_is_told_apart_from_a_wrong_setting(call):
    with pytest.raises(SSTIError) as caught:
        call()
    assert caught.value.kind == "data"
