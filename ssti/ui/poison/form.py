"""The Poison tab's form as plain values: to a recipe and back. Knows fields and recipes, no component.

The values are a flat dict; `held` is a whole recipe that the form cannot show. An option of a kind is `<kind>.<option>`, of a range `<kind>.<option>.0` and `.1`; shares
and amounts are percent, as people say them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ssti.inject import MODIFIERS, SOURCES
from ssti.inject.options import Option, from_text
from ssti.platform.errors import SSTIError
from ssti.recipe import PRESETS, Recipe, parse_recipe, preset

AMOUNTS = {"single": "one", "0.05": "5 %", "0.1": "10 %", "own": "own"}
LOCATIONS = ("beginning", "random", "end")
SECTIONS = ("model", "lora", "training", "evaluation")  # of the recipe, that this form keeps but does not show
MARKUP = "markup:"  # before the name of a kind that brings its own triggers, to tell it from a source's
FIRST = ("date", "country", "html", "list")  # the order people meet them in; others follow by name


def trigger_kinds() -> dict[str, Any]:
    """What a trigger can be, by the value of the form's field: sources, then kinds that need no source."""
    found = {name: kind for name, kind in SOURCES.items() if kind.on_page}
    ordered = sorted(found, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name))
    kinds: dict[str, Any] = {name: found[name] for name in ordered}
    for name, kind in MODIFIERS.items():
        if kind.on_page and not kind.uses_source and name != "composite":
            kinds[MARKUP + name] = kind
    return kinds


def option_keys(kind: str, option: Option) -> tuple[str, ...]:
    """The form's fields of one option."""
    key = f"{kind}.{option.name}"
    return (f"{key}.0", f"{key}.1") if option.type == "range" else (key,)


def form_fields() -> dict[str, Any]:
    """Every field with its first value: those of the preset that the page opens with."""
    return recipe_to_form(preset(next(iter(PRESETS))))


def recipe_to_form(recipe: Recipe) -> dict[str, Any]:
    """The form's values for a recipe. Raises SSTIError for one that the form cannot show."""
    injection = recipe.injection
    if injection.parts:
        raise SSTIError(
            "This recipe has several triggers; the form shows one.",
            "Use it from its YAML file: python -m ssti train FILE.",
        )
    extra = injection.model_extra or {}
    source = injection.source
    chosen = source.kind if source else MARKUP + injection.kind
    given = (source.model_extra or {}) if source else extra
    kinds = trigger_kinds()
    if chosen not in kinds:
        raise SSTIError(
            f"The form has no trigger {chosen!r}.", "Use the recipe from its YAML file: python -m ssti train FILE."
        )
    values: dict[str, Any] = {
        "held": None,
        "base": recipe.model_dump(mode="json", include={*SECTIONS, "dataset"}, exclude_none=True),
        "preset": preset_of(recipe),
        "dataset": recipe.dataset.name,
        "trigger": chosen,
        "target": injection.target,
        "amount": _amount_choice(injection.amount),
        "amount_own": 20 if injection.amount == "single" else _percent(injection.amount),
        "location": injection.location,
        "share": _percent(injection.share),
        "seed": injection.seed,
        "count": _empty_or(injection.count),
        "pool_size": _empty_or(source.pool_size if source else None),
        "with_replacement": source.with_replacement if source else True,
        "strip": injection.strip,
    }
    for name, kind in kinds.items():
        for option in kind.options:
            value = (
                from_text(option.type, given[option.name])
                if name == chosen and option.name in given
                else option.default
            )
            values |= _shown(name, option, value, kind.example)
    return values


def form_to_recipe(values: Mapping[str, Any]) -> Recipe:
    """The recipe that the form says, or the one that is `held` whole. Raises SSTIError for a value that is none."""
    if values.get("held"):
        return parse_recipe(values["held"])
    kinds = trigger_kinds()
    chosen = values.get("trigger")
    if chosen not in kinds:
        raise SSTIError(f"There is no trigger {chosen!r}.", "Choose one of the form's.")
    options = {
        option.name: value for option in kinds[chosen].options if (value := _read(chosen, option, values)) is not None
    }
    injection: dict[str, Any] = {"kind": "item"}
    if chosen.startswith(MARKUP):
        injection = {"kind": chosen.removeprefix(MARKUP), "source": None, **options}
    else:
        pool_size = _whole(values.get("pool_size"), "How many different triggers", least=1)
        source = {"kind": chosen, **options, "with_replacement": bool(values.get("with_replacement", True))}
        injection["source"] = source | ({} if pool_size is None else {"pool_size": pool_size})
    injection |= {
        "location": values.get("location"),
        "amount": _amount(values),
        "target": values.get("target"),
        "share": _fraction(values.get("share"), "The share", zero=True),
        "seed": _whole(values.get("seed"), "The seed", needed=True),
        "strip": bool(values.get("strip")),
    }
    count = _whole(values.get("count"), "The number of rows")
    if count is not None:
        injection["count"] = count
    base, dataset = values.get("base") or {}, {"name": values.get("dataset")}
    if (same := base.get("dataset", {})).get("name") == dataset["name"]:
        dataset = same  # with its numbers of rows, where a recipe names them
    return parse_recipe({**base, "dataset": dataset, "injection": injection})


def preset_of(recipe: Recipe) -> str | None:
    """The preset whose training this recipe has, the one of its amount where there are several; None for nobody's."""
    same = [n for n in PRESETS if all(getattr(preset(n), part) == getattr(recipe, part) for part in SECTIONS)]
    amounts = [n for n in same if preset(n).injection.amount == recipe.injection.amount]
    return next(iter(amounts or same), None)


def _empty_or(value: Any) -> Any:
    """Fields that may be left out are text on the page, and empty there."""
    return "" if value is None else value


def _amount_choice(amount: str | float) -> str:
    return str(amount) if str(amount) in AMOUNTS else "own"


def _amount(values: Mapping[str, Any]) -> str | float:
    choice = values.get("amount")
    if choice == "own":
        return _fraction(values.get("amount_own"), "The own amount", zero=False)
    return "single" if choice == "single" else float(choice)


def _percent(fraction: float) -> float | int:
    value = round(fraction * 100, 10)
    return int(value) if value == int(value) else value


def _fraction(value: Any, what: str, zero: bool) -> float:
    """Percent typed by a person as a fraction."""
    number = _number(value, what, f"from {'0' if zero else 'just above 0'} to 100")
    if not (0 <= number <= 100) or (not zero and not number):
        allowed = "0 to 100 %" if zero else "more than 0 and at most 100 %"
        raise SSTIError(f"{what} is {number:g} %; allowed is {allowed}.", "Correct it in the form.")
    return round(number / 100, 12)


def _number(value: Any, what: str, allowed: str) -> float:
    try:
        if isinstance(value, bool):
            raise TypeError
        return float(value)
    except (TypeError, ValueError):
        shown = "empty" if value in (None, "") else repr(value)
        raise SSTIError(f"{what} is {shown}; it takes a number {allowed}.", "Type one in the form.") from None


def _whole(value: Any, what: str, least: int = 0, needed: bool = False) -> int | None:
    """A whole number typed by a person; None where the field is empty and may be."""
    if value in (None, "") and not needed:
        return None
    number = _number(value, what, f"from {least} up")
    if number != number or abs(number) > 2**53 or number != int(number) or number < least:
        raise SSTIError(f"{what} is {number:g}; it takes a whole number from {least} up.", "Correct it in the form.")
    return int(number)


def _shown(kind: str, option: Option, value: Any, example: str) -> dict[str, Any]:
    """The form's values of an option."""
    keys = option_keys(kind, option)
    if option.type == "range":
        first, last = value if value is not None else (None, None)
        return {keys[0]: first, keys[1]: last}
    if option.type == "list":
        return {keys[0]: "\n".join(value) if value is not None else example if option.required else ""}
    if option.type == "str" and value is None:
        return {keys[0]: example if option.required else ""}
    if option.type in ("int", "float"):
        return {keys[0]: _empty_or(value)}
    return {keys[0]: value}


def _read(kind: str, option: Option, values: Mapping[str, Any]) -> Any:
    """An option's value as its kind takes it; None where it is left out. The kind itself checks the bounds."""
    keys = option_keys(kind, option)
    title = option.title
    if option.type == "range":
        first, last = (_whole(values.get(key), title, least=-(2**53), needed=True) for key in keys)
        if first > last:
            raise SSTIError(f"{title} goes from {first} to {last}.", "Put the smaller number first.")
        return [first, last]
    value = values.get(keys[0])
    if option.type == "list":
        lines = [line.strip() for line in str(value or "").splitlines() if line.strip()]
        if not lines and option.required:
            raise SSTIError(f"{title} is empty.", "Type at least one, one a line.")
        return lines or None
    if option.type == "int":
        return _whole(value, title, least=-(2**53))
    if option.type == "float":
        return None if value in (None, "") else _number(value, title, "")
    return None if value in (None, "") else value
