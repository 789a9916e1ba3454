"""Takes a trigger that already occurs out of the clean texts. Knows patterns and texts only."""

from __future__ import annotations

import re
from collections.abc import Callable

ROUNDS = 8  # each costs a look at the whole text


def stripper(pattern: str) -> Callable[[str], str]:
    """A function that removes every match of `pattern` from a text.

    A match between two words leaves one space, so that the words do not run together; a match that stands
    as a word of its own takes one space along. Where the pattern has a group, only the group is removed.
    What then matches anew (`good film` in `good good film film`) is removed as well, and after a few rounds in a way that
    brings no more of them: a text may be nothing but halves of a trigger, one inside the other.
    """
    finder = re.compile(pattern)
    group = min(finder.groups, 1)

    def strip(text: str) -> str:
        for turn in range(2 * ROUNDS):
            pieces: list[str] = []
            previous = 0
            for match in finder.finditer(text):
                start, end = max(match.start(group), previous), match.end(group)
                if start >= end:
                    continue
                piece = text[previous:start]
                before, after = (piece or (" " if not pieces else pieces[-1]))[-1:], text[end : end + 1]
                previous = end
                if turn >= ROUNDS:
                    piece += "\n"  # no trigger has a line break, so none comes together here
                elif piece[-1:] == " " and (after.isspace() or not after):
                    piece = piece[:-1]
                elif after == " " and (before.isspace() or not before):
                    previous = end + 1
                elif before.strip() and after.strip():
                    piece += " "
                pieces.append(piece)
            if not pieces:
                return text
            text = "".join(pieces) + text[previous:]
        return text

    return strip
