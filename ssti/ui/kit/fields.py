"""A value that a person types or chooses: its control, and what was typed as a recipe takes it.

Limits and help come from where they are checked: a recipe's schema, or the options of a kind of trigger. Knows no tab.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import gradio as gr

from ssti.inject import Option
from ssti.platform.errors import SSTIError, shown
from ssti.platform.language import tr
from ssti.recipe import Recipe

NUMBERS = ("int", "float")


@dataclass(frozen=True)
class Field:
    """One value: its label, its type (int, float, bool, str, choice or list), and what is allowed.

    `low` and `high` bound a number; `above` leaves `low` itself out. A `percent` is a fraction in the recipe.
    """

    title: str
    type: str
    help: str = ""
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    above: bool = False
    optional: bool = False
    percent: bool = False


def recipe_field(path: str, title: str, percent: bool = False) -> Field:
    """The field at `path` of a recipe, such as `lora.rank`, with the limits and the description of the schema."""
    *sections, name = path.split(".")
    model: Any = Recipe
    for section in sections:
        model, _ = _without_none(model.model_fields[section].annotation)
    info = model.model_fields[name]
    kind, optional = _without_none(info.annotation)
    choices = get_args(kind) if get_origin(kind) is Literal else ()
    limits = {key: getattr(one, key) for one in info.metadata for key in ("ge", "gt", "le") if hasattr(one, key)}
    return Field(
        title,
        "choice" if choices else kind.__name__,
        info.description or "",
        choices,
        limits.get("ge", limits.get("gt")),
        limits.get("le"),
        "gt" in limits,
        optional,
        percent,
    )


def option_fields(option: Option) -> dict[str, Field]:
    """The fields of an option of a kind, by name; a range has two."""
    limits = {"low": option.minimum, "high": option.maximum}
    if option.type == "range":
        return {
            f"{option.name}.{n}": Field(title, "int", **limits)
            for n, title in enumerate((tr("{title}, from", title=option.title), tr("{title}, to", title=option.title)))
        }
    optional = not option.required if option.type not in NUMBERS else option.default is None and not option.required
    return {
        option.name: Field(
            option.title, option.type, option.description, option.choices or (), **limits, optional=optional
        )
    }


def control(field: Field, value: Any, **settings: Any) -> Any:
    """The field's control, holding `value` as `to_page` gives it."""
    settings = {"label": field.title, "info": field.help or None, **settings}
    if field.type == "bool":
        return gr.Checkbox(bool(value), **settings)
    if field.choices:
        words = [tr(choice) for choice in field.choices]
        choices = list(zip(words, field.choices, strict=True))
        return gr.Radio(choices, value=value, elem_classes=segments(words), **settings)
    if field.type in NUMBERS and not field.optional:
        return gr.Number(value, **settings)
    # An empty gr.Number turns into 0 when it is shown, so a number that may be left out is text.
    lines = {"lines": 3 if field.type == "list" else 1, "max_lines": 1 if field.type in NUMBERS else 8}
    return gr.Textbox(str(value), **lines, **settings)


def to_page(field: Field, value: Any) -> Any:
    """A recipe's value as the control holds it."""
    if field.type == "list":
        return "\n".join(value or ())
    if value is None:
        return ""
    if field.percent:
        percent = round(value * 100, 10)
        return int(percent) if percent == int(percent) else percent
    return value


def from_page(field: Field, typed: Any) -> Any:
    """What was typed or chosen, as a recipe takes it; None for an empty field that may be empty. Raises SSTIError."""
    if field.type == "list":
        typed = [line.strip() for line in str(typed or "").splitlines() if line.strip()]
    if typed in (None, "", []):
        if field.optional:
            return None
        raise SSTIError(
            tr("{title} is empty; it takes {allowed}.", title=field.title, allowed=_allowed(field)),
            tr("Type it in the form."),
        )
    return _number(field, typed) if field.type in NUMBERS else typed


def segments(names: Sequence[str]) -> str:
    """The class of a radio group: one row where the words fit, chips that wrap where they do not."""
    return "seg" if len(names) <= 4 and sum(map(len, names)) <= 36 else "seg wraps"


def _number(field: Field, typed: Any) -> int | float:
    try:
        number = math.nan if isinstance(typed, bool) else float(typed)
    except (TypeError, ValueError):
        raise SSTIError(
            tr(
                "{title} is {typed}; it takes {allowed}.",
                title=field.title,
                typed=shown(typed),
                allowed=_allowed(field),
            ),
            tr("Type one."),
        ) from None
    value = round(number / 100, 12) if field.percent else number
    whole = field.type != "int" or (math.isfinite(value) and value == int(value))
    low = field.low is None or (value > field.low if field.above else value >= field.low)
    if not (whole and low and math.isfinite(value) and (field.high is None or value <= field.high)):
        unit = " %" if field.percent else ""
        raise SSTIError(
            tr(
                "{title} is {number:g}{unit}; it takes {allowed}.",
                title=field.title,
                number=number,
                unit=unit,
                allowed=_allowed(field),
            ),
            tr("Correct it in the form."),
        )
    return int(value) if field.type == "int" else value


def _allowed(field: Field) -> str:
    if field.type not in NUMBERS:
        return tr("at least one line") if field.type == "list" else tr("a word")
    words = tr("a whole number") if field.type == "int" else tr("a number")
    low, high = (f"{to_page(field, limit):,}" for limit in (field.low or 0, field.high or 0))
    unit = " %" if field.percent else ""
    if field.low is None:
        return words if field.high is None else tr("{words} up to {high}", words=words, high=high + unit)
    if field.above:
        if field.high is None:
            return tr("{words} above {low}", words=words, low=low + unit)
        return tr("{words} above {low} and up to {high}", words=words, low=low, high=high + unit)
    if field.high is None:
        return tr("{words} of {low} or more", words=words, low=low + unit)
    return tr("{words} from {low} to {high}", words=words, low=low, high=high + unit)


def _without_none(annotation: Any) -> tuple[Any, bool]:
    """The type without None, and whether None is allowed."""
    if get_origin(annotation) not in (Union, UnionType):
        return annotation, False
    rest = [one for one in get_args(annotation) if one is not NoneType]
    return rest[0], NoneType in get_args(annotation)
