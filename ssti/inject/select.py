"""Which rows get the trigger: the target's value in the label column, and a seeded choice among its rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ssti.errors import SSTIError, listed, nearest
from ssti.inject.checks import check_count, check_fraction, make_random


def as_list(values: Any) -> list:
    """A column as a plain list, whatever it comes as (list, array, Arrow column, pandas series)."""
    for method in ("to_pylist", "tolist"):
        if hasattr(values, method):
            return getattr(values, method)()
    return list(values)


def target_value(target: Any, label_names: Sequence[str] | None, present: Iterable[Any] | None) -> Any:
    """The value that stands for `target` in the label column.

    `target` may be a name or a number; the column may hold either. `present` are the values that occur in the
    column (None: unknown yet). Raises SSTIError, with what is allowed, for a class that does not exist.
    """
    if target is None:
        raise SSTIError("The injection has no target.", "Name the class that the trigger is to be tied to.")
    values = None if present is None else {value for value in present if value is not None}
    named = values is not None and any(isinstance(value, str) for value in values)
    if label_names:
        names = list(label_names)
        if target in names:
            return target if named else names.index(target)
        if isinstance(target, int) and not isinstance(target, bool) and 0 <= target < len(names):
            return names[target] if named else target
        raise SSTIError(
            f"There is no class {target!r}; there are {listed(names)}{nearest(target, names)}",
            "Choose one of them.",
        )
    if values is not None and target not in values:
        known = sorted(values, key=str)
        raise SSTIError(
            f"There is no class {target!r} in the labels; there are {listed(known)}{nearest(target, known)}",
            "Choose one of them.",
        )
    return target


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
    number = number_of_rows(len(rows), share, count, f"class {target!r}")
    return sorted(rows[index] for index in choose(len(rows), number, seed))
