"""An experiment's figures as charts of this page: its lines and intervals, in the page's look. Knows pictures only."""

from __future__ import annotations

from ssti.experiments.picture import Picture, as_plotly
from ssti.platform.language import tr
from ssti.ui.kit.charts import TEMPLATE, Figure, chart
from ssti.ui.kit.parts import Markup

HEIGHT = 320


def figure(picture: Picture, key: str) -> Figure:
    """The picture as the page draws it: whiskers are 95 % intervals over seeds, and a click asks for a point's rows."""
    drawn = as_plotly(picture)
    unit = f" {picture.unit}" if picture.unit else ""
    for trace, line in zip(drawn["data"], picture.lines, strict=True):
        points = [one for _, one in line.points if one.value == one.value]
        trace["customdata"] = [[one.low, one.high, one.n] for one in points]
        trace["error_y"] |= {"color": trace["marker"]["color"]}
        trace["hovertemplate"] = "%{fullData.name}: " + tr(
            "{value} ({low} to {high}, {n} seeds)",
            value=f"%{{y:.3~g}}{unit}", low="%{customdata[0]:.3~g}", high="%{customdata[1]:.3~g}", n="%{customdata[2]}",
        ) + "<extra></extra>"  # fmt: skip
        trace.pop("hovertext", None)
    layout = drawn["layout"]
    layout.pop("legend", None)
    layout |= {
        "margin": {**TEMPLATE["layout"]["margin"], "t": 44 if len(picture.lines) > 1 else 12}, "template": TEMPLATE, "height": HEIGHT, "hovermode": "closest", "uirevision": key,
        "showlegend": len(picture.lines) > 1,
        "meta": {"columns": [tr("low"), tr("high"), tr("seeds")], "choose": tr("Its rows")},
    }  # fmt: skip
    return drawn


def drawn(picture: Picture, key: str, file: str) -> Markup:
    """The chart; its label says what is drawn for who does not see it."""
    label = tr(
        "{title}. {y} over {x}, with 95 % intervals over seeds",
        title=picture.title,
        y=picture.y_title,
        x=picture.x_title,
    )
    return chart(figure(picture, key), label, file)


def keys_at(picture: Picture, series: str, x: str) -> tuple[str, ...]:
    """The rows behind a point; none where the picture has no such point."""
    for line in picture.lines:
        if line.name == series:
            return next((one.keys for at, one in line.points if str(at) == x), ())
    return ()
