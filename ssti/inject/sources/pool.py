"""Draws items from a finite pool, with or without replacement. Knows nothing of what the items are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from random import Random

from ssti.inject.checks import check_item, make_random
from ssti.inject.fields import POOL_SIZE, WITH_REPLACEMENT
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr


class ExhaustedSource(SSTIError, RuntimeError):
    """A source without replacement has run out of items (the published toolkit's RuntimeError)."""


class Pool:
    """Call it for the next item of `items`.

    `pool_size` first narrows the items to that many distinct ones, chosen at random (the paper's diversity,
    A.8). Without replacement each distinct item comes once, then ExhaustedSource is raised.
    """

    def __init__(
        self,
        items: Sequence[str],
        seed: int | str | Random | None = None,
        with_replacement: bool = True,
        pool_size: int | None = None,
        name: str = tr("source"),
    ) -> None:
        self.rng = make_random(seed)
        self.name = name
        self.with_replacement = WITH_REPLACEMENT.check(with_replacement)
        if POOL_SIZE.check(pool_size) is not None:
            distinct = items if isinstance(items, DistinctSequence) else list(dict.fromkeys(items))
            if pool_size > len(distinct):
                raise SSTIError(
                    tr(
                        "pool_size is {pool_size}; this {name} has only {count} distinct items.",
                        pool_size=pool_size,
                        name=name,
                        count=len(distinct),
                    ),
                    tr("Ask for fewer, or widen the source."),
                )
            items = self.rng.sample(distinct, pool_size)
        self.items = items
        self.distinct = len(items) if isinstance(items, DistinctSequence) else len(set(items))
        self.drawn: set[str] = set()

    def __call__(self) -> str:
        return self.draw(1)[0]

    def draw(self, count: int) -> list[str]:
        """The next `count` items: the same as that many calls."""
        items, draw = self.items, self.rng.randrange
        if self.with_replacement:
            numbers = [draw(len(items)) for _ in range(count)]
            return items.pick(numbers) if isinstance(items, DistinctSequence) else [items[n] for n in numbers]
        return [self._draw_new() for _ in range(count)]

    def _draw_new(self) -> str:
        if len(self.drawn) >= self.distinct:
            raise ExhaustedSource(
                tr(
                    "The {name} is exhausted: all of its {distinct} distinct items have been drawn.",
                    name=self.name,
                    distinct=self.distinct,
                ),
                tr("Draw with replacement, widen the source, or inject into fewer rows."),
            )
        while (item := self.items[self.rng.randrange(len(self.items))]) in self.drawn:
            pass
        self.drawn.add(item)
        return item


def call_source(function: Callable[[], str], name: str = "the source") -> str:
    """The next item of any function; an iterator that has ended (`iter(items).__next__`) counts as
    exhausted.
    """
    try:
        return check_item(function(), name)
    except StopIteration:
        raise ExhaustedSource(
            tr("{name} has returned its last item.", name=name), tr("Use one that returns more.")
        ) from None


class DistinctSequence(Sequence[str]):
    """A sequence of items that are known to differ, so that nobody has to list them to count them."""

    def pick(self, indices: Iterable[int]) -> list[str]:
        """The items at these indices."""
        return [self[index] for index in indices]
