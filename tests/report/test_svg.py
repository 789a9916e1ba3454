"""The drawing: well-formed, harmless, and with everything that the heatmap has."""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ssti.explain import HeadGrid, Heatmap
from ssti.platform.errors import SSTIError
from ssti.report import to_html, to_svg

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = ["<script>alert(1)</script>", '" onload="alert(1)', "]]>", "&amp;", "日本", "😀", "\x00\ud800\ufffe", "${x}"]


def a_heatmap(labels: list[str], values=None, trigger=()) -> Heatmap:
    text, offsets = "", []
    for label in labels:
        offsets.append((len(text), len(text) + len(label)))
        text += label + " "
    count = len(labels)
    return Heatmap(
        "With <b>", text, labels, offsets, np.zeros(count, bool), np.isin(np.arange(count), trigger),
        np.ones(count) if values is None else np.asarray(values, float),
    )  # fmt: skip


def test_nothing_that_a_person_wrote_becomes_markup():
    drawing = to_svg([a_heatmap(HOSTILE)], "<img>", HeadGrid("</svg>", np.ones((2, 3))), ["<script>"])
    root = ElementTree.fromstring(drawing)
    assert {one.tag for one in root.iter()} == {f"{SVG}{name}" for name in ("svg", "rect", "text")}
    assert not [name for one in root.iter() for name in one.attrib if name.startswith("on")]
    said = [one.text for one in root.iter(f"{SVG}text")]
    assert "<script>alert(1)</script>" in said
    assert "</svg>" in said


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=12))
def test_any_text_is_well_formed_and_inside_the_drawing(labels):
    root = ElementTree.fromstring(to_svg([a_heatmap(labels)]))
    height = float(root.get("height"))
    for rect in list(root.iter(f"{SVG}rect"))[1:]:
        assert float(rect.get("x")) >= 0
        assert float(rect.get("x")) + float(rect.get("width")) <= 960
        assert float(rect.get("y")) + float(rect.get("height")) <= height


def test_the_strength_is_the_opacity_and_a_trigger_is_framed():
    root = ElementTree.fromstring(to_svg([a_heatmap(["a", "b", "c"], [1, 4, 2], trigger=[1])]))
    a, b, c, *legend = list(root.iter(f"{SVG}rect"))[1:]
    assert [float(one.get("fill-opacity")) for one in legend] == pytest.approx(
        [0, 0.1375, 0.275, 0.4125, 0.55], abs=1e-3
    )
    assert [float(one.get("fill-opacity")) for one in (a, b, c)] == pytest.approx([0.55 / 4, 0.55, 0.55 / 2], abs=1e-3)
    assert [one.get("stroke") for one in (a, b, c)] == [None, "#c2410c", None]


def fills(grid: HeadGrid) -> list[tuple[str, float]]:
    """Colour and strength of the cells of a grid with three heads."""
    root = ElementTree.fromstring(to_svg([a_heatmap(["a"])], grid=grid))
    return [(one.get("fill"), float(one.get("fill-opacity"))) for one in list(root.iter(f"{SVG}rect"))[-3:]]


def test_the_grid_has_a_cell_a_head_and_none_where_there_is_none():
    values = np.array([[1.0, -2.0, -0.5], [0.5, np.nan, 0.5]])  # the last column is the mean
    assert [strength for _, strength in fills(HeadGrid("heads", values))] == [0.5, 1.0, 0.25]
    assert [strength for _, strength in fills(HeadGrid("heads", values, top=4.0))] == [0.25, 0.5, 0.125]


def test_the_colour_says_whether_it_is_what_a_trigger_does():
    values = np.array([[1.0, -2.0, -0.5], [0.5, np.nan, 0.5]])
    rises = [colour for colour, _ in fills(HeadGrid("heads", values, change=True))]
    falls = [colour for colour, _ in fills(HeadGrid("heads", values, change=True, drops=True))]
    assert rises[0] == rises[2] == falls[1] == "#c2410c"
    assert rises[1] == falls[0] == falls[2] != "#c2410c"
    assert HeadGrid("heads", values).strongest == (0, 0)
    assert HeadGrid("heads", values, drops=True).strongest == (0, 1)


def test_a_page_holds_the_drawing_as_it_is():
    drawing = to_svg([a_heatmap(["a"])])
    assert drawing in to_html([a_heatmap(["a"])], drawing=drawing)


def test_nothing_to_draw_is_refused():
    with pytest.raises(SSTIError, match="no heatmap"):
        to_svg([])
    with pytest.raises(SSTIError, match="cannot be drawn"):
        HeadGrid("heads", np.ones(3))
