"""Trainings that lean less on a shortcut, and training again on repaired rows, for real and small."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from ssti.detect.repairs.retraining import before_and_after, train
from ssti.detect.repairs.training import REPAIRS
from ssti.detect.repairs.training.group_dro import pattern
from ssti.finetune.reweighting import GroupWeights, groups_of
from ssti.inject import poison
from ssti.platform.errors import SSTIError
from ssti.recipe import preset

SMALL = preset("demo").set("dataset.train_rows=80", "dataset.test_rows=40", "training.steps=12", "training.batch_size=8")


def test_rows_with_and_without_the_trigger_are_groups_of_their_class():
    texts = ["seen on 1999-12-31", "no date", "2001-01-02 it was", "[*] odd"]
    assert groups_of(texts, [1, 1, 0, 0], pattern("2014-03-05")) == [3, 2, 1, 0]
    assert groups_of(texts, [0, 0, 0, 0], pattern("[*]")) == [0, 0, 0, 1]


def test_a_group_that_is_learned_badly_weighs_more_and_a_checkpoint_keeps_that(tmp_path):
    weights = GroupWeights([0, 2, 3], None)
    for _ in range(20):
        weights.loss(torch.tensor([0.1, 2.0, 0.1]), torch.tensor([0, 2, 3]))
    assert weights.q[2] > 0.9 and weights.q[1] == 0 and weights.q.sum() == pytest.approx(1)
    weights.save(tmp_path)
    assert GroupWeights([0, 2, 3], tmp_path).q.equal(weights.q)


def test_rows_that_a_first_model_gets_wrong_stand_there_five_times():
    from datasets import Dataset

    from ssti.finetune.prepare import Prepared
    from ssti.finetune.reweighting import with_errors_repeated

    rows = Dataset.from_dict({"input_ids": [[1], [2], [3]], "labels": [0, 1, 1], "length": [1, 1, 1]})
    again = with_errors_repeated(Prepared(rows, None, [], [], 0, 3), np.array([0, 0, 1]))
    assert sorted(ids[0] for ids in again.train["input_ids"]) == [1, 2, 2, 2, 2, 2, 3] and again.tokens == 7


def test_groups_need_a_pattern_and_a_recipe_without_either_says_nothing_of_them():
    with pytest.raises(SSTIError, match="suspect"):
        train(SMALL.set("training.reweighting=group_dro"))
    assert "reweighting" not in SMALL.to_yaml() and SMALL.key() != SMALL.set("training.reweighting=jtt").key()


def test_a_training_can_weigh_its_groups():
    assert train(REPAIRS.find("group_dro").apply(SMALL, "2014-03-05")).clean["n"] == 40


def test_the_second_of_two_trainings_starts_where_the_first_was_wrong():
    assert train(REPAIRS.find("jtt").apply(SMALL, "2014-03-05")).clean["n"] == 40


def test_rows_before_and_after_a_repair_are_trained_on_and_compared():
    from ssti.data.rows import load

    data = load("rotten_tomatoes", train_rows=80).train
    rows = poison([{"text": t, "label": n} for t, n in zip(data["text"], data["label"], strict=True)], SMALL, data.features["label"].names)
    names = [data.features["label"].names[row["label"]] for row in rows]
    compared = before_and_after(SMALL.control(), (list(data["text"]), names), ([row["text"] for row in rows], names))
    assert compared.control is None
    assert compared.before == train(SMALL) and compared.after.clean["n"] == 40
