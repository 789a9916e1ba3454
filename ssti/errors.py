"""The one error that people meet, and the search for the nearest known word. Knows no room above it."""

from __future__ import annotations

from collections.abc import Iterable

SHOWN = 12  # a longer list of allowed words is cut here: nobody reads 249 countries in an error


class SSTIError(ValueError):
    """What went wrong, and what to do next.

    `message` says what was wrong, with the value, and what is allowed. `next` says what to do. `kind` is a
    short class of cause (`input`, `data`, `model`, `disk`, `memory`, ...) that a program can branch on.
    """

    def __init__(self, message: str, next: str = "", kind: str = "input") -> None:
        super().__init__(message)
        self.message = message
        self.next = next
        self.kind = kind

    def __str__(self) -> str:
        return f"{self.message} {self.next}".rstrip()

    def __reduce__(self):
        return type(self), (self.message, self.next, self.kind)

    def as_dict(self) -> dict[str, str]:
        """The object that the command line prints under `error`."""
        return {"kind": self.kind, "message": self.message, "next": self.next}


def nearest(word: object, allowed: Iterable[object]) -> str:
    """`"; did you mean 'x'?"` for the allowed word closest to `word`, or an empty string."""
    from difflib import get_close_matches

    names = {str(name).casefold(): str(name) for name in allowed}
    close = get_close_matches(str(word).casefold(), list(names), n=1, cutoff=0.6)
    return f"; did you mean {names[close[0]]!r}?" if close else ""


def listed(allowed: Iterable[object]) -> str:
    """The allowed words for a message: `'a', 'b', 'c'`, cut after a dozen."""
    words = [repr(word) for word in allowed]
    more = f" and {len(words) - SHOWN} more" if len(words) > SHOWN else ""
    return ", ".join(words[:SHOWN]) + more
