"""The one error that people meet, and the search for the nearest known word. Knows no room above it."""

from __future__ import annotations

import reprlib
from collections.abc import Iterable

from ssti.platform.language import tr

SHOWN = 12  # a longer list of allowed words is cut here: nobody reads 249 countries in an error
WIDTH = 80  # characters of a value in a message; whatever the value, a message stays readable
LONGEST_GUESS = 100  # a longer word is not a misspelt name, and comparing it would take long


class SSTIError(ValueError):
    """What went wrong, and what to do next.

    `message` says what was wrong, with the value, and what is allowed. `next` says what to do. `kind` is a
    short class of cause (`input`, `data`, `model`, `disk`, `memory`, ...) that a program can branch on.
    """

    kind = "input"

    def __init__(self, message: str, next: str = "", kind: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.next = next
        self.kind = kind or type(self).kind

    def __str__(self) -> str:
        return f"{self.message} {self.next}".rstrip()

    def __reduce__(self):
        return type(self), (self.message, self.next, self.kind)

    def as_dict(self) -> dict[str, str]:
        """The object that the command line prints under `error`."""
        return {"kind": self.kind, "message": self.message, "next": self.next}


class DataError(SSTIError):
    """Data that is not there, cannot be read, or is not what it should be."""

    kind = "data"


class ModelError(SSTIError):
    """A base model that is not there, cannot be loaded, or is not what it should be."""

    kind = "model"


class AdapterError(SSTIError):
    """An adapter that is not there, is damaged, or does not fit its model."""

    kind = "adapter"


class _Shown(reprlib.Repr):
    """`repr` of any value, in bounded time and length."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel, self.maxstring, self.maxother, self.maxlong = 3, WIDTH, WIDTH, 40

    def repr_int(self, x: int, level: int) -> str:
        # Beyond 4,300 digits Python refuses to write a number out at all.
        return repr(x) if x.bit_length() < 128 else tr("a whole number of {count:,} bits", count=x.bit_length())


_shown = _Shown()


def shown(value: object, width: int = WIDTH) -> str:
    """`repr(value)` for a message, cut to about `width` characters; never fails, never takes long."""
    try:
        text = _shown.repr(value)
    except Exception:  # an object's own __repr__ may raise anything
        text = f"<{type(value).__name__}>"
    return text if len(text) <= width else f"{text[: width * 2 // 3]}…{text[-(width // 3) :]}"


def nearest(word: object, allowed: Iterable[object]) -> str:
    """`"; did you mean 'x'?"` for the allowed word closest to `word`, or an empty string."""
    from difflib import get_close_matches

    if not isinstance(word, str | int | float) or (isinstance(word, int) and word.bit_length() > 128):
        return ""
    names = {name.casefold(): name for name in map(str, allowed) if len(name) <= LONGEST_GUESS}
    close = get_close_matches(str(word)[: LONGEST_GUESS + 1].casefold(), list(names), n=1, cutoff=0.6)
    return tr("; did you mean {name!r}?", name=names[close[0]]) if close else ""


def listed(allowed: Iterable[object]) -> str:
    """The allowed words for a message: `'a', 'b', 'c'`, cut after a dozen."""
    words = list(allowed)
    some = ", ".join(shown(word) for word in words[:SHOWN])
    return tr("{some} and {count} more", some=some, count=len(words) - SHOWN) if len(words) > SHOWN else some
