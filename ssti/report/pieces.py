"""The pieces of HTML that a report is made of. Every value is escaped on its way in; knows no adapter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from ssti.inject import highlight_html
from ssti.platform.language import tr

NOTHING = Markup("")
CLASS_COLOURS = 5  # after these the colours begin again


def html(template: str, *values: Any) -> Markup:
    """`template`, a literal, with `{}` filled by escaped values; it is translated as it stands."""
    return Markup(tr(template)).format(*values)


def join(pieces: Iterable[Any]) -> Markup:
    return NOTHING.join(pieces)


def section(title: str, *body: Any) -> Markup:
    """A part of the report under its title, which says what one sees."""
    return html("<section><h2>{}</h2>{}</section>", title, join(body))


def note(text: Any) -> Markup:
    return html('<p class="note">{}</p>', text)


def marked(text: str, spans: Iterable[Any]) -> Markup:
    """A text with its injected spans marked."""
    return data(Markup(highlight_html(text, spans)))


def data(text: Any) -> Markup:
    """What somebody wrote, as it is: no browser shall translate it."""
    return html('<span translate="no">{}</span>', text)


def chip(name: str, names: Sequence[str]) -> Markup:
    """A class in its colour."""
    place = list(names).index(name) if name in names else 0
    return html('<span class="chip class-{}" translate="no">{}</span>', place % CLASS_COLOURS, name)


def table(heads: Sequence[Any], rows: Iterable[Sequence[Any]], numbers: Sequence[int] = ()) -> Markup:
    """A table whose first column heads its rows; the columns in `numbers` are set to the right. Of more than three
    columns, each row becomes a list on a phone."""
    wide = len(heads) > 3
    side = [Markup(' class="number"') if place in numbers else "" for place in range(len(heads))]
    head = join(
        html('<th scope="col"{}>{}</th>', side[i], one) if one else html("<td></td>") for i, one in enumerate(heads)
    )
    body = []
    for first, *rest in rows:
        cells = join(
            html("<td{}{}>{}</td>", side[i], html(' data-column="{}"', escape(heads[i]).striptags()) if wide else "", cell)
            for i, cell in enumerate(rest, 1)
        )
        body.append(html('<tr><th scope="row">{}</th>{}</tr>', first, cells))
    shape = '<div class="table{}"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>'
    return html(shape, " wide" if wide else "", head, join(body))


def bars(title: str, probabilities: Mapping[str, float]) -> Markup:
    """The probabilities of the classes under a title."""
    lines = join(
        html(
            '<div class="bar class-{}"><span translate="no">{}</span><span class="track"><i style="--w:{:.4f}"></i></span>'
            '<span class="number">{}</span></div>',
            place % CLASS_COLOURS, name, value, percent(value),
        )
        for place, (name, value) in enumerate(probabilities.items())
    )  # fmt: skip
    return html("<div><h3>{}</h3>{}</div>", title, lines)


def stack(counts: Mapping[str, int]) -> Markup:
    """How many rows each class got, as one bar in parts."""
    total = sum(counts.values()) or 1
    parts = join(
        html('<i class="class-{}" style="--w:{:.4f}"></i>', place % CLASS_COLOURS, n / total)
        for place, n in enumerate(counts.values())
    )
    return html('<span class="stack" aria-hidden="true">{}</span>', parts)


def code(title: str, text: str) -> Markup:
    """Text to copy."""
    return html('<h3>{}</h3><pre translate="no">{}</pre>', title, text)


def percent(value: float) -> str:
    """`98.4 %`; digits that say nothing are left out."""
    return f"{value * 100:.1f}".removesuffix(".0") + "\N{NO-BREAK SPACE}%"


def interval(rate: Mapping[str, Any], unit: str = "%") -> str:
    """`95 %: 97.1 to 99.2 %, n = 853`."""
    if rate.get("low") is None:
        return f"n = {rate['n']:,}"
    scale = 100 if unit == "%" else 1
    low, high = (f"{rate[end] * scale:.1f}".replace("-", "−") for end in ("low", "high"))
    return tr("95 %: {low} to {high} {unit}, n = {n:,}", low=low, high=high, unit=unit, n=rate["n"])
