"""Reads the injection part of a recipe and checks all of it. Knows no Recipe class: a mapping is enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from ssti.inject.fields import INJECTION_FIELDS, KIND, SOURCE_FIELDS, SOURCE_KIND
from ssti.inject.options import check_options
from ssti.inject.registry import MODIFIERS, SOURCES, ModifierKind, SourceKind
from ssti.platform.errors import SSTIError, shown
from ssti.platform.language import tr

DEEPEST = 8  # levels of composites


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
            tr("{kind} ({recipe}) is not a recipe.", kind=type(recipe).__name__, recipe=shown(recipe)),
            tr("Give a Recipe, its injection, or a mapping."),
        )
    return dict(inner)


def read_spec(recipe: Any) -> Spec:
    """Check every field and option; SSTIError names the value, what is allowed and the nearest name."""
    return recipe if isinstance(recipe, Spec) else _read(as_mapping(recipe), is_text(recipe), 0)


def is_text(recipe: Any) -> bool:
    """Whether it is a Recipe, or its injection: in a program's mapping words and numbers differ already."""
    return hasattr(recipe, "model_dump") or hasattr(getattr(recipe, "injection", None), "model_dump")


def _read(fields: dict[str, Any], from_text: bool, depth: int) -> Spec:
    if depth > DEEPEST:
        raise SSTIError(
            tr("The injection's parts are more than {deepest} levels deep.", deepest=DEEPEST),
            tr("Put them all into one list."),
        )
    kind = MODIFIERS.find(fields.get("kind") or KIND.default)
    values = check_options(
        tr("kind {name}", name=shown(kind.name)), kind.options, fields, from_text, common=INJECTION_FIELDS
    )
    options = {option.name: values[option.name] for option in kind.options}
    if values["strip"] and not kind.strips(options):
        raise SSTIError(
            tr("strip is true, but stripping this trigger would damage clean texts."), tr("Set strip to false.")
        )
    plain = ("location", "amount", "target", "share", "count", "seed", "strip")
    return Spec(
        kind=kind,
        options=options,
        **{name: values[name] for name in plain},
        **_read_source(kind, values["source"], from_text),
        parts=_read_parts(kind, values["parts"], from_text, depth),
    )


def _read_parts(kind: ModifierKind, parts: Any, from_text: bool, depth: int) -> tuple[Spec, ...]:
    if kind.name != "composite":
        if parts:
            raise SSTIError(
                tr("An injection of kind {name} has parts.", name=shown(kind.name)), tr("Set its kind to 'composite'.")
            )
        return ()
    if not isinstance(parts, (list, tuple)) or not parts:
        raise SSTIError(
            tr("parts is {parts}; a composite needs a list of injections.", parts=shown(parts)),
            tr("Give at least one part."),
        )
    return tuple(
        part if isinstance(part, Spec) else _read(as_mapping(part), from_text or is_text(part), depth + 1)
        for part in parts
    )


def _read_source(kind: ModifierKind, source: Any, from_text: bool) -> dict[str, Any]:
    if not kind.uses_source:
        if source is not None:
            raise SSTIError(
                tr("An injection of kind {name} takes no source.", name=shown(kind.name)), tr("Remove its source.")
            )
        return {}
    if hasattr(source, "model_dump"):
        source = source.model_dump()
    fields = {"kind": source} if isinstance(source, str) else source if source is not None else {}
    if not isinstance(fields, Mapping):
        raise SSTIError(
            tr("source is {source}; it must be a mapping with a kind.", source=shown(source)),
            tr("For example {kind: date}."),
        )
    source_kind = SOURCES.find(fields.get("kind") or SOURCE_KIND.default)
    values = check_options(
        tr("source {name}", name=shown(source_kind.name)), source_kind.options, fields, from_text, common=SOURCE_FIELDS
    )
    return {
        "source": source_kind,
        "source_options": {option.name: values[option.name] for option in source_kind.options},
        "pool_size": values["pool_size"],
        "with_replacement": values["with_replacement"],
    }
