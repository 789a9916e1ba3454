"""An option of a kind: its name, type and bounds, from which the page draws a control. Checks values, no
more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ssti.platform.errors import SSTIError, listed, nearest, shown

# type -> (how to say it, is it one)
_TYPES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "int": ("a whole number", lambda v: isinstance(v, int) and not isinstance(v, bool)),
    "float": ("a number", lambda v: isinstance(v, (int, float)) and not isinstance(v, bool) and v == v),
    "bool": ("true or false", lambda v: isinstance(v, bool)),
    "str": ("a text that is not blank", lambda v: isinstance(v, str) and bool(v.strip())),
    "path": ("the path of a file", lambda v: isinstance(v, str) or hasattr(v, "__fspath__")),
    "function": ("a function without arguments", callable),
    "choice": ("a choice", lambda v: isinstance(v, str)),
    "list": (
        "a list of texts that are not blank",
        lambda v: isinstance(v, (list, tuple)) and bool(v) and all(isinstance(i, str) and i.strip() for i in v),
    ),
    "range": (
        "two whole numbers, the smaller first",
        lambda v: (
            isinstance(v, (list, tuple))
            and len(v) == 2
            and all(isinstance(i, int) and not isinstance(i, bool) for i in v)
            and v[0] <= v[1]
        ),
    ),
}


YES, NO = ("yes", "on", "true"), ("no", "off", "false")


def from_text(kind: str, value: Any) -> Any:
    """A recipe's value as an option of this type takes it. A recipe is text, and only the option knows whether `1.0` and
    `no` are words in it or a number and a truth value.
    """
    if kind in ("str", "choice", "path"):
        return _word(value)
    if kind == "list" and isinstance(value, (list, tuple)):
        return [_word(item) for item in value]
    if kind == "bool" and isinstance(value, str) and value.lower() in YES + NO:
        return value.lower() in YES
    if kind in ("int", "float") and isinstance(value, str) and len(value) < 40:
        for number in (int, float) if kind == "float" else (int,):
            try:
                return number(value)
            except ValueError:
                continue
    return value


def _word(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, (int, float)) and abs(value) < 2**64 else value


@dataclass(frozen=True)
class Option:
    """One setting of a kind. `type` is one of: int, float, bool, str, path, function, choice, list (of
    texts), range (two whole numbers). `default` None means that it may be left out; `required` that it may
    not.
    """

    name: str
    type: str
    default: Any
    title: str
    description: str
    choices: tuple[str, ...] | None = None
    minimum: float | None = None
    maximum: float | None = None
    required: bool = False

    def check(self, value: Any, owner: str) -> Any:
        """`value`, if it is allowed here."""
        if value is None and not self.required:
            return self.default
        says, is_one = _TYPES[self.type]
        if self.choices and isinstance(value, str) and value not in self.choices:
            close = nearest(value, self.choices)
            raise SSTIError(
                f"{self.name} of {owner} is {shown(value)}; allowed are {listed(self.choices)}{close}.",
                "Choose one.",
            )
        if not is_one(value) or not self._within(value):
            raise SSTIError(
                f"{self.name} of {owner} is {shown(value)}; allowed is {says}{self._bounds()}.",
                f"Change {self.name}.",
            )
        return value

    def _within(self, value: Any) -> bool:
        numbers = value if self.type == "range" else [value] if self.type in ("int", "float") else []
        low = self.minimum if self.minimum is not None else float("-inf")
        high = self.maximum if self.maximum is not None else float("inf")
        return all(low <= number <= high for number in numbers)

    def _bounds(self) -> str:
        if self.minimum is not None and self.maximum is not None:
            return f" from {self.minimum} to {self.maximum}"
        if self.minimum is not None:
            return f" of at least {self.minimum}"
        return f" of at most {self.maximum}" if self.maximum is not None else ""


def check_options(
    owner: str, options: tuple[Option, ...], given: Mapping[str, Any], is_text: bool = False
) -> dict[str, Any]:
    """Every option's value: the given one, checked, or its default. An unknown name is refused.

    `is_text`: the values were read from a text, where a word may look like a number.
    """
    known = {option.name: option for option in options}
    for name in given:
        if name not in known:
            allowed = f"its options are {listed(known)}" if known else "it has none"
            raise SSTIError(
                f"{owner} has no option {shown(name)}; {allowed}{nearest(name, known)}", "Correct or remove it."
            )
    values = {name: from_text(known[name].type, value) if is_text else value for name, value in given.items()}
    return {name: option.check(values.get(name), owner) for name, option in known.items()}
