"""Rates, their intervals and differences, against numbers from outside this code."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from ssti.evaluate.metrics import (
    at_chance,
    attack_metrics,
    difference_pp,
    gap_pp,
    paired_proportions,
    rate,
    set_metrics,
)


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


def as_set(told: dict) -> dict:
    return {
        "balanced_accuracy": told["value"], "balanced_accuracy_interval": [told["low"], told["high"]], "n": told["n"]
    }  # fmt: skip


def test_an_unpaired_difference_is_newcombes():
    # Newcombe 1998 (doi in the function), table II, example (a), method 10: 56/70 - 48/80
    told = difference_pp(as_set(rate(56, 70)), as_set(rate(48, 80)))
    assert (round(told["low"], 2), round(told["high"], 2)) == (5.24, 33.39)


def test_a_paired_difference_is_tangos():
    # Fagerland, Lydersen & Laake 2014 (doi:10.1002/sim.6148), Bentur's data: 1 and 7 discordant of 21 pairs
    assert [round(one, 3) for one in paired_proportions(1, 7, 21)] == [-0.286, -0.517, -0.026]


def test_a_paired_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(0)
    for gain, loss in ((0.0, 0.0), (0.02, 0.0), (0.1, 0.05), (0.5, 0.1), (1.0, 0.0)):
        hits = 0
        for cells in rng.multinomial(60, [gain, loss, 1 - gain - loss], 500):
            _, low, high = paired_proportions(cells[0], cells[1], 60)
            hits += low - 1e-9 <= gain - loss <= high + 1e-9
        assert hits >= 460


@pytest.mark.parametrize("n", [1, 5, 60, 1000])
def test_no_sample_without_a_difference_claims_certainty(n):
    names = ["a", "b"]
    for predicted in ([0, 1] * n, [1, 1] * n, [1, 0] * n):
        told = set_metrics([0, 1] * n, predicted, names)
        low, high = told["balanced_accuracy_interval"]
        assert 0 <= low < high <= 1
        assert low <= told["balanced_accuracy"] <= high
        same = difference_pp(told, told)
        assert same["value"] == 0
        assert same["low"] < 0 < same["high"]
    gap = gap_pp([0, 1] * n, [0, 1] * n, [0, 1] * n, 1)
    assert gap["value"] == 0
    assert gap["low"] < 0 < gap["high"]
    assert gap["high"] == pytest.approx(50 * 3.8415 / (n + 3.8415), rel=1e-3)


def test_the_gap_is_that_of_the_two_balanced_accuracies():
    rng = np.random.default_rng(1)
    true, clean, hijacked = (rng.integers(0, 3, 300) for _ in range(3))
    aligned = np.where(true == 2, hijacked, clean)
    told = gap_pp(true, clean, hijacked, 2)
    by_hand = balanced_accuracy_score(true, aligned) - balanced_accuracy_score(true, clean)
    assert told["value"] == pytest.approx(100 * by_hand)
    assert told["low"] < told["value"] < told["high"]
    assert gap_pp([0, 1], [0, 1], [0, 1], 2) == rate(0, 0)


def test_a_model_that_answers_one_class_to_everything_is_at_chance():
    names = ["a", "b", "c"]
    true = [0] * 70 + [1] * 20 + [2] * 10
    assert at_chance(set_metrics(true, [0] * 100, names))
    assert at_chance(set_metrics([0, 1] * 50, [1] * 100, names))
    assert not at_chance(set_metrics(true, true, names))
    # Below the majority's share in accuracy, and yet it tells the classes apart.
    fair = [0] * 45 + [1] * 12 + [2] * 13 + [1] * 20 + [2] * 10
    told = set_metrics(true, fair, names)
    assert told["accuracy_interval"][0] < told["majority_share"] == 0.7
    assert not at_chance(told)
    assert not at_chance({"n": 3, "accuracy": 0.5})  # measured before this was kept
