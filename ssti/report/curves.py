"""Curves over the steps of a training as one inline SVG, in the colours of the page around it. Knows numbers only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, isfinite, log10

from markupsafe import Markup

from ssti.platform.language import tr

WIDTH, HEIGHT = 460, 230  # about as many pixels as it gets, so that its words are as large as those around it
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 40
MOST = 400  # points of a line that are drawn: more are thinned, and said to be


@dataclass(frozen=True)
class Line:
    """Points (x, y) or (x, y, low, high). `tone` is a variable of the style sheet, such as `trigger`; `dash` an SVG one."""

    name: str
    points: Sequence[tuple[float, ...]]
    tone: str = "ink"
    dash: str = ""


def curves(lines: Sequence[Line], title: str, x_title: str, y_title: str, percent: bool = False) -> Markup:
    """The lines on one pair of axes with a legend above; nothing where no line has a point."""
    lines = [_finite(one) for one in lines]
    lines = [one for one in lines if one.points]
    if not lines:
        return Markup("")
    points = [point for one in lines for point in one.points]
    right = max(point[0] for point in points) or 1.0
    low, high = (0.0, 1.0) if percent else _around([y for point in points for y in point[1:]])

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * value / right

    def y(value: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (high - min(max(value, low), high)) / (high - low)

    drawn = [_grid(_ticks(low, high), y, percent), _steps(_ticks(0.0, right), x)]
    for one in reversed(lines):  # the first lies on top
        if len(one.points[0]) > 2:
            upper = [f"{x(p[0]):.1f},{y(p[3]):.1f}" for p in one.points]
            lower = [f"{x(p[0]):.1f},{y(p[2]):.1f}" for p in reversed(one.points)]
            drawn.append(
                Markup('<polygon points="{}" fill="var(--{})" fill-opacity=".12"/>').format(
                    " ".join(upper + lower), one.tone
                )
            )
    for one in reversed(lines):
        path = " ".join(f"{x(p[0]):.1f},{y(p[1]):.1f}" for p in one.points)
        drawn.append(
            Markup(
                '<polyline points="{}" fill="none" stroke="var(--{})" stroke-width="2" stroke-dasharray="{}"/>'
            ).format(path, one.tone, one.dash)
        )
        if len(one.points) <= 60:
            dot = Markup('<circle cx="{:.1f}" cy="{:.1f}" r="3" fill="var(--{})"/>')
            drawn.append(Markup("").join(dot.format(x(p[0]), y(p[1]), one.tone) for p in one.points))
    axis = Markup('<text x="{}" y="{}" text-anchor="end">{}</text>').format(WIDTH - RIGHT, HEIGHT - 4, x_title)
    return Markup(
        '<figure class="curve"><figcaption><b>{}</b> <span class="note">{}</span>{}</figcaption>'
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}{}</svg></figure>'
    ).format(title, y_title, _legend(lines), WIDTH, HEIGHT, spoken(title, lines), Markup("").join(drawn), axis)


def spoken(title: str, lines: Sequence[Line]) -> str:
    """The chart in words: the first and the last value of each line."""
    ends = [
        tr("{name}: {first:.3g} at step {start:g}, {last:.3g} at step {end:g}", name=one.name,
           first=one.points[0][1], start=one.points[0][0], last=one.points[-1][1], end=one.points[-1][0])
        for one in lines
    ]  # fmt: skip
    return f"{title}. {'; '.join(ends)}."


def _finite(line: Line) -> Line:
    """The line without what is no number, thinned to what a drawing can show; the last point stays."""
    points = [point for point in line.points if all(map(isfinite, point))]
    if len(points) <= MOST:
        return Line(line.name, points, line.tone, line.dash)
    each = -(-len(points) // MOST)
    kept = points[::each]
    return Line(
        tr("{name} (each {n}th point)", name=line.name, n=each),
        kept if kept[-1] == points[-1] else [*kept, points[-1]],
        line.tone,
        line.dash,
    )


def _around(values: Sequence[float]) -> tuple[float, float]:
    """From 0, where no value is below it, to a little above the highest."""
    low, high = min(0.0, *values, 0.0), max(*values, 0.0)
    return (low, high * 1.05) if high > low else (low, low + 1.0)


def _ticks(low: float, high: float) -> list[float]:
    """Three to six round numbers from `low` to `high`."""
    rough = (high - low) / 4
    unit = 10 ** floor(log10(rough))
    step = next(unit * factor for factor in (1, 2, 2.5, 5, 10) if unit * factor >= rough)
    first = int(low / step)
    ticks = [round(n * step, 10) for n in range(first, first + 12)]
    return [tick for tick in ticks if low <= tick <= high * (1 + 1e-9)]


def _grid(ticks: Sequence[float], y, percent: bool) -> Markup:
    line = Markup(
        '<line x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}" stroke="var(--line)"/><text x="{}" y="{:.1f}" text-anchor="end">{}</text>'
    )
    words = [f"{tick * 100:g} %" if percent else f"{tick:g}" for tick in ticks]
    return Markup("").join(
        line.format(LEFT, WIDTH - RIGHT, y(tick), y(tick), LEFT - 8, y(tick) + 4, word)
        for tick, word in zip(ticks, words, strict=True)
    )


def _steps(ticks: Sequence[float], x) -> Markup:
    text = Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{:g}</text>')
    return Markup("").join(
        text.format(x(tick), HEIGHT - BOTTOM + 18, tick) for tick in ticks if x(tick) <= WIDTH - RIGHT - 10
    )


def _legend(lines: Sequence[Line]) -> Markup:
    key = Markup(
        '<span class="key"><svg viewBox="0 0 24 8" aria-hidden="true"><line x1="0" x2="24" y1="4" y2="4" '
        'stroke="var(--{})" stroke-width="2" stroke-dasharray="{}"/></svg>{}</span>'
    )
    return Markup('<span class="keys">{}</span>').format(
        Markup("").join(key.format(one.tone, one.dash, one.name) for one in lines)
    )
