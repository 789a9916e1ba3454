"""Entropies class by class: means, intervals and the paired test, against arrays worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from ssti.explain import by_class, mean, paired_difference
from ssti.platform.errors import SSTIError


def test_each_class_has_its_own_rows():
    without, with_ = np.array([1.0, 5.0, 2.0, 6.0]), np.array([0.5, 4.0, 1.5, 5.0])
    one, other = by_class(without, with_, [0, 1, 0, 1], ["negative", "positive"], seed=3)
    assert (one.name, other.name) == ("negative", "positive")
    assert one.without.tolist() == [1, 2]
    assert other.with_.tolist() == [4, 5]
    assert one.mean_without.value == 1.5
    assert one.difference.mean == -0.5
    assert other.difference.mean == -1
    assert other.difference == paired_difference([4.0, 5.0], [5.0, 6.0], seed=4)


def test_a_class_without_rows_is_left_out_and_a_single_row_is_not_tested():
    (one,) = by_class([1.0], [2.0], [1], ["negative", "positive"], seed=0)
    assert one.name == "positive"
    assert one.difference is None
    assert (one.mean_with.low, one.mean_with.high) == (-np.inf, np.inf)  # one value says nothing of others


def test_values_that_are_all_alike_claim_no_certainty():
    told = mean([0.9] * 60, 0, bounds=(0.0, 1.0))
    assert told.low < 0.9 < told.high
    assert told.low == pytest.approx(0.9 - 0.9 * (1 - 0.025 ** (1 / 60)))
    fewer, one = mean([0.9] * 6, 0, bounds=(0.0, 1.0)), mean([0.9], 0, bounds=(0.0, 1.0))
    assert 0 <= one.low < fewer.low < told.low
    assert told.high < fewer.high < one.high <= 1
    (rows,) = by_class([0.5] * 60, [0.5] * 60, [0] * 60, ["all"], seed=0, resamples=99, bounds=(0.0, 1.0))
    assert rows.difference.mean == 0
    assert rows.difference.low == pytest.approx(-0.0596, abs=1e-4)
    assert rows.difference.high == pytest.approx(0.0596, abs=1e-4)


def test_the_interval_of_alike_covers_a_rare_difference():
    rng = np.random.default_rng(3)
    for rate in (0.001, 0.01, 0.05, 0.2):
        missed = 0
        for seed in range(400):
            drawn = np.where(rng.random(30) < rate, 0.0, 1.0)
            if not np.ptp(drawn):
                told = mean(drawn, seed, bounds=(0.0, 1.0))
                missed += not told.low <= 1 - rate <= told.high
        assert missed <= 20


def test_the_interval_covers_as_often_as_it_says():
    rng = np.random.default_rng(0)
    hits = 0
    for seed in range(200):
        told = mean(rng.normal(3, 1, 60), seed, resamples=800)
        hits += told.low <= 3 <= told.high
    assert 180 <= hits <= 198


def test_the_interval_is_that_of_the_normal_for_many_values():
    values = np.random.default_rng(1).normal(0, 2, 4000)
    told = mean(values, 0, resamples=4000)
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert told.low == pytest.approx(values.mean() - half, abs=0.1 * half)
    assert told.high == pytest.approx(values.mean() + half, abs=0.1 * half)
    assert mean(values, 0, resamples=4000) == told


def test_without_an_effect_p_is_uniform():
    rng = np.random.default_rng(2)
    small = 0
    for seed in range(200):
        a, b = rng.normal(size=20), rng.normal(size=20)
        (one,) = by_class(a, b, [0] * 20, ["all"], seed=seed, resamples=400)
        small += one.difference.p < 0.05
    assert 2 <= small <= 20


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (([1.0], [1.0, 2.0], [0], ["a"]), "do not fit"),
        (([1.0], [1.0], [1], ["a"]), "There is a label 1"),
        (([np.nan], [1.0], [0], ["a"]), "one is missing"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, says):
    with pytest.raises(SSTIError, match=says):
        by_class(*arguments, seed=0)
