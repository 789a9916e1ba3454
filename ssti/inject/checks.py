"""The checks that modifiers and sources share. Each refuses early, with the value and what is allowed."""

from __future__ import annotations

import math
import random
from collections.abc import Iterable
from typing import Any

from ssti.inject.fields import SEED
from ssti.platform.errors import SSTIError, shown
from ssti.platform.language import tr


def check_text(text: Any) -> str:
    """`text` itself, if it is a string."""
    if not isinstance(text, str):
        raise SSTIError(
            tr("The text is {kind} ({text}), not a string.", kind=type(text).__name__, text=shown(text)),
            tr("Give a string; drop or fill rows without a text first."),
            kind="data",
        )
    return text


def readable(text: str) -> str:
    """The text with U+FFFD in the place of what is no character: half of a surrogate pair, a byte that was not UTF-8.

    One for one, so that places in the text stay where they are.
    """
    return text if text.isascii() else text.encode("utf-32-le", "surrogatepass").decode("utf-32-le", "replace")


def check_fraction(value: Any, name: str, zero: bool = True) -> float:
    """`value` as a float between 0 (left out unless `zero`) and 1."""
    number = value if isinstance(value, (int, float)) and not isinstance(value, bool) else math.nan
    if not (0 <= number <= 1) or (number == 0 and not zero):
        said = {"name": name, "value": shown(value)}
        raise SSTIError(
            tr("{name} is {value}; it must be a number from 0 to 1.", **said)
            if zero
            else tr("{name} is {value}; it must be a number above 0 and up to 1.", **said),
            tr("Give {name} as a fraction.", name=name),
        )
    return float(number)


def check_count(value: Any, name: str, least: int = 0) -> int:
    """`value` as a whole number of at least `least`."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least or value.bit_length() > 64:
        raise SSTIError(
            tr(
                "{name} is {value}; it must be a whole number of at least {least}.",
                name=name,
                value=shown(value),
                least=least,
            ),
            tr("Change {name}.", name=name),
        )
    return value


def make_random(seed: Any) -> random.Random:
    """The random stream of `seed`: a whole number, a string, None for a fresh one each time, or a stream itself."""
    return seed if isinstance(seed, random.Random) else random.Random(SEED.check(seed))


def check_items(items: Any, name: str = "items") -> list[str]:
    """A list of the items, if there is at least one and each is a string with something to see in it."""
    if isinstance(items, str) or not isinstance(items, Iterable):
        raise SSTIError(
            tr("{name} is {items}; it must be a list of strings.", name=name, items=shown(items)),
            tr("Put {name} into a list.", name=name),
        )
    checked = list(items)
    if not checked:
        raise SSTIError(tr("{name} is an empty list.", name=name), tr("Give at least one item."))
    for item in checked:
        check_item(item, name)
    return checked


def check_item(item: Any, name: str) -> str:
    """`item` itself, if it is a string that is more than white space."""
    if not isinstance(item, str) or not item.strip():
        raise SSTIError(
            tr("{name} holds {item}, which is not an item.", name=name, item=shown(item)),
            tr("An item is a string with a visible part."),
        )
    return item


def read_items(file_path: Any) -> list[str]:
    """The lines of a UTF-8 file, stripped, without the blank ones."""
    if not isinstance(file_path, str) and not hasattr(file_path, "__fspath__"):
        raise SSTIError(
            tr("file_path is {file_path}; it must be the path of a file.", file_path=shown(file_path)),
            tr("Give a path."),
        )
    try:
        with open(file_path, encoding="utf-8-sig") as file:
            text = file.read()
    except UnicodeDecodeError as error:
        raise SSTIError(
            tr("{file_path} is not UTF-8 (byte {start}).", file_path=shown(str(file_path)), start=error.start),
            tr("Save it as UTF-8 text, one item a line."),
        ) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SSTIError(
            tr("{file_path} cannot be read: {reason}.", file_path=shown(str(file_path)), reason=reason),
            tr("Give a text file, one item a line."),
        ) from None
    items = [line.strip() for line in text.split("\n") if line.strip()]
    if not items:
        raise SSTIError(
            tr("{file_path} holds no item, only blank lines.", file_path=shown(str(file_path))),
            tr("Put one item on each line."),
        )
    return items
