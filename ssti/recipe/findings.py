"""What Pydantic finds wrong with a recipe, as sentences with the key, the value and what is allowed, in the page's language.

Knows the shape of what was checked (a Pydantic model), and no recipe.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ValidationError

from ssti.platform.errors import SSTIError, nearest, shown
from ssti.platform.language import later, tr

SHOWN = 5
REASONS = {
    "greater_than": later("input should be greater than {gt}"),
    "greater_than_equal": later("input should be greater than or equal to {ge}"),
    "less_than": later("input should be less than {lt}"),
    "less_than_equal": later("input should be less than or equal to {le}"),
    "int_type": later("input should be a valid integer"),
    "int_parsing": later("input should be a valid integer, unable to parse string as an integer"),
    "int_parsing_size": later("unable to parse input string as an integer, exceeded maximum size"),
    "int_from_float": later("input should be a valid integer, got a number with a fractional part"),
    "float_type": later("input should be a valid number"),
    "float_parsing": later("input should be a valid number, unable to parse string as a number"),
    "finite_number": later("input should be a finite number"),
    "bool_type": later("input should be a valid boolean"),
    "bool_parsing": later("input should be a valid boolean, unable to interpret input"),
    "string_type": later("input should be a valid string"),
    "string_too_short": later("string should have at least {min_length} character"),
    "tuple_type": later("input should be a valid tuple"),
    "too_short": later("tuple should have at least {min_length} item after validation, not {actual_length}"),
    "literal_error": later("input should be {expected}"),
    "model_type": later("input should be a valid dictionary or instance of {class_name}"),
}
"""Pydantic's reasons, as it words them, by their type: here only so that they can be translated."""


def sentences(problem: ValidationError, model: type[BaseModel]) -> str:
    """Pydantic's findings as sentences with the key, the value and the nearest known key."""
    return "; ".join(_sentence(finding, model) for finding in problem.errors()[:SHOWN])


def _sentence(finding: Any, model: type[BaseModel]) -> str:
    where, error = ".".join(map(str, finding["loc"])), finding.get("ctx", {}).get("error")
    if isinstance(error, SSTIError):  # of an option, which begins with its name
        return where.removesuffix(str(finding["loc"][-1])) + error.message.rstrip(".")
    if finding["type"] == "extra_forbidden":
        allowed = _keys(model, finding["loc"][:-1])
        return tr(
            "unknown key {key}{nearest} (allowed: {allowed})",
            key=shown(where),
            nearest=nearest(str(finding["loc"][-1]), allowed),
            allowed=", ".join(allowed),
        )
    value = finding.get("input")
    if isinstance(value, dict | BaseModel):
        return f"{where}: {reason(finding)}"
    return tr("{key} is {value}: {reason}", key=where, value=shown(value), reason=reason(finding))


def reason(finding: Any) -> str:
    """Why Pydantic refuses a value; in its own words where it has others than these."""
    if (error := finding.get("ctx", {}).get("error")) is not None:
        return str(error)
    words = REASONS.get(finding["type"])
    if words is None:
        return f"{finding['msg'][:1].lower()}{finding['msg'][1:]}"
    limits = {
        name: f"{limit:g}" if isinstance(limit, float) else limit for name, limit in finding.get("ctx", {}).items()
    }
    if "expected" in limits:
        limits["expected"] = limits["expected"].replace(" or ", tr(" or "))
    return tr(words, **limits)


def _keys(model: type[BaseModel], path: tuple) -> list[str]:
    """The keys allowed at a place of the recipe."""
    for part in path:
        field = model.model_fields.get(str(part)) if isinstance(part, str) else None
        inner = field.annotation if field else None
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            model = inner
    return list(model.model_fields)
