"""A lesson's text as HTML: paragraphs and lists, **bold**, `code`, [[terms]], {triggers|kind} and links into the page.

A link is `[words](tab=flip&adapter=…)`, with the parts of an address. Each piece is escaped. Knows no lesson.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from ssti.lessons import shown_text
from ssti.lessons.lesson import TRIGGER
from ssti.ui.kit import parts
from ssti.ui.kit.address import go
from ssti.ui.kit.parts import Markup
from ssti.ui.kit.words import term

INLINE = re.compile(
    r"\*\*(?P<bold>[^*]+)\*\*|`(?P<code>[^`]+)`|\[\[(?P<term>[^\]|]*\]?[^\]|]*)(?:\|(?P<shown>[^\]]+))?\]\]"
    rf"|(?P<trigger>{TRIGGER.pattern})|\[(?P<words>[^\]]+)\]\((?P<to>[^)]+)\)"
)


def rich(text: str) -> Markup:
    """The text, its numbers filled in. Raises SSTIError for a number or a term that is not there."""
    blocks = re.split(r"\n\s*\n", shown_text(text).strip())
    return parts.join(_block(block) for block in blocks if block.strip())


def inline(text: str) -> Markup:
    """One line of such text."""
    pieces, done = [], 0
    for match in INLINE.finditer(text):
        pieces += [text[done : match.start()], _piece(match)]
        done = match.end()
    return parts.join([*pieces, text[done:]])


def _block(block: str) -> Markup:
    lines = block.splitlines()
    if all(line.startswith("- ") or line.startswith("  ") for line in lines):
        items = re.split(r"\n?^- ", block, flags=re.MULTILINE)[1:]
        return parts.html(
            "<ul>{}</ul>", parts.join(parts.html("<li>{}</li>", inline(" ".join(one.split()))) for one in items)
        )
    return parts.html("<p>{}</p>", inline(" ".join(block.split())))


def _piece(match: re.Match[str]) -> Markup:
    if match["bold"]:
        return parts.html("<b>{}</b>", match["bold"])
    if match["code"]:
        return parts.html("<code>{}</code>", match["code"])
    if match["term"]:
        return term(match["term"], match["shown"] or "")
    if match["trigger"]:
        return parts.trigger(TRIGGER.fullmatch(match["trigger"])[1])
    return go(match["words"], **dict(parse_qsl(match["to"])))
