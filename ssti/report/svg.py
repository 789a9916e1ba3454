"""Heatmaps and the grid of heads as one SVG file, without script, font file or outside request.

Knows heatmaps and grids; knows no page. Widths are those of a monospaced font: nothing is measured.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from textwrap import wrap
from unicodedata import east_asian_width

import numpy as np

from ssti.explain.headgrid import HeadGrid
from ssti.explain.heatmap import Heatmap, legends, on_one_scale
from ssti.platform.errors import SSTIError
from ssti.platform.language import tr

WIDTH, MARGIN = 960, 24
SIZE, LINE, EM = 15, 30, 9.0  # of a letter: its size, the distance of lines, its width
HEAT, MARK, INK, QUIET, LINES = "#3b5bdb", "#c2410c", "#1c1b1a", "#6b6864", "#e7e4df"
NO_XML = re.compile("[\x00-\x1f\ufffe\uffff\ud800-\udfff]")  # characters that no XML may hold
SANS = "'Source Sans 3','Source Sans Pro',system-ui,sans-serif"
MONO = "'IBM Plex Mono',ui-monospace,monospace"


def to_svg(
    heatmaps: Sequence[Heatmap],
    title: str = "",
    grid: HeadGrid | None = None,
    lines: Sequence[str] = (),
) -> str:
    """A drawing, 960 units wide: the heatmaps on one scale with its legend, the heads of `grid` under them (without
    their means), then `lines` of text. SSTIError without a heatmap."""
    if not heatmaps:
        raise SSTIError(tr("There is no heatmap to draw."), tr("Pass at least one."))
    drawn: list[str] = []
    y = MARGIN
    if title:
        y += 24
        drawn.append(_text(MARGIN, y, title, 20, weight=700))
        y += 14
    heatmaps = on_one_scale(heatmaps)
    for heatmap in heatmaps:
        y = _heatmap(drawn, heatmap, y)
    for one in legends(heatmaps):
        y = _legend(drawn, one, y)
    if grid is not None:
        y = _grid(drawn, grid, y)
    for line in lines:
        for part in wrap(line, int((WIDTH - 2 * MARGIN) / 6.6), break_long_words=False):
            y += 20
            drawn.append(_text(MARGIN, y, part, 14, colour=QUIET))
    height = y + MARGIN
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" viewBox="0 0 {WIDTH} {height}">'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>' + "".join(drawn) + "</svg>\n"
    )


def _heatmap(drawn: list[str], heatmap: Heatmap, y: float) -> float:
    y += 26
    drawn.append(_text(MARGIN, y, heatmap.title, 14, QUIET, weight=700))
    x, y = MARGIN, y + LINE
    most = int((WIDTH - 2 * MARGIN) / EM)
    for string, index in heatmap.parts():
        if index is None:
            x += EM * min(_width(" ".join(string.split()) or " "), 3)
            continue
        unit = heatmap.units[index]
        label = string if _width(string) <= most else string[: most // 2 - 1] + "…"
        wide = EM * _width(label) + 4
        if x + wide > WIDTH - MARGIN:
            x, y = MARGIN, y + LINE
        drawn.append(_cell(x, y - 17, wide, 24, HEAT, 0.55 * unit.strength, MARK if unit.trigger else ""))
        drawn.append(_text(x + 2, y, label, SIZE, QUIET if unit.special else INK, MONO, wide - 4))
        x += wide
    y += 12
    if heatmap.note:
        y += 16
        drawn.append(_text(MARGIN, y, heatmap.note, 13, QUIET))
    return y


def _legend(drawn: list[str], heatmap: Heatmap, y: float) -> float:
    y += 26
    drawn.append(_text(MARGIN, y, heatmap.measure, 13, QUIET))
    x = MARGIN + 6.6 * _width(heatmap.measure) + 16
    for strength, value in heatmap.legend:
        wide = EM * _width(value) + 12
        drawn.append(_cell(x, y - 17, wide, 24, HEAT, 0.55 * strength, LINES))
        drawn.append(_text(x + 6, y, value, 13, INK, MONO, wide - 12))
        x += wide + 6
    return y + 8


def _grid(drawn: list[str], grid: HeadGrid, y: float) -> float:
    y += 34
    drawn.append(_text(MARGIN, y, grid.title, 14, QUIET, weight=700))
    y += 12
    layers, heads = grid.values[:, :-1].shape
    side = min(44.0, (WIDTH - 2 * MARGIN - 40) / heads)
    tall = min(30.0, side)
    for head in range(heads):
        drawn.append(_text(MARGIN + 40 + (head + 0.5) * side, y + 12, str(head), 12, QUIET, anchor="middle"))
    y += 18
    for layer in range(layers):
        drawn.append(_text(MARGIN, y + tall * 0.65, str(layer), 12, QUIET))
        for head in np.flatnonzero(~np.isnan(grid.values[layer, :-1])).tolist():
            strength, colour = float(grid.strength[layer, head]), HEAT if grid.against[layer, head] else MARK
            x = MARGIN + 40 + head * side
            drawn.append(_cell(x + 1, y + 1, side - 2, tall - 2, colour, strength, LINES))
            if side >= 30:
                value = f"{grid.values[layer, head]:.2g}".replace("-", "−")
                ink = "#ffffff" if strength > 0.6 else INK
                drawn.append(_text(x + side / 2, y + tall * 0.68, value, 11, ink, anchor="middle"))
        y += tall
    return y + 8


def _cell(x: float, y: float, width: float, height: float, colour: str, opacity: float, frame: str) -> str:
    """A ground with rounded corners; a frame in the colour of a trigger is thick."""
    line = f' stroke="{frame}"' + ' stroke-width="2"' * (frame == MARK) if frame else ""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="4" '
        f'fill="{colour}" fill-opacity="{opacity:.3f}"{line}/>'
    )


def _text(
    x: float,
    y: float,
    text: str,
    size: float,
    colour: str = INK,
    family: str = SANS,
    length: float | None = None,
    weight: int = 400,
    anchor: str = "start",
) -> str:
    """Text at a place; `length` stretches it to a width, so that any monospaced font fits its ground."""
    clean = NO_XML.sub("", text)
    fit = f' textLength="{length:.1f}" lengthAdjust="spacingAndGlyphs"' if length and clean else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-family="{family}" font-size="{size:g}" font-weight="{weight}" '
        f'fill="{colour}" text-anchor="{anchor}" xml:space="preserve"{fit}>{escape(clean)}</text>'
    )


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
