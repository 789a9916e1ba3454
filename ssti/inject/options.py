"""An option: one setting of an injection or of a kind, with its type, its bounds and its words for people.

The toolkit's constructors, the recipe's schema and the page's form take limits and descriptions from options. An option
checks a value and knows no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ssti.platform.errors import SSTIError, listed, nearest, shown


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value == value


def _is_whole(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _are(check: Callable[[Any], bool], values: Any) -> bool:
    return isinstance(values, (list, tuple)) and bool(values) and all(map(check, values))


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


# type -> (its name in a message, whether a value is one)
_TYPES: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "any": ("anything", lambda v: True),
    "int": ("a whole number", _is_whole),
    "float": ("a number", _is_number),
    "bool": ("true or false", lambda v: isinstance(v, bool)),
    "str": ("a text that is not blank", _is_text),
    "path": ("the path of a file", lambda v: isinstance(v, str) or hasattr(v, "__fspath__")),
    "function": ("a function without arguments", callable),
    "choice": ("a choice", lambda v: isinstance(v, str)),
    "list": ("a list of texts that are not blank", lambda v: _are(_is_text, v)),
    "range": ("two whole numbers, the smaller first", lambda v: _are(_is_whole, v) and len(v) == 2 and v[0] <= v[1]),
    "amount": ("'single' or a number above 0 to 1", lambda v: v == "single" or (_is_number(v) and 0 < v <= 1)),
    "seed": (
        "a whole number of at most 64 bits, a string or None",
        lambda v: v is None or isinstance(v, str) or (isinstance(v, int) and v.bit_length() <= 64),
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
    """One setting. `type` is one of: int, float, bool, str, path, function, choice, list (of texts), range (two whole
    numbers); an injection's own fields are also of type amount, seed and any. None stands for `default`, unless the
    option is `required`: then it is a value like any other.
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

    def check(self, value: Any, owner: str = "") -> Any:
        """`value`, if it is allowed here. Raises SSTIError with the value and what is allowed."""
        if value is None and not self.required:
            return self.default
        wanted, is_valid = _TYPES[self.type]
        is_other_word = self.choices and isinstance(value, str) and value not in self.choices
        if is_other_word or not is_valid(value) or not self._within(value):
            allowed = f"one of {listed(self.choices)}" if self.type == "choice" else f"{wanted}{self._bounds()}"
            raise SSTIError(
                f"{self.name}{f' of {owner}' if owner else ''} is {shown(value)}; it must be {allowed}"
                + (nearest(value, self.choices or ()) or "."),
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
    owner: str,
    options: Sequence[Option],
    values: Mapping[str, Any],
    is_text: bool = False,
    common: Sequence[Option] = (),
) -> dict[str, Any]:
    """Every option's value, checked, or its default; those that all kinds have in `common` too. An unknown name is
    refused.

    `is_text`: the values of `options` were read from a text, where a word may look like a number.
    """
    owned = [("", option) for option in common] + [(owner, option) for option in options]
    known = [option.name for _, option in owned]
    for name in values:
        if name not in known:
            allowed = f"its options are {listed(known)}" if known else "it has none"
            raise SSTIError(
                f"{owner} has no option {shown(name)}; {allowed}{nearest(name, known)}", "Correct or remove it."
            )
    checked = {}
    for whose, option in owned:
        value = values.get(option.name, option.default)
        checked[option.name] = option.check(from_text(option.type, value) if is_text and whose else value, whose)
    return checked
