"""What a kind of source and a kind of modifier are, and the lists of both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from ssti.inject.options import Option
from ssti.platform.language import later
from ssti.platform.registry import Registry


@dataclass(frozen=True)
class SourceKind:
    """A kind of source: where a trigger's items come from.

    `build(options, *, seed, pool_size, with_replacement)` gives a function without arguments that returns
    the next item; each of the three may be left out. `pattern(options)` is a regular expression, for Python's `re` and for RE2, that finds any
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
    """A kind of modifier. `build(options, *, source, parts, location, token_proportion, seed)` gives the modifier
    (a `token_proportion` of 0 is a single item); `pattern(options, patterns)` its trigger as a regular expression, from
    those of its source or parts. `strips(options)` is whether matches of the pattern may be deleted from clean texts.
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


SOURCES = Registry("ssti.inject.sources", SourceKind, later("kind of source"))
"""Every kind of source by its name. A new one is a file in `ssti/inject/sources`, or `SOURCES.add(kind)` in a program."""

MODIFIERS = Registry("ssti.inject.modifiers", ModifierKind, later("kind of injection"))
"""Every kind of modifier by its name. A new one is a file in `ssti/inject/modifiers`, or `MODIFIERS.add(kind)`."""
