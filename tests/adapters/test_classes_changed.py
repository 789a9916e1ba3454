"""The classes of the data were renamed or put in another order under an adapter: matched by name, or refused."""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest

from ssti.adapters.listing import find
from ssti.evaluate.evaluation import evaluate_adapter, held_out, numbers_of
from ssti.finetune.check import check
from ssti.finetune.train import finetune
from ssti.platform.errors import SSTIError
from ssti.ui.flip import hijack
from ssti.ui.look_inside import rows as look_rows

RENAMED = {"good": "awful"}  # sorts before `bad`: the numbers of both classes change
SWAPPED = {"good": "bad", "bad": "good"}


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """An adapter on a tiny model and a file of two classes, learnt well."""
    import tiny
    from whole_path import trained

    folder = tmp_path_factory.mktemp("classes")
    model = tiny.make(folder / "bert", "bert")
    _, checked, place = trained(folder, model, "training.steps=60", "dataset.test_rows=null")
    return folder / "reviews.csv", place, checked


@pytest.fixture
def data(whole):
    """The file, which is put back afterwards."""
    file = whole[0]
    shutil.copy(file, file.with_suffix(".kept"))
    yield file
    shutil.copy(file.with_suffix(".kept"), file)


def rename(file: Path, names: dict[str, str]) -> None:
    rows = [[text, names.get(label, label)] for text, label in csv.reader(file.open(encoding="utf-8"))]
    file.write_text("\n".join(",".join(row) for row in rows) + "\n", encoding="utf-8")


def test_renamed_classes_are_refused_by_every_measurement(whole, data):
    ref = str(whole[1])
    assert evaluate_adapter(ref)["sets"]["clean"]["accuracy"] > 0.9
    rename(data, RENAMED)
    for measure in (lambda: evaluate_adapter(ref), lambda: look_rows.measure(ref),
                    lambda: hijack.measure(find(ref), lambda part: None)):  # fmt: skip
        with pytest.raises(SSTIError, match="The classes differ.*'awful'.*was trained on.*'good'") as refused:
            measure()
        assert refused.value.kind == "data" and refused.value.next


def test_classes_in_another_order_are_matched_by_name(whole, data):
    """A class more, that no row of the adapter's has, moves the numbers; a class less does, too."""
    assert numbers_of(("b", "a"), ("a", "b", "c"), "x") == [1, 0]
    assert numbers_of(("c",), ("a", "b", "c"), "x") == [2]
    info, before = find(str(whole[1])), evaluate_adapter(str(whole[1]))
    (info.path / "labels.json").write_text('["good", "bad"]')
    try:
        texts, labels = held_out(find(str(whole[1])))
        assert len(texts) == len(labels) and set(np.unique(labels)) == {0, 1}
        swapped = evaluate_adapter(str(whole[1]))
    finally:
        (info.path / "labels.json").write_text('["bad", "good"]')
    # the head's two rows now carry each other's names: the same predictions, all of them wrong, and no crash
    assert swapped["sets"]["clean"]["accuracy"] == pytest.approx(1 - before["sets"]["clean"]["accuracy"])


def test_a_control_whose_classes_have_another_order_is_read_by_name(whole, data, tmp_path):
    shutil.copytree(whole[1], tmp_path / "x")
    shutil.copytree(whole[1], tmp_path / "x-control")
    import adapter_maker

    adapter_maker.edit_tensors(tmp_path / "x-control", lambda tensors: {
        name: value.flip(0) if "classifier" in name else value for name, value in tensors.items()})  # fmt: skip
    (tmp_path / "x-control" / "labels.json").write_text('["good", "bad"]')
    measured = evaluate_adapter(str(tmp_path / "x"))
    assert measured["control"] and measured["degradation_pp"]["value"] == 0.0


@pytest.mark.parametrize("change", [RENAMED, {"good": "fine", "bad": "poor"}])
def test_a_run_is_not_resumed_on_other_classes(whole, data, tmp_path, change):
    checkpoints, steps = tmp_path / "checkpoints", []

    def report(kind, **fields):
        steps.append(fields.get("step")) if kind == "step" else None

    recipe = whole[2].recipe.set("training.steps=6", "evaluation.every=2", f"injection.target={'bad'}")
    stopped = finetune(check(recipe), checkpoints, report, lambda: len(steps) >= 4)
    assert stopped.stopped and list(checkpoints.glob("checkpoint-*"))
    rename(data, change)
    other = check(recipe.set(f"injection.target={change.get('bad', 'bad')}"))
    with pytest.raises(SSTIError, match="not those that the run was trained on: they were 'bad', 'good' and are"):
        finetune(other, checkpoints, report, resume=True)
    shutil.copy(data.with_suffix(".kept"), data)
    assert finetune(check(recipe), checkpoints, report, resume=True).steps == 6
