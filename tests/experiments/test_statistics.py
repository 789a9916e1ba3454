"""Verdicts: they follow what the numbers are known to be, and a claim of one seed has none."""

import numpy as np
import pytest

from ssti.experiments.statistics import alike, at_least, differs, holm, over_seeds, trend


def blocks(slope: float, seeds: int = 3, settings: int = 4, noise: float = 0.5, start: int = 0):
    rng = np.random.default_rng(start)
    return slope * np.arange(settings) + rng.normal(0, noise, (seeds, settings)) + rng.normal(0, 3, (seeds, 1))


@pytest.mark.parametrize(("slope", "verdict"), [(9, "holds"), (-9, "does not hold")])
def test_a_trend_is_told_from_its_opposite(slope, verdict):
    found = trend("grows", blocks(slope, noise=3.0))
    assert found.verdict == verdict
    assert "Page's L" in found.statistic
    assert trend("falls", -blocks(slope, noise=3.0), rising=False).verdict == verdict


def test_where_seeds_disagree_nothing_is_said_of_a_trend():
    assert trend("grows", np.array([[0, 9, -8, 2], [5, -6, 7, 1], [2, 8, -9, 4]])).verdict == "cannot say"


def test_a_trend_that_is_sure_but_tiny_does_not_hold():
    found = trend("grows", np.arange(4) * 0.01 + np.zeros((5, 1)), least=1.0)
    assert found.p < 0.001 and found.verdict == "does not hold"


@pytest.mark.parametrize("shape", [(1, 4), (3, 2)])
def test_one_seed_or_two_settings_say_nothing_of_a_trend(shape):
    assert trend("grows", np.ones(shape)).verdict == "cannot say"


def test_pages_test_is_the_published_one():
    """The example that SciPy's documentation takes from the literature: L = 133.5."""
    table = [
        [3, 4, 3],
        [2, 2, 4],
        [3, 3, 5],
        [1, 3, 2],
        [2, 3, 2],
        [2, 4, 5],
        [1, 2, 4],
        [3, 4, 4],
        [2, 4, 5],
        [1, 3, 4],
    ]
    assert "L = 134" in trend("grows", np.array(table)).statistic


def test_the_interval_over_seeds_covers_what_it_should():
    """300 samples of three and of five seeds: a plain bootstrap covers some 75 % and 83 %."""
    rng = np.random.default_rng(0)
    for seeds, least in ((3, 0.8), (5, 0.87)):
        covered = [(e := over_seeds(rng.normal(10, 1, seeds), seed=i)).low <= 10 <= e.high for i in range(300)]
        assert np.mean(covered) > least


def test_seeds_that_agree_do_not_make_a_point():
    alone, told = over_seeds([5, 5, 5]), over_seeds([5, 5, 5], errors=[1, 1, 1])
    assert alone.low == alone.high == 5
    assert told.high - told.low == pytest.approx(2 * 1.96 / np.sqrt(3), rel=0.1)


def test_a_single_seed_has_no_interval():
    assert over_seeds([5]).low is None and over_seeds([5]).text == "5 (n = 1)"


def test_alike_is_equivalence_and_not_the_want_of_a_difference():
    rng = np.random.default_rng(1)
    close = {"a": rng.normal(0, 0.3, 5), "b": rng.normal(0, 0.3, 5)}
    assert alike("same", close, margin=3).verdict == "holds"
    assert alike("same", {**close, "c": rng.normal(20, 0.3, 5)}, margin=3).verdict == "does not hold"
    assert alike("same", {"a": rng.normal(0, 9, 3), "b": rng.normal(2, 9, 3)}, margin=3).verdict == "cannot say"


def test_a_mean_is_held_against_a_bound_with_its_interval():
    assert at_least("most", [0.98, 0.97, 0.99], 0.9).verdict == "holds"
    assert at_least("most", [0.5, 0.52, 0.49], 0.9).verdict == "does not hold"
    assert at_least("most", [0.98, 0.6, 0.99], 0.9).verdict == "cannot say"
    assert at_least("most", [0.98], 0.9).verdict == "cannot say"


def test_holm_takes_back_what_one_test_of_many_would_claim():
    weak = trend("weak", np.array([[0, 2, 1, 5], [1, 0, 3, 4.0], [3, 1, 2, 6]]))
    assert weak.verdict == "holds" and 0.005 < weak.p < 0.05
    others = [differs(f"other {i}", [1.0, -2, 3.1], [0.9, 2.0, -1]) for i in range(12)]
    adjusted = holm([weak, *others])
    assert adjusted[0].verdict == "cannot say" and adjusted[0].p == pytest.approx(13 * weak.p)
    assert "13 tests (Holm)" in adjusted[0].statistic


def test_an_interval_of_shares_stays_between_nothing_and_all():
    assert over_seeds([0.99, 1.0, 1.0], [0.01] * 3).high > 1.0
    assert over_seeds([0.99, 1.0, 1.0], [0.01] * 3, within=(0, 1)).high == 1.0
    assert over_seeds([0.01, 0.0, 0.0], within=(0, 1)).low == 0.0
