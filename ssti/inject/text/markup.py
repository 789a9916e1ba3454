"""HTML tags: reading them from a list, finding elements by nesting depth. Knows nothing of injecting."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from ssti.inject.checks import check_items
from ssti.inject.text.patterns import any_of
from ssti.platform.errors import SSTIError, shown
from ssti.platform.language import tr

Tag = tuple[str, str | None]  # the opening tag, and the closing one of a pair

DEFAULT_TAGS = ("<b> </b>", "<i> </i>", "<p> </p>", "<div> </div>", "<span> </span>", "<h1> </h1>", "<br>")

# elements that never have a closing tag (HTML Living Standard, 13.1.2)
VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)

_pair = re.compile(r"(<[^<>]*>)\s*(</[^<>]*>)?")
# Possessive (*+): without it a long `<aaaa` that never ends is tried at each of its letters.
_markup = re.compile(r"<!--|<(/?)([A-Za-z][A-Za-z0-9-]*+)[^<>]*+>")
_name = re.compile(r"</?([A-Za-z][A-Za-z0-9-]*+)[^<>]*+>")


def check_tags(tags: Iterable[str]) -> list[Tag]:
    """Each line as (opening, closing or None): `"<p> </p>"`, `"<br>"`, `'<a href="#"> </a>'`."""
    return [_read_tag(line) for line in check_items(tags, "tags")]


def _read_tag(line: str) -> Tag:
    pair = _pair.fullmatch(line.strip())
    if pair:
        return pair[1], pair[2]
    parts = line.split()
    if len(parts) > 2:
        raise SSTIError(
            tr(
                "The tag {line} has {count} parts; it must be one tag, or an opening and a closing one.",
                line=shown(line),
                count=len(parts),
            ),
            tr("Write it as '<br>' or '<p> </p>'."),
        )
    return parts[0], parts[1] if len(parts) == 2 else None


def tag_pattern(tags: Sequence[Tag]) -> str:
    """A pattern for any tag of these elements, opening or closing, whatever its attributes."""
    names, others = set(), set()
    for tag in (tag for pair in tags for tag in pair if tag):
        match = _name.fullmatch(tag)
        if match:
            names.add(match[1].lower())
        else:
            others.add(tag)
    patterns = [any_of(others)] if others else []
    if names:
        patterns.append(rf"</?(?i:{'|'.join(sorted(names))})(?:[ \t\r\n/][^<>]*)?>")
    return f"(?:{'|'.join(patterns)})"


def element_at(text: str, level: int) -> tuple[int, int] | None:
    """The content (start, end) of the first element at nesting depth `level` (1 is outermost), or None.

    Void tags (`<br>`) and self-closing ones (`<x/>`) have no content and no depth. A closing tag closes every
    element that was opened since its own opening tag; one without an opening tag is passed over, and so is
    what stands in a comment. An element that is never closed does not count.
    """
    stack: list[tuple[str, int]] = []
    opened: Counter[str] = Counter()  # the names on the stack
    best: tuple[int, int] | None = None
    resume = 0
    for match in _markup.finditer(text):
        if match.start() < resume:
            continue
        if match[2] is None:
            resume = text.find("-->", match.end()) if resume >= 0 else -1
            continue
        name = match[2].lower()
        if not match[1]:
            if name not in VOID and not match[0].endswith("/>"):
                stack.append((name, match.end()))
                opened[name] += 1
        elif opened[name]:
            while True:
                open_name, start = stack.pop()
                opened[open_name] -= 1
                if len(stack) == level - 1:
                    best = (start, match.start())
                if open_name == name:
                    break
            if best:
                return best
    return None
