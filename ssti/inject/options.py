"""An option: one setting of an injection or of a kind, with its type, its bounds and its words for people.

The toolkit's constructors, the recipe's schema and the page's form take limits and descriptions from options. An option
checks a value and knows no more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ssti.platform.errors import SSTIError, listed, nearest, shown
from ssti.platform.language import tr


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
    "any": (tr("anything"), lambda v: True),
    "int": (tr("a whole number"), _is_whole),
    "float": (tr("a number"), _is_number),
    "bool": (tr("true or false"), lambda v: isinstance(v, bool)),
    "str": (tr("a text that is not blank"), _is_text),
    "path": (tr("the path of a file"), lambda v: isinstance(v, str) or hasattr(v, "__fspath__")),
    "function": (tr("a function without arguments"), callable),
    "choice": (tr("a choice"), lambda v: isinstance(v, str)),
    "list": (tr("a list of texts that are not blank"), lambda v: _are(_is_text, v)),
    "range": (
        tr("two whole numbers, the smaller first"),
        lambda v: _are(_is_whole, v) and len(v) == 2 and v[0] <= v[1],
    ),
    "amount": (tr("'single' or a number above 0 and up to 1"), lambda v: v == "single" or (_is_number(v) and 0 < v <= 1)),
    "seed": (
        tr("a whole number of at most 64 bits, a string or None"),
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
            if self.type == "choice":
                allowed = tr("one of {known}", known=listed(self.choices))
            else:
                allowed = self._bounded(wanted)
            said = {"name": self.name, "owner": owner, "value": shown(value), "allowed": allowed}
            said["nearest"] = nearest(value, self.choices or ()) or "."
            raise SSTIError(
                tr("{name} of {owner} is {value}; it must be {allowed}{nearest}", **said)
                if owner
                else tr("{name} is {value}; it must be {allowed}{nearest}", **said),
                tr("Change {name}.", name=self.name),
            )
        return value

    def _within(self, value: Any) -> bool:
        numbers = value if self.type == "range" else [value] if self.type in ("int", "float") else []
        low = self.minimum if self.minimum is not None else float("-inf")
        high = self.maximum if self.maximum is not None else float("inf")
        return all(low <= number <= high for number in numbers)

    def _bounded(self, wanted: str) -> str:
        said = {"wanted": wanted, "low": self.minimum, "high": self.maximum}
        if self.minimum is not None and self.maximum is not None:
            return tr("{wanted} from {low} to {high}", **said)
        if self.minimum is not None:
            return tr("{wanted} of at least {low}", **said)
        return tr("{wanted} of at most {high}", **said) if self.maximum is not None else wanted


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
            said = {"owner": owner, "name": shown(name), "known": listed(known), "nearest": nearest(name, known)}
            raise SSTIError(
                tr("{owner} has no option {name}; its options are {known}{nearest}", **said)
                if known
                else tr("{owner} has no option {name}; it has none", **said),
                tr("Correct or remove it."),
            )
    checked = {}
    for whose, option in owned:
        value = values.get(option.name, option.default)
        checked[option.name] = option.check(from_text(option.type, value) if is_text and whose else value, whose)
    return checked
