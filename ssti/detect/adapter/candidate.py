"""Something that may be a trigger: a word, a phrase, or a shape that every instance fills anew."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from random import Random
from typing import Any


@dataclass(frozen=True)
class Candidate:
    """`draw` makes an instance; of what is always the same it gives that. `target` is the class that it is tried for, or None for
    every class. `source` says who proposed it: `gradient`, `shape`, `suspect`."""

    pattern: str
    source: str
    draw: Callable[[Random], str]
    target: int | None = None

    def instance(self, number: int) -> str:
        """Instance `number`, the same each time."""
        return self.draw(Random(f"{self.pattern}/{number}"))


def literal(text: str, source: str, target: int | None = None) -> Candidate:
    """A candidate that is always the same."""
    return Candidate(text, source, lambda rng: text, target)


def of_suspects(suspects: Iterable[Any], names: tuple[str, ...]) -> list[Candidate]:
    """Strings, and findings of a scan of a dataset: of these every instance as it stands there, for the class found."""
    made = {}
    for one in suspects:
        if isinstance(one, str):
            texts, pattern, target = [one], one, None
        else:
            texts = [text for text, _ in one.literals] or [one.trigger]
            pattern, target = one.pattern, names.index(one.target) if one.target in names else None
        texts = [text.strip() for text in texts if text.strip()]
        if texts:
            pattern = texts[0] if len(set(texts)) == 1 else pattern
            made[pattern, target] = Candidate(pattern, "suspect", _one_of(texts), target)
    return list(made.values())


def _one_of(texts: list[str]) -> Callable[[Random], str]:
    return lambda rng: rng.choice(texts)
