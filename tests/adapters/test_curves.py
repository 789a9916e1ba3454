"""The curves that go with an adapter: written, read back, and left out where the file is damaged or another's."""

from __future__ import annotations

import pytest

from ssti.adapters.curves import CURVE, Curves, read_curves, save_curves
from ssti.adapters.listing import adapters, find
from ssti.runs.progress import Progress

RATE = {"value": 0.5, "low": 0.4, "high": 0.6, "n": 20}
CURVES = Curves(
    step=8, steps=8, seconds=3.5, device="CPU, 2 cores", losses=[(4, 0.7), (8, 0.1)],
    evals=[{"step": 8, "clean_accuracy": RATE, "attack_success_rate": RATE}],
)  # fmt: skip


def test_curves_are_read_as_they_were_written_and_make_the_same_run(tmp_path):
    save_curves(CURVES, tmp_path)
    assert read_curves(tmp_path) == CURVES
    assert Progress.of(CURVES).curves() == CURVES


def test_an_adapter_without_curves_has_none(tmp_path):
    assert read_curves(tmp_path) is None


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"step": -1, "steps": 8}', '{"step": 1, "steps": 8, "losses": [[1, NaN]]}',
                                  '{"step": 1, "steps": 8, "evals": [{"step": 1, "clean_accuracy": {"value": 1, "n": 2}}]}'])  # fmt: skip
def test_damaged_curves_count_as_none(tmp_path, text):
    (tmp_path / CURVE).write_text(text)
    assert read_curves(tmp_path) is None


def test_a_shipped_pair_brings_its_curves():
    shipped = [one for one in adapters() if one.shipped and one.control]
    pairs = [(one, read_curves(one.path), read_curves(find(one.control).path)) for one in shipped]
    pairs = [pair for pair in pairs if all(pair)]
    assert pairs
    for info, mine, its in pairs:
        assert mine.steps == its.steps == info.recipe.training.steps
        assert mine.evals[-1].attack_success_rate.value > its.evals[-1].attack_success_rate.value
