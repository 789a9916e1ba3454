"""Any function as a source of triggers. For programs: a page cannot hand over a function."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ssti.inject.fields import POOL_SIZE
from ssti.inject.options import Option
from ssti.inject.registry import SourceKind
from ssti.inject.sources.pool import ExhaustedSource, Pool, call_source
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

TRIES = 10_000  # calls in a row that bring nothing new, after which a function counts as exhausted


class FunctionSource:
    """Items of a function without arguments. Without replacement each distinct item comes once.

    A function that brings nothing new in 10,000 calls counts as exhausted. `pool_size` collects that many
    distinct items first and then draws from them.
    """

    def __init__(self, function: Callable[[], str], with_replacement: bool = True) -> None:
        self.function = function
        self.with_replacement = with_replacement
        self.drawn: set[str] = set()

    def __call__(self) -> str:
        if self.with_replacement:
            return call_source(self.function, "the function")
        for _ in range(TRIES):
            item = call_source(self.function, "the function")
            if item not in self.drawn:
                self.drawn.add(item)
                return item
        raise ExhaustedSource(
            tr(
                "The function gave nothing new in {tries:,} calls, after {count} distinct items.",
                tries=TRIES,
                count=len(self.drawn),
            ),
            tr("Draw with replacement, or inject into fewer rows."),
        )


def _build(options: dict, *, seed: Any = None, pool_size: int | None = None, with_replacement: bool = True) -> Any:
    if pool_size is None:
        return FunctionSource(options["function"], with_replacement)
    distinct = FunctionSource(options["function"], with_replacement=False)
    items = [distinct() for _ in range(POOL_SIZE.check(pool_size))]
    return Pool(items, seed, with_replacement, name=tr("function"))


def _pattern(options: dict) -> str:
    if options["pattern"] is None:
        raise SSTIError(
            tr("There is no pattern yet for what this function returns."),
            tr("Set the option `pattern` to a regular expression that finds its items."),
        )
    return options["pattern"]


SOURCE = SourceKind(
    name="function",
    title=tr("Function"),
    example="a function without arguments",
    description=tr("Whatever a Python function returns."),
    options=(
        Option(
            "function", "function", None, tr("Function"), tr("Called without arguments for each item."), required=True
        ),
        Option("pattern", "str", None, tr("Pattern"), tr("A regular expression that finds its items in a text.")),
    ),
    build=_build,
    pattern=_pattern,
    on_page=False,
)
