"""Heatmaps side by side: one colour is one value, and a legend says which, in every format."""

from __future__ import annotations

import re

import numpy as np
import pytest

from ssti.explain import Heatmap, on_one_scale
from ssti.report import to_html, to_svg, to_tex


def a_heatmap(values: list[float], title: str = "", **more) -> Heatmap:
    labels = [f"w{i}" for i in range(len(values))]
    offsets = [(3 * i, 3 * i + 2) for i in range(len(values))]
    none = np.zeros(len(values), dtype=bool)
    return Heatmap(title, " ".join(labels), labels, offsets, none, none, np.asarray(values), **more)


@pytest.fixture
def pair() -> list[Heatmap]:
    return [a_heatmap([0.52, 0.48], "With the trigger"), a_heatmap([0.21, 0.2, 0.2, 0.19, 0.2], "Without")]


def test_one_colour_is_one_value(pair):
    one, other = on_one_scale(pair)
    assert one.full == other.full == 0.52
    assert one.strength.max() == 1
    assert other.strength[0] == pytest.approx(0.21 / 0.52)
    assert [text for _, text in other.legend] == ["0.0 %", "13.0 %", "26.0 %", "39.0 %", "52.0 %"]
    assert on_one_scale([other])[0].full == 0.52  # one of them alone keeps the scale


def test_other_measures_keep_a_scale_of_their_own(pair):
    gradients = a_heatmap([3.0, -1.0], measure="log-odds of the answer")
    *two, third = on_one_scale([*pair, gradients])
    assert {one.full for one in two} == {0.52}
    assert third.full == 3.0
    assert third.legend[-1] == (1.0, "3.000")


def test_every_format_shows_the_scale_and_its_legend(pair):
    page, tex, svg = to_html(pair), to_tex(pair), to_svg(pair)
    weights = [float(one) for one in re.findall(r'class="unit" style="--w:([\d.]+)', page)]
    assert weights == pytest.approx([1, 0.923, 0.404, 0.385, 0.385, 0.365, 0.385], abs=1e-3)
    boxes = [float(one) for one in re.findall(r"colorbox\{red!([\d.]+)\}", tex)]
    assert boxes[:7] == pytest.approx([100 * one for one in weights], abs=0.06)
    opacity = [float(one) for one in re.findall(r'fill-opacity="([\d.]+)"', svg)]
    assert opacity[:7] == pytest.approx([0.55 * one for one in weights], abs=1e-3)
    for made in (page, tex.replace("\\", ""), svg):
        assert made.count("52.0 %") >= 1
        assert "share of the attention" in made
    assert page.count('class="step"') == 5
    assert boxes[7:] == [0, 25, 50, 75, 100]
    assert opacity[7:] == pytest.approx([0, 0.1375, 0.275, 0.4125, 0.55], abs=1e-3)


def test_nothing_at_all_has_no_colour():
    (one,) = on_one_scale([a_heatmap([0.0, 0.0])])
    assert one.strength.tolist() == [0, 0]
