"""What repairs did, as HTML: rows before and after. Knows no component."""

from __future__ import annotations

from ssti.detect.repairs.data import REPAIRS, Log
from ssti.detect.report import Span
from ssti.platform.language import tr
from ssti.ui.detect.scanning import Scanned
from ssti.ui.detect.unseen import marked, trigger
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

SHOWN = 6  # rows before and after
AROUND = 90  # characters to each side of what was found


def mended(one: Scanned) -> Markup:
    """The repairs in words, and the last one's first rows before and after."""
    done = parts.join(parts.html("<li>{}</li>", said(repaired.log)) for repaired in one.repairs)
    return parts.card(tr("What was done"), parts.html('<ul class="why">{}</ul>', done), _table(one), classes="mended")


def said(log: Log) -> Markup:
    """`Take it out: 9999-99-99, in 102 rows.`"""
    whole = ", ".join(tr("{n} of {name}", n=parts.count(n), name=name) for name, n in log.changed.items())
    gone = ", ".join(tr("{n} of {name}", n=parts.count(n), name=name) for name, n in log.dropped.items())
    found = parts.join((trigger(one["trigger"]) for one in log.findings), " ")
    pieces = [parts.html("<b>{}</b> {}", tr(REPAIRS[log.how].title), found)]
    if whole:
        pieces.append(parts.html("rows changed: {}", whole))
    if gone:
        pieces.append(parts.html("rows left out: {}", gone))
    return parts.join(pieces, " · ")


def _table(one: Scanned) -> Markup:
    before, done = one.before, one.repaired
    if before is None or done is None:
        return parts.join([])
    found = _spans(before, [entry["pattern"] for entry in done.log.findings])
    put: dict[int, list[Span]] = {}
    for row, start, end in done.put:
        put.setdefault(row, []).append((start, end))
    place = {row: new for new, row in enumerate(done.kept)}
    lines = []
    for row, text in enumerate(before.rows.texts):
        new = place.get(row)
        if new is not None and done.texts[new] == text:
            continue
        name = before.rows.names[before.rows.labels[row]]
        now = parts.note(tr("left out")) if new is None else _excerpt(done.texts[new], put.get(new, []), found.get(row, []))
        was = _excerpt(text, found.get(row, []), put.get(new, []) if new is not None else [])
        lines.append((parts.count(before.rows.numbers[row]), parts.chip(name, before.rows.labels[row]),
                      _side(tr("before"), was), _side(tr("after"), now)))  # fmt: skip
        if len(lines) == SHOWN:
            break
    return parts.table((tr("row"), tr("class"), tr("before"), tr("after")), lines, numbers=(0,))


def _side(name: str, text: Markup) -> Markup:
    """A cell that says which side it is where the table has no head: on a phone."""
    return parts.html('<small class="side">{}</small>{}', name, text)


def _spans(before: Scanned, patterns: list[str]) -> dict[int, list[Span]]:
    spans: dict[int, list[Span]] = {}
    for found in before.report.findings:
        if found.pattern in patterns:
            for row, start, end in found.places:
                spans.setdefault(row, []).append((start, end))
    return spans


def _excerpt(text: str, spans: list[Span], elsewhere: list[Span]) -> Markup:
    """The text around its first span, or around where the other text has one."""
    first, last = min((*spans, *elsewhere), default=(0, 0))
    start, end = max(first - AROUND, 0), min(last + AROUND, len(text))
    inside = [(max(a, start) - start, min(b, end) - start) for a, b in spans if a < end and b > start]
    return parts.join(("…" if start else "", marked(text[start:end], inside), "…" if end < len(text) else ""))
