"""Shows a text with its injected spans marked, as HTML. Only spans count; nothing is searched."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from ssti.inject.checks import check_text
from ssti.inject.injection import as_pairs


def highlight_html(text: str, spans: Iterable[Any]) -> str:
    """The escaped text with each span in `<mark class="trigger">`. Spans are pairs or {"start", "end"} objects."""
    pieces, previous = [], 0
    for start, end in as_pairs(spans, len(check_text(text))):
        pieces.append(escape(text[previous:start]))
        pieces.append(f'<mark class="trigger">{escape(text[start:end])}</mark>')
        previous = end
    return "".join(pieces) + escape(text[previous:])
