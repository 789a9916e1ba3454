"""What a grid takes on paper: the operations are those that torch counts, and the seconds add up."""

from __future__ import annotations

import numpy as np
import pytest

from ssti.experiments.cost.bills import bills, lines
from ssti.experiments.cost.scale import (
    A100,
    WHOLE_MODELS,
    Machine,
    bill,
    fitted,
    seconds,
    seconds_to_test,
    seconds_to_train,
    work,
)
from ssti.models.registry import BASES
from ssti.recipe import preset

DEMO = preset("demo")


@pytest.fixture(scope="module")
def counted():
    """Operations of one row of 40 pieces through the embedded model, forward and back, as torch counts them."""
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from ssti.adapters.lora import with_lora
    from ssti.models.classifier import load_classifier

    ids = torch.randint(1000, 2000, (1, 40))

    def count(*fields: str) -> tuple[int, int]:
        recipe = DEMO.set("training.steps=1", "training.batch_size=1", *fields)
        adapted = with_lora(load_classifier("minilm-l6", ("a", "b"), "trained", 0, dropout=False), recipe)
        with FlopCounterMode(display=False) as forward:
            loss = adapted(input_ids=ids, attention_mask=torch.ones_like(ids), labels=torch.tensor([0])).loss
        with FlopCounterMode(display=False) as back:
            loss.backward()
        return forward.get_total_flops(), back.get_total_flops()

    return count


@pytest.mark.parametrize("fields", [(), ("lora.rank=64", "lora.targets=all-linear"), ("lora.variant=full",)])
def test_operations_are_those_that_torch_counts(fields, counted, monkeypatch):
    """To 8 %: torch does not see into attention's kernel, and the first layer's input needs no gradient."""
    words = np.array([40 / 1.35])
    monkeypatch.setattr("ssti.experiments.cost.scale._facts", lambda *_: (BASES["minilm-l6"].info, 2, 1, words))
    one = work(
        DEMO.set("training.steps=1", "training.batch_size=1", "training.max_length=40", "dataset.test_rows=2", *fields)
    )
    forward, back = counted(*fields)
    assert one.training == pytest.approx(forward + back, rel=0.08)
    assert one.testing == pytest.approx(2 * forward, rel=0.08)


def test_cost_grows_with_steps_rows_length_model_and_hardly_with_rank():
    one = work(DEMO)
    assert work(DEMO.set("training.steps=512")).training == pytest.approx(2 * one.training)
    assert work(DEMO.set("training.batch_size=32")).training == pytest.approx(2 * one.training)
    assert work(DEMO.set("dataset.test_rows=500")).testing == pytest.approx(0.5 * one.testing)
    assert one.training < work(DEMO.set("lora.rank=64")).training < 1.2 * one.training
    longer = DEMO.set("dataset.name=imdb", "training.max_length=128")
    assert 4 < work(longer).training / one.training < 5  # 123 pieces a row against 28
    assert 8 < work(DEMO.set("model.name=smollm2-135m")).training / one.training < 12
    assert work(DEMO.set("injection.amount=0.1")).testing > one.testing


def test_a_machine_is_found_again_from_what_it_measured():
    """Start, layers and rates from four measurements, and the fifth foretold."""
    true = Machine("made up", 120e9, 150e9, 2e-3, 4.0)
    recipes = [
        DEMO.set(*f) for f in ((), ("training.steps=2000",), ("dataset.name=imdb",), ("training.batch_size=64",))
    ]
    known = [(w, seconds_to_train(w, true), seconds_to_test(w, true)) for w in map(work, recipes)]
    found = fitted("found", known)
    other = work(DEMO.set("model.name=smollm2-135m", "lora.rank=16"))
    assert seconds(other, found) == pytest.approx(seconds(other, true), rel=0.02)


def test_the_bill_counts_each_cell_and_the_papers_own_time():
    recipe = preset("paper").set("model.name=arctic-embed-xs", "dataset.name=imdb_hub", "dataset.test_rows=null")
    one, ten = bill([(recipe, 1)]), bill([(recipe, 10)])
    assert ten.hours == pytest.approx(10 * one.hours) and ten.cells == ten.known == 10
    assert one.hours == pytest.approx(seconds(work(recipe, A100.batch), A100) / 3600)
    assert ten.paper_hours == pytest.approx(2.0)  # 12 minutes a run
    assert bill([(DEMO, 1)]).known == 0


def test_the_command_prints_every_full_grid_and_all_of_them_once():
    """With shared cells once; and the paper's whole span, model by model."""
    from ssti.experiments.experiment import EXPERIMENTS

    rows = {row["name"]: row for row in bills()}
    single = [rows[name] for name in EXPERIMENTS]
    assert 0 < rows["together"]["gpu_hours"] < sum(row["gpu_hours"] for row in single)
    assert rows["table-1"]["cells"] == len(EXPERIMENTS["table-1"].cells(pocket=False))
    assert list(rows["together"]["on"]) == ["L40S 48 GB", "A100 80 GB", "H100 80 GB"]
    span = [rows[f"all of {name}"] for name in WHOLE_MODELS]
    runs = 4 * 4 * (3 + 3 * 108)  # datasets x ranks x (controls + amounts x kinds, places, shares and seeds)
    assert {row["cells"] for row in span} == {runs}
    assert span[-1]["gpu_hours"] > span[-2]["gpu_hours"] > span[0]["gpu_hours"]
    assert span[-1]["memory_gb"] > 140  # 70 billion weights in bfloat16
    assert len(lines(list(rows.values()))) > len(rows)
