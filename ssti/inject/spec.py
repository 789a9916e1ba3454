"""Reads the injection part of a recipe and checks all of it. Knows no Recipe class: a mapping is enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ssti.inject.checks import check_count, check_fraction, check_location, make_random
from ssti.inject.options import check_options
from ssti.inject.registry import MODIFIERS, SOURCES, ModifierKind, SourceKind
from ssti.platform.errors import SSTIError, listed, nearest, shown

FIELDS = ("kind", "source", "location", "amount", "target", "share", "count", "seed", "strip", "parts")
DEEPEST = 8  # levels of composites
SOURCE_FIELDS = ("kind", "pool_size", "with_replacement")


@dataclass(frozen=True)
class Spec:
    """One injection, checked. `parts` is filled for a composite only; `leaves` are what is injected."""

    kind: ModifierKind
    options: dict[str, Any]
    location: str
    amount: str | float
    target: Any
    share: float
    count: int | None
    seed: int | str | None
    strip: bool
    parts: tuple[Spec, ...]
    source: SourceKind | None = None
    source_options: dict[str, Any] = field(default_factory=dict)
    pool_size: int | None = None
    with_replacement: bool = True

    @property
    def leaves(self) -> list[Spec]:
        """This injection, or those of a composite, in their order."""
        return [leaf for part in self.parts for leaf in part.leaves] if self.parts else [self]

    def silent(self) -> Spec:
        """The same injection into no row at all."""
        parts = tuple(part.silent() for part in self.parts)
        return replace(self, share=0.0, count=None, strip=False, parts=parts)


def as_mapping(recipe: Any) -> dict[str, Any]:
    """The injection's fields, from a Recipe, its `injection`, or a mapping in either form."""
    if isinstance(recipe, Mapping):
        inner = recipe.get("injection", recipe)
    else:
        inner = getattr(recipe, "injection", recipe)
    if hasattr(inner, "model_dump"):
        inner = inner.model_dump()
    if not isinstance(inner, Mapping):
        raise SSTIError(
            f"{type(recipe).__name__} ({shown(recipe)}) is no recipe.",
            "Give a Recipe, its injection, or a mapping.",
        )
    return dict(inner)


def read_spec(recipe: Any) -> Spec:
    """Check every field and option; SSTIError names the value, what is allowed and the nearest name."""
    return recipe if isinstance(recipe, Spec) else _read(as_mapping(recipe), is_text(recipe), 0)


def is_text(recipe: Any) -> bool:
    """Whether it is a Recipe, or its injection: a program's mapping says itself what is a word and what a number."""
    return hasattr(recipe, "model_dump") or hasattr(getattr(recipe, "injection", None), "model_dump")


def _read(given: dict[str, Any], from_text: bool, depth: int) -> Spec:
    if depth > DEEPEST:
        raise SSTIError(f"The injection's parts are more than {DEEPEST} levels deep.", "Put them all into one list.")
    kind = MODIFIERS.find(given.get("kind") or "item")
    names = [*FIELDS, *(option.name for option in kind.options)]
    for name in given:
        if name not in names:
            raise SSTIError(
                f"An injection of kind {shown(kind.name)} has no field {shown(name)}; "
                f"it has {listed(names)}{nearest(name, names)}",
                "Correct or remove it.",
            )
    options = check_options(
        f"kind {shown(kind.name)}", kind.options, {k: v for k, v in given.items() if k not in FIELDS}, from_text
    )
    strip = given.get("strip", False)
    if not isinstance(strip, bool):
        raise SSTIError(f"strip is {shown(strip)}; allowed is true or false.", "Choose one.")
    if strip and not kind.strips(options):
        raise SSTIError("strip is true, but stripping this trigger would damage clean texts.", "Set strip to false.")
    seed = given.get("seed", 0)
    make_random(seed)
    if isinstance(seed, int) and seed.bit_length() > 64:
        raise SSTIError(f"seed is {shown(seed)}; allowed are 64 bits.", "Choose a smaller one.")
    count = given.get("count")
    return Spec(
        kind=kind,
        options=options,
        **_read_source(kind, given.get("source"), from_text),
        location=check_location(given.get("location", "random")),
        amount=_read_amount(given.get("amount", "single")),
        target=given.get("target"),
        share=check_fraction(given.get("share", 1.0), "share"),
        count=None if count is None else check_count(count, "count"),
        seed=seed,
        strip=strip,
        parts=_read_parts(kind, given.get("parts"), from_text, depth),
    )


def _read_amount(amount: Any) -> str | float:
    if amount == "single":
        return "single"
    if isinstance(amount, str):
        raise SSTIError(
            f"amount is {shown(amount)}; allowed: 'single' or a number above 0 to 1{nearest(amount, ['single'])}",
            "For 10 % of the words write 0.1.",
        )
    return check_fraction(amount, "amount", zero=False)


def _read_parts(kind: ModifierKind, parts: Any, from_text: bool, depth: int) -> tuple[Spec, ...]:
    if kind.name != "composite":
        if parts:
            raise SSTIError(f"An injection of kind {shown(kind.name)} has parts.", "Set its kind to 'composite'.")
        return ()
    if not isinstance(parts, (list, tuple)) or not parts:
        raise SSTIError(f"parts is {shown(parts)}; a composite needs a list of injections.", "Give at least one part.")
    return tuple(
        part if isinstance(part, Spec) else _read(as_mapping(part), from_text or is_text(part), depth + 1)
        for part in parts
    )


def _read_source(kind: ModifierKind, source: Any, from_text: bool) -> dict[str, Any]:
    if not kind.uses_source:
        if source is not None:
            raise SSTIError(f"An injection of kind {shown(kind.name)} takes no source.", "Remove its source.")
        return {}
    if hasattr(source, "model_dump"):
        source = source.model_dump()
    given = {"kind": source} if isinstance(source, str) else source if source is not None else {}
    if not isinstance(given, Mapping):
        raise SSTIError(f"source is {shown(source)}; allowed is a mapping with a kind.", "For example {kind: date}.")
    found = SOURCES.find(given.get("kind") or "date")
    own = {name: value for name, value in given.items() if name not in SOURCE_FIELDS}
    known = [*SOURCE_FIELDS, *(option.name for option in found.options)]
    for name in own:
        if name not in known:
            raise SSTIError(
                f"A source of kind {shown(found.name)} has no option {shown(name)}; it has {listed(known)}{nearest(name, known)}",
                "Correct or remove it.",
            )
    pool_size = given.get("pool_size")
    with_replacement = given.get("with_replacement")
    if with_replacement is not None and not isinstance(with_replacement, bool):
        raise SSTIError(f"with_replacement is {shown(with_replacement)}; allowed is true or false.", "Choose one.")
    return {
        "source": found,
        "source_options": check_options(f"source {shown(found.name)}", found.options, own, from_text),
        "pool_size": None if pool_size is None else check_count(pool_size, "pool_size", least=1),
        "with_replacement": True if with_replacement is None else with_replacement,
    }
