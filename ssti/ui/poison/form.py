"""The Poison tab's form as plain values: to a recipe and back. Knows fields and recipes, no component.

The values are a flat dict, as the controls hold them. An option of a kind of trigger is `<kind>.<option>`, of a range
`<kind>.<option>.0` and `.1`; shares and amounts are percent, as people say them. What the form does not show is taken
from the recipe `base`; where `beyond_form` is set, all of it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ssti.inject import MODIFIERS, SOURCES, ModifierKind, Option, SourceKind
from ssti.inject.options import from_text
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import PRESETS, Recipe, parse_recipe, preset
from ssti.ui.access.visitor import admit
from ssti.ui.kit.fields import Field, from_page, option_fields, recipe_field, to_page

AMOUNTS = {"single": tr("one"), "0.05": "5 %", "0.1": "10 %", "own": tr("own")}
SECTIONS = ("model", "lora", "training", "evaluation")  # of the recipe, that this form does not show
MARKUP = "markup:"  # before the name of a kind that brings its own triggers, to tell it from a source's
FIRST = ("date", "country", "html", "list")  # the order people meet them in; others follow by name

FIELDS = {
    "share": recipe_field("injection.share", tr("Share of that class’s rows"), percent=True),
    "amount_own": Field(tr("Percent of the row’s words"), "float", low=0, high=1, above=True, percent=True),
    "location": recipe_field("injection.location", tr("Place")),
    "seed": recipe_field("injection.seed", tr("Seed")),
    "pool_size": recipe_field("injection.source.pool_size", tr("Different triggers")),
    "count": recipe_field("injection.count", tr("Rows, not a share")),
    "with_replacement": recipe_field("injection.source.with_replacement", tr("Triggers may repeat")),
    "strip": recipe_field("injection.strip", tr("Clean the data first")),
}
OF_INJECTION = ("share", "location", "seed", "count", "strip")
OF_SOURCE = ("pool_size", "with_replacement")


def trigger_kinds() -> dict[str, SourceKind | ModifierKind]:
    """What a trigger can be, by the value of the form's field: sources, then kinds that need no source."""
    sources = {name: kind for name, kind in SOURCES.items() if kind.on_page}
    ordered = sorted(sources, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name))
    return {name: sources[name] for name in ordered} | {
        MARKUP + name: kind
        for name, kind in MODIFIERS.items()
        if kind.on_page and not kind.uses_source and name != "composite"
    }


def form_fields() -> dict[str, Any]:
    """Every field with its first value: those of the preset that the page opens with."""
    return recipe_to_form(preset(next(iter(PRESETS))))


def recipe_to_form(recipe: Recipe) -> dict[str, Any]:
    """The form's values for a recipe. Raises SSTIError for one that the form cannot show."""
    injection, source = recipe.injection, recipe.injection.source
    chosen = source.kind if source else MARKUP + injection.kind
    kinds = trigger_kinds()
    if injection.parts or chosen not in kinds:
        raise SSTIError(
            tr("The form shows one trigger; this recipe has several.")
            if injection.parts
            else tr("The form shows one trigger; this recipe has {chosen!r}.", chosen=chosen),
            tr("Use it from its YAML file: python -m ssti train FILE."),
        )
    values: dict[str, Any] = {
        "beyond_form": False,
        "base": recipe.as_dict(),
        "preset": preset_of(recipe),
        "dataset": recipe.dataset.name,
        "trigger": chosen,
        "target": injection.target,
        "amount": str(injection.amount) if str(injection.amount) in AMOUNTS else "own",
        "amount_own": 20 if injection.amount == "single" else to_page(FIELDS["amount_own"], injection.amount),
        **{name: to_page(FIELDS[name], getattr(injection, name)) for name in OF_INJECTION},
        "pool_size": to_page(FIELDS["pool_size"], source.pool_size if source else None),
        "with_replacement": source.with_replacement if source else True,
    }
    own = (source or injection).model_extra or {}
    for name, kind in kinds.items():
        for option in kind.options:
            value = own.get(option.name) if name == chosen else None
            values |= _option_to_form(name, kind, option, value)
    return values


def form_to_recipe(values: Mapping[str, Any]) -> Recipe:
    """The recipe that the form says, if this visitor may use it. Raises SSTIError for a value that is none."""
    return admit(parse_recipe(values["base"] if values["beyond_form"] else _recipe_data(values)))


def _recipe_data(values: Mapping[str, Any]) -> dict[str, Any]:
    base, chosen, kinds = values["base"], values["trigger"], trigger_kinds()
    if chosen not in kinds:
        raise SSTIError(tr("There is no trigger {chosen!r}.", chosen=chosen), tr("Choose one of the form's."))
    options = {option.name: _option_from_form(chosen, option, values) for option in kinds[chosen].options}
    injection = {"target": values["target"], "amount": _amount(values)}
    injection |= {name: from_page(FIELDS[name], values[name]) for name in OF_INJECTION}
    if chosen.startswith(MARKUP):
        injection |= {"kind": chosen.removeprefix(MARKUP), **options}
    else:
        source = {name: from_page(FIELDS[name], values[name]) for name in OF_SOURCE}
        injection["source"] = {"kind": chosen, **options, **source}
    same = base["dataset"]["name"] == values["dataset"]
    dataset = base["dataset"] if same else {"name": values["dataset"]}  # with its numbers of rows
    return {**base, "dataset": dataset, "injection": injection}


def preset_of(recipe: Recipe) -> str | None:
    """The preset whose training this recipe has, the one of its amount where there are several; None for nobody's."""
    same = [n for n in PRESETS if all(getattr(preset(n), part) == getattr(recipe, part) for part in SECTIONS)]
    amounts = [n for n in same if preset(n).injection.amount == recipe.injection.amount]
    return next(iter(amounts or same), None)


def _amount(values: Mapping[str, Any]) -> str | float:
    if values["amount"] == "own":
        return from_page(FIELDS["amount_own"], values["amount_own"])
    return values["amount"] if values["amount"] == "single" else float(values["amount"])


def _option_to_form(name: str, kind: SourceKind | ModifierKind, option: Option, value: Any) -> dict[str, Any]:
    """The form's values of an option of a kind; its default where `value` is None, the example where there is none."""
    value = option.default if value is None else from_text(option.type, value)
    fields = option_fields(option)
    if value is None and option.required:
        value = [kind.example] if option.type == "list" else kind.example
    each = value if option.type == "range" else [value]
    return {f"{name}.{key}": to_page(fields[key], one) for key, one in zip(fields, each, strict=True)}


def _option_from_form(name: str, option: Option, values: Mapping[str, Any]) -> Any:
    """An option's value as a recipe has it; None where it is left out. The kind itself checks the whole of it."""
    typed = [from_page(field, values[f"{name}.{key}"]) for key, field in option_fields(option).items()]
    return typed if option.type == "range" else typed[0]
