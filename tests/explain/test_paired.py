"""Paired statistics against exact enumeration, and the paper's rule with what length does to it."""

from itertools import product

import numpy as np
import pytest

from ssti.explain import length_control, paired_difference, paper_rule
from ssti.platform.errors import SSTIError


def test_p_is_that_of_all_swaps_counted():
    a, b = np.array([3.0, 2.5, 4.0, 3.2, 1.0]), np.array([1.0, 2.0, 2.5, 3.4, 0.5])
    means = [np.mean((a - b) * signs) for signs in product([1, -1], repeat=5)]
    exact = np.mean(np.abs(means) >= abs(np.mean(a - b)) - 1e-12)
    found = paired_difference(a, b, seed=0)
    assert found.p == pytest.approx(exact)
    assert found.mean == pytest.approx(np.mean(a - b)) and found.n == 5


def test_the_interval_is_that_of_a_bootstrap_done_by_hand():
    rng = np.random.default_rng(1)
    a = rng.normal(0.3, 1, 200)
    b = np.zeros(200)
    draws = a[rng.integers(0, 200, (20_000, 200))].mean(1)
    found = paired_difference(a, b, seed=0)
    np.testing.assert_allclose([found.low, found.high], np.percentile(draws, [2.5, 97.5]), atol=0.02)
    assert found.low < found.mean < found.high and found.p < 0.01


def test_no_effect_gives_no_small_p_and_an_interval_around_zero():
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=(2, 100))
    found = paired_difference(a, b, seed=0)
    assert found.low < 0 < found.high and found.p > 0.05


def test_one_seed_gives_the_same_numbers_and_another_others():
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=(2, 50))
    assert paired_difference(a, b, 5) == paired_difference(a, b, 5)
    assert paired_difference(a, b, 5) != paired_difference(a, b, 6)


def test_equal_pairs_claim_no_certainty():
    found = paired_difference([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 0)
    assert (found.mean, found.low, found.high, found.p) == (0, -np.inf, np.inf, 1)
    found = paired_difference([0.1, 0.2, 0.3], [0.1, 0.2, 0.3], 0, bounds=(-1.0, 1.0))
    assert found.low < -0.5 and found.high > 0.5  # of three pairs that agree


@pytest.mark.parametrize(("a", "b"), [([1.0], [2.0]), ([1, 2], [1, 2, 3]), ([1, np.nan], [1, 2]), ([[1, 2]], [[1, 2]])])
def test_what_is_no_pair_is_refused(a, b):
    with pytest.raises(SSTIError):
        paired_difference(a, b, 0)


def test_the_papers_rule_fires_below_95_percent_and_brings_its_caveat():
    fired = paper_rule([2.0, 1.7], [2.0, 2.0])
    assert fired.fires and fired.ratio == pytest.approx(0.925) and (fired.n_with, fired.n_without) == (2, 2)
    assert "95 %" in fired.rule and "length" in fired.caveat
    assert not paper_rule(1.96, 2.0).fires
    assert not paper_rule(0.95, 1.0).fires


def test_length_alone_fires_the_rule_where_nothing_was_injected():
    n = np.array([8, 64, 10, 60, 12, 55])
    even = np.log2(n)  # attention that looks everywhere alike
    assert length_control(even, n).fires
    assert length_control(even / np.log2(n), n).ratio == pytest.approx(1)


def test_entropies_that_cannot_be_are_refused():
    for bad in ([], [-1.0], [np.nan]):
        with pytest.raises(SSTIError):
            paper_rule(bad, [1.0])
    with pytest.raises(SSTIError, match="is 0"):
        paper_rule([1.0], [0.0])
    with pytest.raises(SSTIError, match="do not fit"):
        length_control([1.0, 2.0], [3])
