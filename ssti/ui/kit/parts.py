"""The pieces of HTML that tabs are made of. Knows how to escape and how things look, not what they mean.

Gradio's own templates are not used for text: `gr.HTML` fills `{{…}}` first and then evaluates the result as a
JavaScript template, so that a text with `${…}` or `\\x3c` in it runs. Here HTML is made in Python, each value is
escaped by markupsafe on its way in, and `Html` refuses any string that was not made so.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

import gradio as gr
from markupsafe import Markup, escape

from ssti.inject import highlight_html
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.platform.server import shared_server

SECRET = re.compile(
    r"(?<![\w/.:<])(?:~|[A-Za-z]:)?[/\\]{1,2}\w[^\s'\"“”<>|():,;]*|\bhf_\w{8,}"
)  # a path from the root, a token of the Hub
FOR_OWNER = re.compile(r"\b(?:HF|SSTI|TRANSFORMERS|CUDA|GRADIO)_[A-Z_]+\b|`hf |\bpip install\b|\blog\.txt\b")
SENTENCE = re.compile(r"(?<=[.!?])\s+")
ASK = tr("Only whoever runs this server can change that.")
CLASS_COLOURS = 5  # after these the colours begin again

QUIET: dict[str, Any] = {
    "queue": False,
    "show_progress": "hidden",
    "api_visibility": "private",
    "trigger_mode": "always_last",
}
"""Settings of an event that answers at once and should not flicker."""
EACH: dict[str, Any] = {**QUIET, "trigger_mode": "multiple"}
"""The same for an event that brings something along, such as what was clicked. Each is answered, one after the other
(assets/order.js): of those that came while one was on its way, Gradio would ask for the *first* again."""
AT_LOAD: dict[str, Any] = {**QUIET, "trigger_mode": "once"}
"""The same for what happens once, when the page loads."""


def Html(value: Markup | None = None, **settings: Any) -> gr.HTML:
    """A `gr.HTML` that shows only what `html` made (or nothing): a plain string is refused with TypeError.

    Not a subclass: Gradio writes a file of types beside each module that has one.
    """
    component = gr.HTML(None, **{"js_on_load": None, "apply_default_css": False, **settings})
    component.postprocess = only_made_here  # type: ignore[method-assign]
    component.value = only_made_here(value)
    return component


def only_made_here(value: Markup | None) -> str:
    """The value, if `html` made it, so that nothing unescaped gets past by mistake."""
    if value is None:
        return ""
    if not isinstance(value, Markup):
        raise TypeError(f"Html got {type(value).__name__} ({value!r:.60}); make it with ssti.ui.kit.parts.html")
    return str(value)


def html(template: str, *values: Any, **named: Any) -> Markup:
    """`template` with `{}` filled by `values`, each escaped unless `html` made it. The template is a literal, and is
    translated as it stands."""
    return Markup(tr(template)).format(*values, **named)


def join(pieces: Iterable[Any], between: str = "") -> Markup:
    """The pieces, each escaped unless `html` made it, one after another."""
    return escape(between).join(pieces)


def marked(text: str, spans: Iterable[Any]) -> Markup:
    """A text with its injected spans marked as triggers. Spans are (start, end) in characters."""
    return html('<span translate="no">{}</span>', Markup(highlight_html(text, spans)))


def trigger(text: str) -> Markup:
    """One trigger by itself."""
    return html('<mark class="trigger" translate="no">{}</mark>', text)


def chip(name: str, index: int) -> Markup:
    """A class by its name, in the colour of its index: the same one on every tab."""
    return html('<span class="chip class-{}" translate="no">{}</span>', index % CLASS_COLOURS, name)


def card(title: Any, *body: Any, classes: str = "") -> Markup:
    """A card with a title that says what one sees."""
    return html('<section class="card {}"><h2>{}</h2>{}</section>', classes, title, join(body))


def figure(label: str, number: Any, *notes: Any, loud: bool = False) -> Markup:
    """A card of one big number: what it is, the number, and lines that say of what. `loud` is for what a trigger did."""
    lines = join(html("<p>{}</p>", note) for note in notes)
    return html(
        '<section class="card figure{}"><h2>{}</h2><strong>{}</strong>{}</section>',
        " loud" if loud else "",
        label,
        number,
        lines,
    )


def figures(*cards: Markup) -> Markup:
    """Big numbers side by side; two in a row on a phone."""
    return html('<div class="figures">{}</div>', join(cards))


def table(heads: Sequence[Any], rows: Iterable[Sequence[Any]], numbers: Sequence[int] = ()) -> Markup:
    """A table; the columns in `numbers` are figures, set to the right.

    Of more columns than a phone is wide for (over five), each row becomes a list there: a cell knows its head.
    """
    wide = len(heads) > 5

    def cells(row: Sequence[Any], tag: str) -> Markup:
        return join(
            html(
                "<{tag}{scope}{side}{head}>{cell}</{tag}>",
                tag=Markup(tag),
                scope=Markup(' scope="col"' if tag == "th" else ""),
                cell=cell,
                side=Markup(' class="number"') if place in numbers else "",
                head=html(' data-column="{}"', heads[place]) if wide and tag == "td" else "",
            )
            for place, cell in enumerate(row)
        )

    body = join(html("<tr>{}</tr>", cells(row, "td")) for row in rows)
    return html(
        '<div class="table{}"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
        " wide" if wide else "",
        cells(heads, "th"),
        body,
    )


def folded(summary: str, *body: Any) -> Markup:
    """What is there for who asks for it; it scrolls where it is long."""
    return html(
        '<details class="folded"><summary>{}</summary><div role="group" aria-label="{}" tabindex="0">{}</div></details>',
        summary, summary, join(body),
    )  # fmt: skip


def code(title: str, text: str) -> Markup:
    """Text to copy, with its button (assets/page.js does the copying)."""
    return html(
        '<figure class="code"><figcaption>{}<button type="button" data-copy>Copy</button></figcaption>'
        '<pre tabindex="0" translate="no"><code>{}</code></pre></figure>',
        title,
        text,
    )


def problem(error: Exception | str, next: str = "") -> Markup:
    """What went wrong and what to do, for an SSTIError or words of one's own."""
    message = error.message if isinstance(error, SSTIError) else str(error)
    after = public(error.next if isinstance(error, SSTIError) else next)
    hint = html("<p>{}</p>", after[:1].upper() + after[1:]) if after else ""
    return html('<section class="card problem" role="alert"><h2>{}</h2>{}</section>', public(message[:600]), hint)


def public(words: str) -> str:
    """The words of a message as everybody may read them: on a server for strangers without paths and tokens, and without
    advice that only who runs it can follow."""
    if not shared_server():
        return words
    sentences = (ASK if FOR_OWNER.search(one) else one for one in SENTENCE.split(words))
    return SECRET.sub("…", " ".join(dict.fromkeys(sentences)))


def note(text: Any) -> Markup:
    """A quiet line."""
    return html('<p class="quiet">{}</p>', text)


def busy(text: Any) -> Markup:
    """A quiet line while something is being worked on, which a screen reader says."""
    return html('<p class="quiet busy" role="status">{}</p>', text)


def empty(title: str, text: Any) -> Markup:
    """What stands where there is nothing yet, and what to do to change that."""
    return html('<section class="card empty"><h2>{}</h2><p>{}</p></section>', title, text)


def pill(label: str, text: Any, going: bool = False) -> Markup:
    """A pill of the header. `going` adds the moving dot of something at work."""
    dot = Markup('<i class="going"></i>') if going else ""
    return html('<span class="pill">{}<span>{}</span> <b>{}</b></span>', dot, label, text)


def joined(words: Iterable[str]) -> str:
    """`a date and a country`."""
    return tr(" and ").join(words)


def data_script(name: str, value: Any) -> str:
    """Data for the page's scripts, to stand in its head: JSON that no text in it can end."""
    return f'<script type="application/json" id="{name}">{json.dumps(value).replace("<", chr(92) + "u003c")}</script>'


def count(number: int) -> str:
    """`25,000`."""
    return f"{number:,}"


def percent(value: float, digits: int = 1) -> str:
    """A fraction as `98.4 %`; digits that say nothing are left out (`50 %`)."""
    text = f"{value * 100:.{digits}f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def duration(seconds: float) -> str:
    """`9 s`, `2 min 5 s`, `1 h 4 min`."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
