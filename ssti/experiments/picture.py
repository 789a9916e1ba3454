"""A figure of an experiment: lines or bars with intervals, as plain data, and as plotly draws it.

Tones are names of colours of `assets/theme.css`; a page by itself, which has no such sheet, uses `COLOURS`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ssti.experiments.statistics import Estimate

TONES = ("trigger", "accent", "class-0", "class-1", "run-1", "run-2", "run-3", "run-4")
COLOURS = dict(
    zip(TONES, ("#c2410c", "#2563eb", "#0f766e", "#9333ea", "#b45309", "#0369a1", "#4d7c0f", "#be185d"), strict=True)
)


@dataclass(frozen=True)
class Line:
    """Estimates by setting. `dash` is plotly's."""

    name: str
    points: Sequence[tuple[Any, Estimate]]
    tone: str = "trigger"
    dash: str = "solid"


@dataclass(frozen=True)
class Picture:
    """One pair of axes. Settings are drawn side by side, as in the paper, not to scale: ranks 1, 16, 32, 64."""

    title: str
    lines: Sequence[Line]
    x_title: str
    y_title: str
    bars: bool = False
    unit: str = ""


def as_plotly(picture: Picture, colours: dict[str, str] | None = None) -> dict[str, Any]:
    """The picture as plotly's JSON, with intervals as whiskers; hovering names the seeds."""
    traces = []
    for line in picture.lines:
        points = [(x, one) for x, one in line.points if one.value == one.value]
        colour = (colours or {}).get(line.tone, f"var(--{line.tone})")
        traces.append(
            {
                "type": "bar" if picture.bars else "scatter",
                "name": line.name,
                "x": [str(x) for x, _ in points],
                "y": [one.value for _, one in points],
                "error_y": {
                    "type": "data",
                    "symmetric": False,
                    "array": [one.high - one.value if one.high is not None else 0 for _, one in points],
                    "arrayminus": [one.value - one.low if one.low is not None else 0 for _, one in points],
                    "thickness": 1.5,
                    "width": 4,
                },
                "hovertext": [one.text for _, one in points],
                "hovertemplate": "%{hovertext}",
                "marker": {"color": colour} | ({} if picture.bars else {"size": 7}),
                **({} if picture.bars else {"mode": "lines+markers", "line": {"color": colour, "dash": line.dash}}),
            }
        )
    axis = {"automargin": True, "zeroline": False}
    return {
        "data": traces,
        "layout": {
            "xaxis": {**axis, "title": {"text": picture.x_title}, "type": "category"},
            "yaxis": {**axis, "title": {"text": picture.y_title}, "ticksuffix": picture.unit and f" {picture.unit}"},
            "barmode": "group",
            "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            "margin": {"l": 60, "r": 16, "t": 40, "b": 50},
        },
    }
