"""The lists of kinds of sources and of modifiers. A file `source_*.py` or `modifier_*.py` here registers
itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from ssti.errors import SSTIError, listed, nearest, shown
from ssti.inject.options import Option


@dataclass(frozen=True)
class SourceKind:
    """A kind of source: where a trigger's items come from.

    `build(options, seed=, pool_size=, with_replacement=)` gives a function without arguments that returns
    the next item. `pattern(options)` is a regular expression, for Python's `re` and for RE2, that finds any
    trigger of this source as a whole item. `words(options)` is how many white-space words each item has,
    None where they differ. `on_page` is False for what only a program can give (a function) or a server
    should not read (a path).
    """

    name: str
    title: str
    example: str
    options: tuple[Option, ...]
    build: Callable[..., Callable[[], str]]
    pattern: Callable[[dict], str]
    description: str = ""
    words: Callable[[dict], int | None] = lambda options: None
    on_page: bool = True


@dataclass(frozen=True)
class ModifierKind:
    """A kind of modifier. `build(options, source=, location=, amount=, seed=, parts=)` gives the modifier;
    `pattern(options, patterns)` its trigger as a regular expression, given those of its source or parts.
    `strips(options)` is whether matches of the pattern may be deleted from clean texts.
    """

    name: str
    title: str
    options: tuple[Option, ...]
    uses_source: bool
    build: Callable[..., Any]
    pattern: Callable[[dict, Sequence[str]], str]
    description: str = ""
    example: str = ""
    words: Callable[[dict], int | None] = lambda options: None
    strips: Callable[[dict], bool] = lambda options: True
    on_page: bool = True


_sources: dict[str, SourceKind] = {}
_modifiers: dict[str, ModifierKind] = {}


def register_source(kind: SourceKind) -> SourceKind:
    """Add a kind of source, or replace the one of its name."""
    _sources[kind.name] = kind
    return kind


def register_modifier(kind: ModifierKind) -> ModifierKind:
    """Add a kind of modifier, or replace the one of its name."""
    _modifiers[kind.name] = kind
    return kind


def _discover(prefix: str) -> None:
    import pkgutil

    package = import_module("ssti.inject")
    for module in pkgutil.iter_modules(package.__path__):
        if module.name.startswith(prefix):
            import_module(f"ssti.inject.{module.name}")


def sources() -> dict[str, SourceKind]:
    """Every kind of source by its name."""
    _discover("source_")
    return dict(sorted(_sources.items()))


def modifiers() -> dict[str, ModifierKind]:
    """Every kind of modifier by its name."""
    _discover("modifier_")
    return dict(sorted(_modifiers.items()))


def source_kind(name: Any) -> SourceKind:
    """The kind of source called `name`; SSTIError with the nearest known name."""
    return _lookup(name, sources(), "source")


def modifier_kind(name: Any) -> ModifierKind:
    """The kind of modifier called `name`; SSTIError with the nearest known name."""
    return _lookup(name, modifiers(), "injection")


def _lookup(name: Any, known: dict, what: str):
    if not isinstance(name, str) or name not in known:
        raise SSTIError(
            f"There is no kind of {what} {shown(name)}; there are {listed(known)}{nearest(name, known)}",
            "Choose one.",
        )
    return known[name]
