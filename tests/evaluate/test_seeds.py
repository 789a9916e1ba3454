"""Mean and interval over seeds, against values that were worked out by hand."""

from __future__ import annotations

import math

import pytest

from ssti.evaluate.seeds import over_seeds


def test_three_seeds_give_students_interval():
    values = [0.70, 0.74, 0.75]
    mean = sum(values) / 3
    spread = math.sqrt(sum((one - mean) ** 2 for one in values) / 2) / math.sqrt(3)
    found = over_seeds(values)
    assert found["n"] == 3 and found["value"] == pytest.approx(mean)
    # 4.302653 is the 97.5 % point of Student's t with two degrees of freedom.
    assert (found["low"], found["high"]) == pytest.approx((mean - 4.302653 * spread, mean + 4.302653 * spread))


def test_an_interval_of_shares_stays_between_nothing_and_all():
    found = over_seeds([0.99, 1.0, 1.0])
    assert found["high"] == 1.0 and found["low"] < 0.99
    assert over_seeds([0.01, 0.0, 0.0])["low"] == 0.0


@pytest.mark.parametrize("values", [[0.5], [1.0, 1.0, 1.0]])
def test_one_seed_or_equal_ones_claim_no_interval(values):
    found = over_seeds(values)
    assert found["value"] == values[0] and found["low"] is None and found["high"] is None


def test_nothing_measured_is_no_number():
    assert over_seeds([]) == {"value": None, "low": None, "high": None, "n": 0}
