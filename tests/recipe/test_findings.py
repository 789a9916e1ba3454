"""What Pydantic finds is worded as Pydantic words it, from a table that can be translated."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from ssti.recipe import Recipe
from ssti.recipe.findings import REASONS, reason

WRONG = {
    "greater_than": {"lora": {"alpha": 0}},
    "greater_than_equal": {"lora": {"rank": 0}},
    "less_than": {"lora": {"dropout": 1}},
    "less_than_equal": {"training": {"steps": 2_000_000}},
    "int_type": {"lora": {"rank": [1]}},
    "int_parsing": {"lora": {"rank": "x"}},
    "int_parsing_size": {"lora": {"rank": "9" * 5000}},
    "int_from_float": {"lora": {"rank": 1.5}},
    "float_type": {"lora": {"alpha": [1]}},
    "float_parsing": {"lora": {"alpha": "x"}},
    "finite_number": {"lora": {"alpha": float("inf")}},
    "bool_type": {"model": {"checkpointing": [1]}},
    "bool_parsing": {"model": {"checkpointing": "x"}},
    "string_type": {"dataset": {"name": [1]}},
    "string_too_short": {"dataset": {"name": ""}},
    "tuple_type": {"evaluation": {"sets": "clean"}},
    "too_short": {"evaluation": {"sets": []}},
    "literal_error": {"lora": {"variant": "x"}},
    "model_type": {"lora": 3},
}


@pytest.mark.parametrize("kind", REASONS)
def test_a_reason_says_in_english_what_pydantic_says(kind):
    with pytest.raises(ValidationError) as caught:
        Recipe.model_validate(WRONG[kind])
    finding = next(one for one in caught.value.errors() if one["type"] == kind)
    assert reason(finding) == finding["msg"][0].lower() + finding["msg"][1:]
