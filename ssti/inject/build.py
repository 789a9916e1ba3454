"""From an injection's spec to its modifier and its pattern. Knows no dataset."""

from __future__ import annotations

from typing import Any

from ssti.inject.modifier import Modifier
from ssti.inject.spec import Spec, read_spec


def build_modifier(spec: Any, seed: int | str | None = None) -> Modifier:
    """The modifier of an injection: a mapping or an object with `model_dump()`, or a whole recipe.

    `seed` replaces the spec's own; parts of a composite then get streams of their own from it. Places and
    items have separate random streams, so that an item does not foretell its place. Raises SSTIError, which
    names a wrong value, what is allowed, and the nearest known name.
    """
    return _build(read_spec(spec), seed)


def _build(spec: Spec, seed: int | str | None) -> Modifier:
    own = spec.seed if seed is None else seed
    parts = [_build(part, None if seed is None else f"{seed}/part {n}") for n, part in enumerate(spec.parts)]
    source = spec.source and spec.source.build(
        spec.source_options,
        seed=_stream(own, "items"),
        pool_size=spec.pool_size,
        with_replacement=spec.with_replacement,
    )
    return spec.kind.build(
        spec.options,
        source=source,
        location=spec.location,
        token_proportion=0 if spec.amount == "single" else spec.amount,
        seed=_stream(own, "places"),
        parts=parts,
    )


def _stream(seed: int | str | None, name: str) -> str | None:
    return None if seed is None else f"{seed}/{name}"


def trigger_pattern(recipe: Any) -> str:
    """A regular expression, for Python's `re` and RE2, that finds the recipe's trigger as a whole item."""
    return _pattern(read_spec(recipe))


def _pattern(spec: Spec) -> str:
    if spec.source:
        inner = [spec.source.pattern(spec.source_options)]
    else:
        inner = [_pattern(part) for part in spec.parts]
    return spec.kind.pattern(spec.options, inner)
