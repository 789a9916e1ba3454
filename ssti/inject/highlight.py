"""Shows a text with its injected spans marked, as HTML or in a terminal. Only spans count; nothing is
searched.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ssti.inject.checks import check_text
from ssti.inject.injection import as_pairs


def highlight_html(text: str, spans: Iterable[Any]) -> str:
    """The escaped text with each span in `<mark class="trigger">`. Spans are pairs or {"start", "end"}
    objects.
    """
    from html import escape

    pieces, previous = [], 0
    for start, end in as_pairs(spans, len(check_text(text))):
        pieces.append(escape(text[previous:start]))
        pieces.append(f'<mark class="trigger">{escape(text[start:end])}</mark>')
        previous = end
    return "".join(pieces) + escape(text[previous:])


def highlight_terminal(text: str, spans: Iterable[Any], style: str = "bold black on yellow") -> Any:
    """The text as a `rich.text.Text` with each span in `style`; print it with rich."""
    from rich.text import Text

    shown = Text(check_text(text))
    for start, end in as_pairs(spans, len(text)):
        shown.stylize(style, start, end)
    return shown
