"""Shares with their 95 % intervals as bars, one under the other. Knows no scan and no component."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ssti.platform.language import tr
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

Rate = Mapping[str, Any]


@dataclass(frozen=True)
class Bar:
    """One share and what it is of. `kind` gives its colour: `loud`, `calm`, `plain`."""

    words: Any
    rate: Rate
    kind: str = "plain"


def bars(every: Sequence[Bar]) -> Markup:
    """All of them on one scale, 0 to 100 %. The interval is a line across the bar's end; the numbers stand beside it."""
    return parts.html('<dl class="rates">{}</dl>', parts.join(map(_line, every)))


def _line(bar: Bar) -> Markup:
    value, low, high = (bar.rate.get(name) for name in ("value", "low", "high"))
    if value is None:
        return parts.html('<div class="rate"><dt>{}</dt><dd class="quiet">{}</dd></div>', bar.words, tr("nothing to count"))
    return parts.html(
        '<div class="rate is-{}"><dt>{}</dt><dd><span class="track" aria-hidden="true"><i style="width:{}%"></i>'
        '<b style="left:{}%;width:{}%"></b></span><span class="said"><strong>{}</strong> <small>{}</small></span></dd></div>',
        bar.kind, bar.words, _of_100(value), _of_100(low or 0.0), _of_100((high or 0.0) - (low or 0.0)), parts.percent(value, 0), interval(bar.rate),
    )  # fmt: skip


def interval(rate: Rate) -> str:
    """`92 to 99 %, n = 128`."""
    return tr("{low} to {high} %, n = {n}", low=round(100 * (rate["low"] or 0)), high=round(100 * (rate["high"] or 0)), n=parts.count(rate["n"] or 0))


def _of_100(part: float) -> float:
    return round(100 * min(max(float(part), 0.0), 1.0), 1)
