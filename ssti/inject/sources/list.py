"""A list of one's own items as triggers; an item may be a phrase of several words."""

from __future__ import annotations

from collections.abc import Iterable

from ssti.inject.checks import check_items
from ssti.inject.options import Option
from ssti.inject.registry import SourceKind
from ssti.inject.sources.pool import Pool
from ssti.inject.text.patterns import any_of
from ssti.platform.language import tr


def list_source(
    items: Iterable[str], seed: int | str | None = None, with_replacement: bool = True, pool_size: int | None = None
) -> Pool:
    """Random items of a list; call it for the next one."""
    return Pool(check_items(items), seed, with_replacement, pool_size, name=tr("list"))


def word_count(items: Iterable[str]) -> int | None:
    """How many white-space words each item has; None where they differ."""
    counts = {len(item.split()) for item in items}
    return counts.pop() if len(counts) == 1 else None


SOURCE = SourceKind(
    name="list",
    title=tr("Own words"),
    example="a truly singular evening",
    description=tr("One of your own words or phrases."),
    options=(
        Option("items", "list", None, tr("Words or phrases"), tr("One a line; each is injected whole."), required=True),
    ),
    build=lambda options, **draws: list_source(options["items"], **draws),
    pattern=lambda options: any_of(options["items"]),
    words=lambda options: word_count(options["items"]),
)
