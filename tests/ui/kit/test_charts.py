"""Charts as values: figures that plotly takes, numbers that are finite, text that stays text. The browser's part: tests/browser."""

from __future__ import annotations

import html
import json
import re
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssti.ui.frame.page import ASSETS
from ssti.ui.kit.charts import Point, Reference, Sample, Series, bar_chart, chart, histogram, line_chart

POINTS = [Point(0, 0.2, 0.1, 0.3, 50), Point(4, 0.9, 0.8, 1.0, 50)]
FIGURES = {
    "lines": line_chart([Series("a", POINTS), Series("b", [Point(0, 1.5)])], x_title="step", y_title="rate"),
    "rates": line_chart([Series("a", POINTS, "trigger", "dash")], x_title="step", y_title="rate", percent=True,
                        x_range=(0, 8), references=[Reference(0.5, "half"), Reference(4, "here", "x")]),
    "bars": bar_chart([Series("a", POINTS)], x_title="place", y_title="rate", names=["one", "two"], ticks=dict(enumerate("abcde")), choose="Put it here"),
    "histogram": histogram([Sample("a", [1.0, 2.0]), Sample("b", [])], x_title="bits"),
    "nothing yet": line_chart([Series("a", [])], x_title="step", y_title="loss"),
}  # fmt: skip


@pytest.mark.parametrize("figure", FIGURES.values(), ids=list(FIGURES))
def test_plotly_takes_the_figure_as_it_is(figure):
    from plotly.graph_objects import Figure

    assert len(Figure(figure).data) == len(figure["data"])


@pytest.mark.parametrize("figure", FIGURES.values(), ids=list(FIGURES))
def test_every_colour_is_a_token_of_the_style_sheet(figure):
    used = set(re.findall(r"var\((--[\w-]+)\)", json.dumps(figure)))
    defined = set(re.findall(r"(--[\w-]+):", (ASSETS / "theme.css").read_text(encoding="utf-8")))
    assert used and used <= defined
    assert not re.search(r'"#[0-9a-f]{3,8}"', json.dumps(figure))


def test_intervals_are_a_band_and_stand_beside_the_value():
    band, line = line_chart([Series("a", POINTS)], x_title="step", y_title="rate")["data"]
    assert band["fill"] == "toself" and sorted(band["y"]) == [0.1, 0.3, 0.8, 1.0]
    assert line["customdata"] == [[0.1, 0.3, 50], [0.8, 1.0, 50]]


@given(st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=50), st.integers(1, 40))
def test_a_histogram_counts_every_finite_value_once(values, bins):
    from math import isfinite

    finite = [value for value in values if isfinite(value) and abs(value) < 1e150]
    figure = histogram([Sample("a", [*finite, float("nan")])], x_title="bits", bins=bins)
    assert sum(figure["data"][0]["y"]) == len(finite)


def test_a_loss_that_is_no_number_leaves_a_gap():
    figure = line_chart([Series("loss", [Point(1, float("nan")), Point(2, 1.0)])], x_title="step", y_title="loss")
    assert figure["data"][0]["y"] == [None, 1.0] and "null" in chart(figure, "Loss")


def test_names_cannot_leave_the_attribute():
    name = "\"'><script>alert(1)</script>"
    drawn = str(chart(line_chart([Series(name, POINTS)], x_title="step", y_title="rate"), name, name))
    assert "<script" not in drawn and drawn.count("<") == 2
    assert json.loads(html.unescape(re.search('figure="([^"]*)"', drawn)[1]))["data"][-1]["name"] == name


def test_the_script_is_there_without_importing_plotly():
    from ssti.ui.kit.charts import plotly_route

    assert plotly_route().path == "/plotly.min.js"
    assert files("plotly").joinpath("package_data/plotly.min.js").is_file()


def test_a_file_is_called_after_what_it_shows_and_its_picture_says_so():
    figure = line_chart([Series("a", [Point(0, 1)])], x_title="x", y_title="y")
    shown = str(chart(figure, "Attack at each place. a: 1", "places", "shipped/date-positive-rank1", "A <b>dreary</b>\n film"))
    assert 'file="ssti-places-date-positive-rank1-a-b-dreary-b-film"' in shown
    assert 'caption="Attack at each place · shipped/date-positive-rank1 · “A &lt;b&gt;dreary&lt;/b&gt; film”"' in shown
    assert 'file="run-loss" caption="Loss"' in chart(figure, "Loss. 3 at step 1", "run-loss")
