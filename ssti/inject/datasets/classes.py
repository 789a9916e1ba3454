"""Classes and labels: which class a target means, by its name, or its number where no class could be called so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from numbers import Number
from typing import Any, NamedTuple

from ssti.platform.errors import SSTIError, listed, nearest, shown
from ssti.platform.language import tr

_number = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
_index = re.compile(r"0|[1-9][0-9]{0,8}")


class ClassMatch(NamedTuple):
    """A class: its place among the names, its name, and whether the target gave its place and not its name."""

    index: int
    name: str
    by_index: bool = False

    def note(self, target: Any) -> str | None:
        """A sentence for a person who gave a number; None where the target is a name."""
        if not self.by_index:
            return None
        return tr(
            "No class is called {target}: the target is class number {index}, counted from 0, {name}.",
            target=shown(spelling(target)),
            index=self.index,
            name=shown(self.name),
        )


def spelling(target: Any) -> str:
    """The target as a word. Raises SSTIError for what is neither a word nor a number."""
    if isinstance(target, str):
        return target
    if isinstance(target, (Number, date)) and not isinstance(target, complex):
        return str(target) if not isinstance(target, int) or target.bit_length() < 128 else shown(target)
    raise SSTIError(
        tr("The target is {target}; it must be the name of a class.", target=shown(target)),
        tr("Put the name in quotes."),
    )


def find_class(target: Any, names: Sequence[str]) -> ClassMatch:
    """The class that `target` means: the one of that name, else the one of that number, counted from 0.

    A number counts as a place only where no class could be called by it: with classes 1 to 5, the target 0 is refused
    and not taken for the first. Raises SSTIError with the classes that there are.
    """
    word = spelling(target)
    classes = [str(name) for name in names]
    if word in classes and not isinstance(target, bool):
        return ClassMatch(classes.index(word), word)
    if isinstance(target, bool):
        raise SSTIError(
            tr("The target is {target}, a truth value; the classes are {known}.", target=target, known=listed(classes)),
            tr("Put the class's name in quotes."),
        )
    if _index.fullmatch(word) and int(word) < len(classes) and _is_clear(int(word), classes):
        return ClassMatch(int(word), classes[int(word)], by_index=True)
    raise SSTIError(
        tr(
            "There is no class {target}; there are {known}{nearest}",
            target=shown(target),
            known=listed(classes),
            nearest=nearest(word, classes) or ".",
        ),
        tr("Set the target (injection.target) to one of them."),
    )


def _is_clear(index: int, classes: Sequence[str]) -> bool:
    """Whether a number can only mean a place: no class is a number, and none but that one has this number in its name
    (`1` of `1 star`, `2 stars` could be either).
    """
    if any(map(_number.fullmatch, classes)):
        return False
    named = [set(map(int, re.findall(r"\d{1,9}", name))) for name in classes]
    return (not named[index] or index in named[index]) and not any(
        index in numbers for place, numbers in enumerate(named) if place != index
    )


def target_value(target: Any, names: Sequence[str] | None, present: Iterable[Any]) -> Any:
    """The value that stands for `target` in the label column, in which the values `present` occur.

    `target` may be a name or a number; the column may hold either. Raises SSTIError, with what is allowed, for a class
    that does not exist.
    """
    if target is None:
        raise SSTIError(tr("The injection has no target."), tr("Name the class that the trigger is to be tied to."))
    values = list(present)
    if names:
        match = find_class(target, names)
        return match.name if any(isinstance(value, str) for value in values) else match.index
    classes = [value for value in dict.fromkeys(values) if value is not None]
    for same in _SAME:
        for value in classes:
            if same(target, value):
                return value
    if not values:
        return target
    raise _no_class(target, classes, tr("Set the target to one of them."))


def check_class(wanted: Any, values: Iterable[Any]) -> None:
    """`wanted` is one of the values of a label column, of the same type. Raises SSTIError with those that there are; where
    there is no row at all there is no class either, and nothing to refuse.
    """
    present = count_labels(values)
    classes = [value for value in present if value is not None]
    if present and not any(_is_same(wanted, value) for value in classes):
        raise _no_class(wanted, classes, tr("Give one of them, of its own type: '1' is a word and 1 a number."))


def _no_class(wanted: Any, classes: list[Any], next: str) -> SSTIError:
    known = sorted(classes, key=str)
    said = {"wanted": shown(wanted), "known": listed(known), "nearest": nearest(wanted, known) or "."}
    return SSTIError(
        tr("There is no class {wanted} in the labels; there are {known}{nearest}", **said)
        if known
        else tr("There is no class {wanted} in the labels; no row has one.", **said),
        next,
    )


def means(target: Any, label: Any, names: Sequence[str] | None) -> bool:
    """Whether a row of this label is one of the target's, where nobody knows yet which labels there are."""
    if label is None:
        return False
    if names:
        match = find_class(target, names)
        return label == (match.name if isinstance(label, str) else match.index)
    return any(same(target, label) for same in _SAME)


def _is_same(target: Any, value: Any) -> bool:
    if isinstance(target, str) != isinstance(value, str) or (isinstance(target, bool) and not isinstance(value, bool)):
        return False
    return bool(target == value)


def _is_written_so(target: Any, value: Any) -> bool:
    word = spelling(target)
    return str(value) == word or (isinstance(value, bool) and str(value).lower() == word.lower())


def _is_same_number(target: Any, value: Any) -> bool:
    """`1` and 1.0: a column of whole numbers with a gap becomes one of fractions."""
    if not isinstance(target, str) or not isinstance(value, Number) or isinstance(value, bool):
        return False
    return bool(_number.fullmatch(target)) and float(target) == value


_SAME = (_is_same, _is_written_so, _is_same_number)  # what a target may be to a label, the closest first


def as_list(values: Any) -> list:
    """A column as a plain list, whatever it comes as (list, array, Arrow column, pandas series). What stands for a
    missing value there (NaN, NaT, pandas' NA) is None.
    """
    for method in ("to_pylist", "tolist"):
        if hasattr(values, method):
            values = getattr(values, method)()
            break
    return [None if is_missing(value) else value for value in values]


def is_missing(value: Any) -> bool:
    """None, or a value that does not equal itself: NaN, NaT, and pandas' NA, which cannot even say so."""
    if value is None or value.__class__ in (str, int, bool):
        return value is None
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return type(value).__name__ == "NAType"


def count_labels(labels: Iterable[Any]) -> dict[Any, int]:
    """The number of rows per label value. Raises SSTIError for labels that are lists or mappings."""
    labels = list(labels)
    try:
        return dict(Counter(labels))
    except TypeError:
        odd = next(label for label in labels if not isinstance(label, Hashable))
        raise SSTIError(
            tr("The label {odd} is not a class.", odd=shown(odd)), tr("A label is a word or a number."), kind="data"
        ) from None
