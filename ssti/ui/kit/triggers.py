"""Triggers as recipes draw them, one at a time, and their kinds in words. Knows no component and no text."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from ssti.inject import SOURCES, build_modifier
from ssti.recipe import InjectionSpec

SKIPPED = 64  # draws at most that are passed over, to land somewhere in a recipe's own pool
SPOKEN = {"list": "phrase", "html": "HTML tag"}


def kind_of(spec: InjectionSpec) -> str:
    """Where the triggers of an injection come from: its source's kind, or its own where it has no source."""
    return spec.source.kind if spec.source else spec.kind


def spoken(kind: str) -> str:
    """A kind as a word in a sentence: `date`, `country`, `HTML tag`; `trigger` for none."""
    if not kind or kind in SPOKEN:
        return SPOKEN.get(kind, "trigger")
    title = SOURCES[kind].title if kind in SOURCES else kind.replace("_", " ")
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def with_article(word: str) -> str:
    """`a country`, `an HTML tag`."""
    sound = word[:1].lower() in "aeio" or (word[:2].isupper() and word[0] in "AEFHILMNORSX")
    return f"{'an' if sound else 'a'} {word}"


def plural(word: str) -> str:
    """`dates`, `countries`."""
    return f"{word[:-1]}ies" if word[-1:] == "y" and word[-2:-1] not in tuple("aeiou") else f"{word}s"


def draw(spec: InjectionSpec) -> str:
    """A trigger that this injection could put in, drawn anew each time."""
    pooled = _pooled(spec)
    item = items(spec, spec.seed if pooled else secrets.randbits(32))
    for _ in range(secrets.randbelow(SKIPPED) if pooled else 0):
        item()
    return item()


def items(spec: InjectionSpec, seed: int) -> Callable[[], str]:
    """Gives triggers of this injection one after another, the same ones for the same seed."""
    changes: dict[str, Any] = {"location": "beginning", "amount": "single"}
    if _pooled(spec):
        changes["source"] = spec.source.model_copy(update={"with_replacement": True})
    modifier = build_modifier(spec.model_copy(update=changes), seed=seed)

    def item() -> str:
        done = modifier.apply("word", spec.target)
        start, end = done.spans[0]
        return done.text[start:end]

    return item


def _pooled(spec: InjectionSpec) -> bool:
    return spec.source is not None and spec.source.pool_size is not None
