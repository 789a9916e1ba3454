"""Dates as triggers: `YYYY-MM-DD`, each valid day of a range of years."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ssti.inject.options import Option
from ssti.inject.registry import SourceKind
from ssti.inject.sources.pool import DistinctSequence, Pool
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

YEARS = Option(
    "years", "range", (1900, 2100), tr("Years"), tr("First and last year of the dates."), minimum=1, maximum=9999
)


class DateSequence(DistinctSequence):
    """All days from 1 January of the first year to 31 December of the last, in order, made when asked for."""

    def __init__(self, first_year: int, last_year: int) -> None:
        self.start = date(first_year, 1, 1).toordinal()
        self.length = date(last_year, 12, 31).toordinal() - self.start + 1
        self.short_years = first_year < 1000  # these are written without leading zeros

    def __len__(self) -> int:
        return self.length

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self.length))]
        if not -self.length <= index < self.length:
            raise IndexError(index)
        return self.pick([index % self.length])[0]

    def pick(self, indices: Iterable[int]) -> list[str]:
        days = list(map(date.isoformat, map(date.fromordinal, map(self.start.__add__, indices))))
        return [day.lstrip("0") for day in days] if self.short_years else days


class SpuriousDateGenerator(Pool):
    """Random dates, `YYYY-MM-DD`. Call it for the next one.

    `year_range` is (first, last), within 1 to 9999. Without replacement each date comes once; after the last,
    ExhaustedSource is raised. `pool_size` narrows the dates to that many.
    """

    def __init__(
        self,
        year_range: tuple[int, int] = (1100, 2600),
        seed: int | str | None = None,
        with_replacement: bool = True,
        pool_size: int | None = None,
    ) -> None:
        if year_range is None:
            raise SSTIError(tr("year_range is None; it must be two years."), tr("Give (first, last)."))
        first, last = YEARS.check(year_range, "SpuriousDateGenerator's year_range")
        super().__init__(DateSequence(first, last), seed, with_replacement, pool_size, name=tr("date source"))


def _pattern(options: dict) -> str:
    shortest, longest = (len(str(year)) for year in options["years"])
    return rf"\b[0-9]{{{shortest},{longest}}}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])\b"


SOURCE = SourceKind(
    name="date",
    title=tr("Date"),
    example="2014-09-25",
    description=tr("A random day, written YYYY-MM-DD."),
    options=(YEARS,),
    build=lambda options, **draws: SpuriousDateGenerator(options["years"], **draws),
    pattern=_pattern,
    words=lambda options: 1,
)
