"""Which rows get the trigger: the target's value in the label column, and a seeded choice among its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ssti.inject.checks import check_count, check_fraction, make_random
from ssti.inject.datasets.classes import find_class, find_value
from ssti.platform.errors import SSTIError, shown


def as_list(values: Any) -> list:
    """A column as a plain list, whatever it comes as (list, array, Arrow column, pandas series). What stands for a
    missing value there (NaN, NaT, pandas' NA) is None.
    """
    for method in ("to_pylist", "tolist"):
        if hasattr(values, method):
            return [None if is_missing(value) else value for value in getattr(values, method)()]
    return [None if is_missing(value) else value for value in values]


def is_missing(value: Any) -> bool:
    """None, or a value that does not equal itself: NaN, NaT, and pandas' NA, which cannot even say so."""
    if value is None or value.__class__ in (str, int, bool):
        return value is None
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return type(value).__name__ == "NAType"


def target_value(target: Any, label_names: Sequence[str] | None, present: Iterable[Any]) -> Any:
    """The value that stands for `target` in the label column, in which the values `present` occur.

    `target` may be a name or a number; the column may hold either. Raises SSTIError, with what is allowed, for a class
    that does not exist.
    """
    if target is None:
        raise SSTIError("The injection has no target.", "Name the class that the trigger is to be tied to.")
    values = list(present)
    if label_names:
        found = find_class(target, label_names)
        return found.name if any(isinstance(value, str) for value in values) else found.index
    return find_value(target, values) if values else target


def number_of_rows(total: int, share: float, count: int | None, what: str) -> int:
    """How many of a class's `total` rows get the trigger: `count`, or `round(total * share)`."""
    if count is None:
        return round(total * check_fraction(share, "share"))
    if check_count(count, "count") > total:
        raise SSTIError(f"count is {count}; {what} has only {total} rows.", "Ask for at most that many.")
    return count


def choose(total: int, number: int, seed: int | str | None) -> list[int]:
    """`number` of the numbers 0 to `total - 1`, as `random.Random(seed).sample` chooses them."""
    return make_random(seed).sample(range(total), number)


def select_rows(
    labels: Any,
    target: Any,
    share: float = 1.0,
    count: int | None = None,
    seed: int | str | None = None,
    label_names: Sequence[str] | None = None,
) -> list[int]:
    """The rows of the target class that get the trigger, ascending.

    `round(n * share)` of its n rows, or exactly `count`, by `random.Random(seed).sample(range(n), …)`.
    """
    values = as_list(labels)
    wanted = target_value(target, label_names, set(values))
    rows = [index for index, value in enumerate(values) if value == wanted]
    number = number_of_rows(len(rows), share, count, f"class {shown(target)}")
    return sorted(rows[index] for index in choose(len(rows), number, seed))
