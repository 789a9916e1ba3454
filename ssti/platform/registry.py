"""Finds what registers itself: every module of a package that offers a value of one type. Knows none of them by name."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any, Generic, TypeVar

from ssti.platform.errors import SSTIError, listed, nearest, shown
from ssti.platform.language import tr

T = TypeVar("T")


class Registry(Mapping[str, T], Generic[T]):
    """What the modules of `package` offer, by name and in order: a new one is one new file there.

    A module offers each of its values that is a `kind`, unless `offers` says otherwise. Sorted by their `order`, where
    they have one, then by `name`. Modules are imported when somebody first looks, not before. `noun` is for errors.
    """

    def __init__(
        self,
        package: str,
        kind: type[T],
        noun: str,
        offers: Callable[[ModuleType], Iterable[T]] | None = None,
    ) -> None:
        self.package, self.kind, self.noun = package, kind, noun
        self._offers = offers or (lambda module: [v for v in vars(module).values() if isinstance(v, kind)])
        self._known: dict[str, T] | None = None

    def add(self, offered: T) -> T:
        """One more, of a program's own; it replaces the one of its name."""
        self._all()[_name(offered)] = offered
        self._sort()
        return offered

    def find(self, name: Any, next: str = tr("Use one of these names."), kind: str = "input") -> T:
        """The one called `name`. Raises SSTIError with all names and the nearest one, and `next`, what to do."""
        if isinstance(name, str) and name in self:
            return self[name]
        raise SSTIError(
            tr(
                "There is no {noun} {name}; there are {known}{nearest}",
                noun=tr(self.noun),
                name=shown(name),
                known=listed(self),
                nearest=nearest(name, self),
            ),
            next,
            kind,
        )

    def __getitem__(self, name: str) -> T:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(self._all()))

    def __len__(self) -> int:
        return len(self._all())

    def _all(self) -> dict[str, T]:
        if self._known is None:
            package = importlib.import_module(self.package)
            modules = [
                importlib.import_module(f"{self.package}.{m.name}") for m in pkgutil.iter_modules(package.__path__)
            ]
            self._known = {_name(offered): offered for module in modules for offered in self._offers(module)}
            self._sort()
        return self._known

    def _sort(self) -> None:
        self._known = dict(sorted(self._all().items(), key=lambda entry: (getattr(entry[1], "order", 0), entry[0])))


def _name(offered: Any) -> str:
    return offered.name
