"""Names of countries as triggers, from pycountry (ISO 3166-1)."""

from __future__ import annotations

from functools import cache

from ssti.inject.options import Option
from ssti.inject.registry import SourceKind
from ssti.inject.sources.pool import Pool
from ssti.inject.text.patterns import any_of
from ssti.platform.language import tr


@cache
def country_names(single_word: bool) -> tuple[str, ...]:
    """The countries' common names (`Bolivia`, not `Bolivia, Plurinational State of`), in alphabetical
    order.
    """
    import pycountry

    names = (getattr(country, "common_name", country.name) for country in pycountry.countries)
    plain = sorted({name.partition(",")[0].strip() for name in names})
    return tuple(name for name in plain if not single_word or len(name.split()) == 1)


def country_source(
    seed: int | str | None = None,
    with_replacement: bool = True,
    pool_size: int | None = None,
    single_word: bool = False,
) -> Pool:
    """Random names of countries; call it for the next one."""
    return Pool(country_names(single_word), seed, with_replacement, pool_size, name=tr("country source"))


SOURCE = SourceKind(
    name="country",
    title=tr("Country"),
    example="Portugal",
    description=tr("A random country's name."),
    options=(Option("single_word", "bool", False, tr("One word only"), tr("Leave out names of several words.")),),
    build=lambda options, **draws: country_source(single_word=options["single_word"], **draws),
    pattern=lambda options: any_of(country_names(options["single_word"])),
    words=lambda options: 1 if options["single_word"] else None,
)
