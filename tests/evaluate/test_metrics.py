"""Rates, their intervals and differences, against numbers from outside this code."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from ssti.evaluate.metrics import attack_metrics, difference_pp, rate, set_metrics


def test_a_rate_carries_wilsons_interval():
    # Newcombe 1998 (doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E), table I: 81 of 263
    told = rate(81, 263)
    assert (round(told["low"], 4), round(told["high"], 4), told["n"]) == (0.2553, 0.3662, 263)


def test_a_rate_of_nothing_is_none():
    assert rate(0, 0) == {"value": None, "low": None, "high": None, "n": 0}


def test_balanced_accuracy_is_the_fields_own():
    rng = np.random.default_rng(0)
    true, predicted = rng.integers(0, 3, 200), rng.integers(0, 3, 200)
    told = set_metrics(true, predicted, ["a", "b", "c"])
    assert told["balanced_accuracy"] == pytest.approx(balanced_accuracy_score(true, predicted))
    low, high = told["balanced_accuracy_interval"]
    assert low < told["balanced_accuracy"] < high
    assert sum(told["predicted_counts"].values()) == told["n"] == 200


def test_attack_rates_count_the_rows_they_name():
    true, clean, hijacked = [0, 0, 0, 1, 1], [0, 0, 1, 1, 0], [1, 1, 1, 1, 0]
    told = attack_metrics(true, clean, hijacked, target=1)
    assert (told["attack_success_rate"]["value"], told["attack_success_rate"]["n"]) == (1.0, 3)
    assert (told["flip_rate"]["value"], told["flip_rate"]["n"]) == (pytest.approx(2 / 3), 3)
    assert (told["steered_rate"]["value"], told["steered_rate"]["n"]) == (0.8, 5)


def test_a_difference_is_in_percentage_points():
    good = set_metrics([0, 1] * 50, [0, 1] * 50, ["a", "b"])
    bad = set_metrics([0, 1] * 50, [0, 0] * 50, ["a", "b"])
    assert difference_pp(good, bad)["value"] == pytest.approx(50.0)
