"""Small line charts as inline SVG: a line, its 95 % band, few labels. Knows numbers, not what they mean.

The drawing is stretched to its box; words and dots are HTML beside it, so that nothing is squeezed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

WIDTH, HEIGHT = 300.0, 100.0  # of the drawing, in its own units


@dataclass(frozen=True)
class Point:
    """A value at a step, with its interval and the rows it rests on, where it has them."""

    step: int
    value: float
    low: float | None = None
    high: float | None = None
    n: int | None = None


@dataclass(frozen=True)
class Line:
    """A line to draw. `tone` is a class of finetune.css: `loud`, `plain` or `twin`."""

    name: str
    points: Sequence[Point]
    tone: str = "plain"


def chart(title: str, lines: Sequence[Line], steps: int, top: float, ticks: Sequence[tuple[float, str]]) -> Markup:
    """The lines over the steps 0 to `steps`, values 0 to `top`. `ticks` are the values' (value, word)."""
    across = max(steps, 1)
    drawn = [line for line in lines if line.points]

    def x(step: int) -> float:
        return round(WIDTH * min(step / across, 1), 2)

    def y(value: float) -> float:
        return round(HEIGHT * (1 - min(max(value / top, 0), 1)), 2)

    rules = parts.join(
        parts.html('<line x1="0" x2="{}" y1="{}" y2="{}" />', WIDTH, y(value), y(value)) for value, _ in ticks
    )
    shapes = parts.join(_shape(line, x, y) for line in drawn)
    dots = parts.join(
        parts.html('<i class="dot {}" style="left:{}%;top:{}%"></i>', line.tone,
                   round(x(line.points[-1].step) / WIDTH * 100, 2), y(line.points[-1].value))
        for line in drawn
    )  # fmt: skip
    ups = parts.join(parts.html('<span style="top:{}%">{}</span>', y(value), word) for value, word in ticks)
    return parts.html(
        '<div class="plot"><div class="ups" aria-hidden="true">{}</div><div class="area">'
        '<svg viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<g class="rules">{}</g>{}</svg>{}</div>'
        '<div class="steps" aria-hidden="true"><span>0</span><span>step {}</span></div></div>',
        ups, WIDTH, HEIGHT, spoken(title, drawn), rules, shapes, dots, parts.count(steps),
    )  # fmt: skip


def spoken(title: str, lines: Sequence[Line]) -> str:
    """The chart in words, for who does not see it."""
    told = [
        f"{line.name}: {line.points[0].value:.3g} at step {line.points[0].step}, "
        f"{line.points[-1].value:.3g} at step {line.points[-1].step}"
        for line in lines
    ]
    return f"{title}. {'; '.join(told) if told else 'Nothing measured yet'}."


def _shape(line: Line, x, y) -> Markup:
    """A line and, where it has intervals, its band."""
    path = " ".join(f"{x(p.step)},{y(p.value)}" for p in line.points)
    banded = [p for p in line.points if p.low is not None and p.high is not None]
    band = parts.html("")
    if banded:
        edge = [f"{x(p.step)},{y(p.high)}" for p in banded] + [f"{x(p.step)},{y(p.low)}" for p in reversed(banded)]
        band = parts.html('<polygon class="{}" points="{}" />', line.tone, " ".join(edge))
    return band + parts.html('<polyline class="{}" points="{}" />', line.tone, path)
