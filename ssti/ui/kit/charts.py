"""Every chart with axes: a plotly figure from one template, and the piece of HTML that draws it. Knows numbers only.

    figure = line_chart([Series("attack success", points, tone="trigger")], x_title="step", y_title="rate", percent=True)
    return {component: chart(figure, "Attack success while training")}  # component is a `parts.Html`

`line_chart`, `bar_chart` and `histogram` give plain JSON that `plotly.graph_objects.Figure` takes as it is; plotly itself
is not imported. `chart` makes Markup of one, to stand in any card. In the browser it is the element of
`assets/charts.js`: it loads plotly.js from this server when the first chart is on the screen, redraws in place (zoom and
hover stay while a run streams), and offers the picture, the data, and the same numbers as a table.

Colours are tokens of `assets/theme.css`, written `var(--name)` and read when it is drawn: a figure is the same in light,
dark and print. Names and labels are plain text: the element escapes what plotly would read as markup.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from starlette.responses import FileResponse
from starlette.routing import Route

from ssti.platform.language import tr
from ssti.report.names import adapter_name, beginning, file_name
from ssti.ui.kit import parts
from ssti.ui.kit.parts import Markup

Figure = dict[str, Any]
ON_CHOOSE = "element.addEventListener('choose', (event) => trigger('select', event.detail));"
RUN_TONES = ("run-1", "run-2", "run-3", "run-4")
"""Tones for what is compared with the thing that the chart is about."""
DASHES = ("solid", "dash", "dot", "dashdot", "longdash")

_AXIS = {
    "automargin": True, "color": "var(--quiet)", "gridcolor": "var(--line)", "linecolor": "var(--edge)", "ticks": "",
    "zeroline": False, "title": {"standoff": 10, "font": {"size": 13}},
}  # fmt: skip
TEMPLATE: Figure = {
    "layout": {
        "font": {"family": "var(--words)", "size": 13, "color": "var(--quiet)"},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "margin": {"l": 44, "r": 12, "t": 10, "b": 40},
        "xaxis": {**_AXIS, "showgrid": False, "showline": True},
        "yaxis": {**_AXIS, "showgrid": True},
        "legend": {"orientation": "h", "x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom", "font": {"size": 13}},
        "hoverlabel": {
            "bgcolor": "var(--card)", "bordercolor": "var(--edge)", "align": "left",
            "font": {"family": "var(--words)", "size": 13, "color": "var(--ink)"},
        },
        "hovermode": "x unified",
        "barmode": "group",
        "bargap": 0.15,
        "dragmode": "zoom",
    }
}  # fmt: skip
"""The look of every chart."""


@dataclass(frozen=True)
class Point:
    """A value `y` at `x`, with its interval (95 % unless the caption says otherwise) and the number of rows it rests on."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    n: int | None = None


@dataclass(frozen=True)
class Series:
    """Points that belong together. `tone` is a colour of `assets/theme.css`: trigger, ink, quiet, accent, class-0, …"""

    name: str
    points: Sequence[Point]
    tone: str = "ink"
    dash: str = "solid"


@dataclass(frozen=True)
class Sample:
    """Values whose distribution is shown."""

    name: str
    values: Sequence[float]
    tone: str = "ink"


@dataclass(frozen=True)
class Reference:
    """A dashed line at a value of one axis, with what it is."""

    value: float
    text: str
    axis: str = "y"


def line_chart(
    series: Sequence[Series], *, x_title: str, y_title: str, x_range: tuple[float, float] | None = None,
    percent: bool = False, references: Sequence[Reference] = (), key: str = "", height: int = 260,
) -> Figure:  # fmt: skip
    """Lines over x, each with its band where its points have intervals; the first lies on top.

    `percent`: y is a fraction, shown from 0 to 100 %. `key`: whose numbers these are; another one ends a zoom.
    """
    traces = []
    for one in reversed(series):
        if any(point.low is not None and point.high is not None for point in one.points):
            traces.append(_band(one))
        traces.append(
            {
                **_named(one, percent),
                "type": "scatter",
                "mode": "lines+markers" if len(one.points) <= 60 else "lines",
                "line": {"color": _colour(one.tone), "width": 2, "dash": one.dash},
                "marker": {"size": 6, "color": _colour(one.tone)},
            }
        )
    if x_range:
        edge = (x_range[1] - x_range[0]) * 0.01  # room for the first and the last marker
        x_range = (x_range[0] - edge, x_range[1] + edge)
    figure = _figure(traces, x_title, y_title, x_range, percent, references, key, height)
    figure["layout"]["legend"] = {"traceorder": "reversed"}
    return figure


def bar_chart(
    series: Sequence[Series], *, x_title: str, y_title: str, names: Sequence[str] = (),
    ticks: Mapping[float, str] | None = None, percent: bool = False, references: Sequence[Reference] = (), key: str = "", height: int = 220, choose: str = "",
) -> Figure:  # fmt: skip
    """Bars side by side at whole numbers: a strip of places.

    `names` are what the bars are called, in their order: read on hover and in the table. `ticks` are the words under the
    axis, by x; without any there are numbers. Intervals are drawn as whiskers. `choose`: what a click does, in words.
    """
    traces = []
    for one in series:
        trace = _named(one, percent) | {"type": "bar", "marker": {"color": _colour(one.tone)}}
        if any(point.low is not None and point.high is not None for point in one.points):
            trace["error_y"] = {
                "type": "data", "symmetric": False, "color": "var(--quiet)", "thickness": 1, "width": 3,
                "array": [_finite(p.high - p.y) if p.high is not None else 0 for p in one.points],
                "arrayminus": [_finite(p.y - p.low) if p.low is not None else 0 for p in one.points],
            }  # fmt: skip
        if names:
            trace |= {"text": list(names), "textposition": "none"}
        traces.append(trace)
    if names:
        traces[0]["hovertemplate"] += "<br>%{text}"
    figure = _figure(traces, x_title, y_title, None, percent, references, key, height)
    if choose:
        figure["layout"]["meta"]["choose"] = choose
    if ticks:
        figure["layout"]["xaxis"] |= {"tickmode": "array", "tickvals": list(ticks), "ticktext": list(ticks.values())}
    return figure


def histogram(
    samples: Sequence[Sample], *, x_title: str, y_title: str = tr("rows"), bins: int = 24,
    references: Sequence[Reference] = (), key: str = "", height: int = 260,
) -> Figure:  # fmt: skip
    """How often values fall into `bins` of equal width, the same for all samples, one over the other."""
    values = [value for sample in samples for value in sample.values if math.isfinite(value)]
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    width = (high - low) / bins or 1.0 / bins
    traces = []
    for sample in samples:
        counts = [0] * bins
        for value in sample.values:
            if math.isfinite(value):
                counts[min(int((value - low) / width), bins - 1)] += 1
        edges = [low + width * place for place in range(bins + 1)]
        traces.append(
            {
                "type": "bar", "name": tr("{name} (n = {count})", name=sample.name, count=parts.count(len(sample.values))), "opacity": 0.6,
                "x": [(a + b) / 2 for a, b in zip(edges, edges[1:], strict=False)], "y": counts, "width": [width] * bins,
                "customdata": [list(pair) for pair in zip(edges, edges[1:], strict=False)],
                "marker": {"color": _colour(sample.tone)},
                "hovertemplate": tr(
                    "{rows} from {low} to {high}", rows="%{y:,}",
                    low="%{customdata[0]:.3~g}", high="%{customdata[1]:.3~g}",
                ),
            }
        )  # fmt: skip
    figure = _figure(traces, x_title, y_title, None, False, references, key, height)
    figure["layout"] |= {"barmode": "overlay", "bargap": 0, "meta": {"columns": [tr("from"), tr("to")]}}
    return figure


def chart(figure: Figure, label: str, file: str = "chart", ref: str = "", text: str = "") -> Markup:
    """The figure as a piece of HTML. `label` says what it shows, for who does not see it; `file` names downloads.

    Where it is of an adapter (`ref`), or of a text, the file's name and the picture's caption say so, too.
    """
    name = file_name("", file, adapter_name(ref), text).rstrip(".") if ref or text else file
    caption = " · ".join(one for one in (label.partition(". ")[0], ref, beginning(text) if text else "") if one)
    return parts.html(
        '<ssti-chart figure="{}" label="{}" file="{}" caption="{}"></ssti-chart>',
        json.dumps(figure, ensure_ascii=False, allow_nan=False), label, name, caption,
    )  # fmt: skip


def plotly_route() -> Route:
    """Where the page loads plotly.js from: the copy in the plotly package, which is not imported for it."""
    script = Path(find_spec("plotly").origin).parent / "package_data" / "plotly.min.js"
    week = {"Cache-Control": "public, max-age=604800"}
    return Route("/plotly.min.js", lambda request: FileResponse(script, media_type="text/javascript", headers=week))


def _figure(
    traces: list[Figure], x_title: str, y_title: str, x_range: tuple[float, float] | None, percent: bool,
    references: Sequence[Reference], key: str, height: int,
) -> Figure:  # fmt: skip
    x_axis: Figure = {"title": {"text": x_title}, "unifiedhovertitle": {"text": f"{x_title} %{{x}}"}}
    y_axis: Figure = {"title": {"text": y_title}}
    if x_range:
        x_axis["range"] = list(x_range)
    if percent:
        y_axis |= {"range": [-0.03, 1.03], "tickformat": ".0%", "tickvals": [0, 0.25, 0.5, 0.75, 1]}
    else:
        y_axis["rangemode"] = "tozero"
    return {
        "data": traces,
        "layout": {
            "template": TEMPLATE, "xaxis": x_axis, "yaxis": y_axis, "height": height, "uirevision": key,
            "showlegend": sum("name" in trace for trace in traces) > 1,
            "shapes": [_reference_line(one) for one in references],
            "annotations": [_reference_text(one) for one in references],
            "meta": {"columns": [tr("low"), tr("high"), "n"]},  # what `customdata` is, for the table
        },
    }  # fmt: skip


def _named(series: Series, percent: bool) -> Figure:
    """What lines and bars have in common."""
    number = ".1%" if percent else ".4~g"
    shown = f"%{{y:{number}}}"
    if any(point.low is not None for point in series.points):
        shown += " " + tr(
            "({low} to {high}, n = {count})",
            low=f"%{{customdata[0]:{number}}}",
            high=f"%{{customdata[1]:{number}}}",
            count="%{customdata[2]:,}",
        )
    return {
        "name": series.name, "legendgroup": series.name,
        "x": [point.x for point in series.points],
        "y": [_finite(point.y) for point in series.points],
        "customdata": [[_finite(point.low), _finite(point.high), point.n] for point in series.points],
        "hovertemplate": shown,
    }  # fmt: skip


def _band(series: Series) -> Figure:
    """The intervals as a ribbon behind the line."""
    points = [point for point in series.points if point.low is not None and point.high is not None]
    return {
        "type": "scatter", "mode": "lines", "fill": "toself", "fillcolor": _colour(series.tone), "opacity": 0.15,
        "line": {"width": 0, "color": _colour(series.tone)}, "hoverinfo": "skip", "showlegend": False,
        "legendgroup": series.name,
        "x": [point.x for point in (*points, *reversed(points))],
        "y": [*(_finite(point.high) for point in points), *(_finite(point.low) for point in reversed(points))],
    }  # fmt: skip


def _reference_line(one: Reference) -> Figure:
    ends = {"x0": 0, "x1": 1, "y0": one.value, "y1": one.value, "xref": "paper", "yref": "y"}
    if one.axis == "x":
        ends = {"y0": 0, "y1": 1, "x0": one.value, "x1": one.value, "yref": "paper", "xref": "x"}
    return {"type": "line", "line": {"color": "var(--quiet)", "width": 1, "dash": "dash"}, **ends}


def _reference_text(one: Reference) -> Figure:
    place = {"x": 1, "xref": "paper", "xanchor": "right", "y": one.value, "yref": "y", "yanchor": "bottom"}
    if one.axis == "x":
        place = {"x": one.value, "xref": "x", "xanchor": "left", "y": 1, "yref": "paper", "yanchor": "top"}
    words = {"text": one.text, "font": {"color": "var(--quiet)", "size": 13}, "bgcolor": "var(--card)"}
    return {**words, "showarrow": False, **place}


def _colour(tone: str) -> str:
    return f"var(--{tone})"


def _finite(value: float | None) -> float | None:
    """JSON has no NaN: plotly leaves a gap at null."""
    return value if value is not None and math.isfinite(value) else None
