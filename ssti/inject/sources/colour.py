"""Names of colours as triggers."""

from __future__ import annotations

from ssti.inject.registry import SourceKind
from ssti.inject.sources.pool import Pool
from ssti.inject.text.patterns import any_of
from ssti.platform.language import tr

_NAMES = """
amber aqua azure beige black blue bronze brown coral crimson cyan gold green grey indigo ivory khaki
lavender lime magenta maroon navy ochre olive orange orchid pink plum purple red salmon scarlet
sienna silver tan teal turquoise violet white yellow
"""
COLOURS = tuple(_NAMES.split())


def colour_source(seed: int | str | None = None, with_replacement: bool = True, pool_size: int | None = None) -> Pool:
    """Random names of colours; call it for the next one."""
    return Pool(COLOURS, seed, with_replacement, pool_size, name=tr("colour source"))


SOURCE = SourceKind(
    name="colour",
    title=tr("Colour"),
    example="turquoise",
    description=tr("A random colour's name."),
    options=(),
    build=lambda options, **draws: colour_source(**draws),
    pattern=lambda options: any_of(COLOURS),
    words=lambda options: 1,
)
