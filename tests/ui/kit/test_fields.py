"""A field of the page takes what its recipe's field or a kind's option takes, and says what that is."""

from __future__ import annotations

import math

import pytest

from ssti.inject import Option
from ssti.platform.errors import SSTIError
from ssti.recipe import preset
from ssti.ui.kit.fields import Field, control, from_page, option_fields, recipe_field, to_page

SHARE = recipe_field("injection.share", "Share", percent=True)
SEED = recipe_field("injection.seed", "Seed")
COUNT = recipe_field("injection.count", "Rows")
RATE = recipe_field("training.learning_rate", "Learning rate")
WORDS = Field("Words", "list")


@pytest.mark.parametrize(
    ("path", "kind"),
    [("lora.rank", "int"), ("lora.alpha", "float"), ("injection.strip", "bool"), ("injection.source.pool_size", "int"),
     ("injection.location", "choice"), ("dataset.name", "str")],
)  # fmt: skip
def test_a_field_of_the_recipe_has_its_type_and_what_its_control_holds_comes_back(path: str, kind: str):
    field = recipe_field(path, "A field")
    assert field.type == kind and field.help
    value = preset("paper")
    for part in path.split("."):
        value = getattr(value, part)
    assert from_page(field, to_page(field, value)) == value
    assert control(field, to_page(field, value)).label == "A field"


def test_an_option_that_is_a_range_has_two_fields_with_its_limits():
    option = Option("years", "range", (1900, 2100), "Years", "First and last year.", minimum=1, maximum=9999)
    first, last = option_fields(option).values()
    assert from_page(first, 1900.0) == 1900 and last.high == 9999


@pytest.mark.parametrize(
    ("field", "typed", "value"),
    [(SHARE, 0.1, 0.001), (SHARE, 29, 0.29), (SHARE, "0", 0), (SEED, 7.0, 7), (COUNT, "12", 12), (COUNT, "", None),
     (WORDS, " a b \n\n c", ["a b", "c"]), (RATE, "1e-4", 1e-4)],
)  # fmt: skip
def test_what_is_typed_becomes_the_recipes_value(field: Field, typed: object, value: object):
    assert from_page(field, typed) == value


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [(SHARE, 150, "150 %|0 to 100 %"), (SHARE, -1, "-1 %"), (SHARE, None, "empty|number"), (SHARE, math.nan, "nan"),
     (SEED, 1.5, "1.5|whole number"), (SEED, True, "whole number"), (SEED, None, "empty"), (SEED, 2**40, "4,294,967,295"),
     (SEED, math.inf, "inf"), (COUNT, "many", "'many'"), (COUNT, "-2", "-2"), (RATE, 0, "above 0"), (RATE, 2, "up to 1"),
     (WORDS, " \n ", "empty|at least one")],
)  # fmt: skip
def test_what_is_not_allowed_is_named_with_what_is(field: Field, typed: object, words: str):
    with pytest.raises(SSTIError) as refused:
        from_page(field, typed)
    assert field.title in refused.value.message and refused.value.next
    assert all(word in refused.value.message for word in words.split("|")), refused.value.message
