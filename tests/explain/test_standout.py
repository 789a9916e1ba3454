"""A head is named only where the poisoned model differs from its control and from before finetuning."""

from __future__ import annotations

import numpy as np
import pytest

from ssti.explain import standout
from ssti.platform.errors import SSTIError


def grids(**changed: float) -> dict[str, np.ndarray]:
    """Three models whose heads are alike, but for head 1 of layer 2, changed by name."""
    made = {name: np.linspace(0.5, 8.0, 12).reshape(3, 4) for name in ("mine", "control", "before")}
    for name, value in changed.items():
        made[name][2, 1] = value
    return made


def asked(made: dict[str, np.ndarray], **settings):
    return standout(made.pop("mine"), made, **settings)


def test_the_highest_head_is_not_credited_where_the_control_has_more():
    told = asked({"mine": np.array([[7.68, 1.0]]), "control": np.array([[8.0, 1.0]]), "before": np.array([[7.9, 1.0]])})
    assert (told.layer, told.head, told.named) == (0, 0, False)
    assert told.others == {"control": 8.0, "before": 7.9}


def test_a_lower_head_that_no_other_model_has_is_named():
    told = asked(grids(mine=4.8, control=1.9, before=1.9))
    assert (told.layer, told.head, told.value, told.named, told.n) == (2, 1, 4.8, True, 1)


@pytest.mark.parametrize(
    "changed",
    [
        {"mine": 4.8, "control": 4.0, "before": 1.9},  # the control looks there nearly as much
        {"mine": 4.8, "control": 1.9, "before": 4.0},  # it was so before finetuning
        {"mine": 0.9, "control": 0.1, "before": 0.1},  # less than its fair share
    ],
)
def test_one_model_that_is_alike_is_enough_for_no_name(changed):
    assert not asked(grids(**changed)).named


def test_without_a_control_none_is_named():
    made = grids(mine=4.8, before=1.0)
    del made["control"]
    assert not asked(made).named
    assert not standout(made["before"], {}).named


def test_entropy_has_to_fall_further_than_in_the_others():
    flat = np.zeros((2, 3))
    mine, control = flat.copy(), flat - 0.02
    mine[1, 2] = -0.3
    told = standout(mine, {"control": control, "before": flat}, falls=True)
    assert (told.layer, told.head, told.named) == (1, 2, True)
    assert not standout(mine, {"control": mine - 0.01, "before": flat}, falls=True).named
    assert not standout(flat, {"control": flat, "before": flat}, falls=True).named


def test_over_rows_noise_names_no_head():
    rng = np.random.default_rng(0)
    named = 0
    for _ in range(60):
        mine, control, before = rng.lognormal(0.3, 1.2, (3, 12, 6, 12))
        named += standout(mine, {"control": control, "before": before}).named
    assert named <= 6


def test_over_rows_a_real_difference_is_named_with_its_rows():
    rng = np.random.default_rng(1)
    mine, control, before = rng.lognormal(0, 0.5, (3, 60, 6, 12))
    mine[:, 5, 2] *= 4
    told = standout(mine, {"control": control, "before": before})
    assert (told.layer, told.head, told.named, told.n) == (5, 2, True, 60)
    assert told.value == pytest.approx(mine[:, 5, 2].mean())


def test_heads_that_are_not_there_and_rows_without_a_trigger_take_no_part():
    made = {name: np.repeat(grid[None], 5, axis=0) for name, grid in grids(mine=5.0, control=1.0, before=1.0).items()}
    for one in made.values():
        one[:, 0, 3] = np.nan
        one[4] = np.nan
    told = asked(made)
    assert (told.layer, told.head, told.named, told.n) == (2, 1, True, 4)


def test_other_heads_are_refused():
    with pytest.raises(SSTIError, match="not the same heads"):
        standout(np.ones((2, 3)), {"control": np.ones((3, 2))})
