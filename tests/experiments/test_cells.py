"""A grid's cells: what is one cell, in which order they come, and what is run once."""

import pytest

from ssti.experiments.cell import Grid, cells_of, normal, parse_vary, shared_control, with_seed
from ssti.platform.errors import SSTIError
from ssti.recipe import preset

DEMO = preset("demo")


def test_seeds_come_one_after_another_and_controls_first():
    cells = cells_of([Grid(DEMO, {"lora.rank": ["1", "16"], "injection.share": ["0.25", "0.5"]}, seeds=3)])
    assert len(cells) == 3 * (2 + 4)  # a control for each rank, none for each share
    assert [cell.seed for cell in cells] == sorted(cell.seed for cell in cells)
    first = cells[:6]
    assert [cell.recipe.is_control for cell in first] == [True, True, False, False, False, False]


def test_a_cell_that_two_grids_share_is_one_with_the_probes_of_both():
    one = Grid(DEMO, {"lora.rank": ["1", "16"]}, seeds=1)
    other = Grid(DEMO.set("evaluation.every=7"), {"injection.amount": ["single", "0.1"]}, seeds=2, probes=("entropy",))
    cells = cells_of([one, other])
    assert len({cell.key for cell in cells}) == len(cells) == 2 + 3 + 1 + 2
    shared = [cell for cell in cells if cell.recipe == normal(DEMO)]
    assert [cell.probes for cell in shared] == [("entropy",)]


def test_injections_share_a_control_and_trainings_do_not():
    other = DEMO.set("injection.location=end", "injection.target=negative", "injection.source.kind=country")
    assert shared_control(other).key() == shared_control(DEMO).key()
    assert shared_control(DEMO.set("lora.rank=2")).key() != shared_control(DEMO).key()
    assert shared_control(shared_control(other)) == shared_control(other)


def test_a_replicate_draws_other_rows_and_triggers_too():
    recipe = with_seed(DEMO, 5)
    assert recipe.training.seed == recipe.injection.seed == 5


def test_fields_vary_alone_and_together():
    vary = parse_vary(["lora.rank:lora.alpha=1:2,64:128", "lora.targets=[query, value],attention"])
    assert vary == {"lora.rank:lora.alpha": ["1:2", "64:128"], "lora.targets": ["[query, value]", "attention"]}
    found = {(c.recipe.lora.rank, c.recipe.lora.alpha, c.recipe.lora.targets) for c in Grid(DEMO, vary, 1).cells()}
    assert found == {(r, 2.0 * r, t) for r in (1, 64) for t in (("query", "value"), "attention")}


@pytest.mark.parametrize("text", ["lora.rank", "=1", "lora.rank=", "lora.rank=1,,2", "a:b=1:2,3", "a:b=1:2:3"])
def test_what_does_not_say_what_to_vary_is_refused(text):
    with pytest.raises(SSTIError) as refused:
        parse_vary([text])
    assert "lora.rank" in refused.value.next


def test_an_unknown_field_is_refused_before_anything_runs():
    with pytest.raises(SSTIError):
        cells_of([Grid(DEMO, {"lora.rnk": ["1"]})])
