"""The embedded model and the heads."""

from __future__ import annotations

import pytest
import torch

from ssti.errors import SSTIError
from ssti.models import device, model, models
from ssti.models.classifier import load_classifier
from ssti.models.head import FrozenHeadClassifier, pool


def test_the_embedded_model_is_there_and_is_its_makers():
    info = next(m for m in models() if m.name == "minilm-l6")
    assert info.available
    assert (model("minilm-l6").folder() / "model.safetensors").is_file()


def test_a_wrong_name_is_told_with_the_nearest():
    with pytest.raises(SSTIError, match="did you mean 'minilm-l6'"):
        model("minilm-l7")


def test_weights_load_in_the_devices_dtype_with_the_facts_counted_right():
    loaded = load_classifier("minilm-l6", ["negative", "positive"])
    base = loaded.model.bert
    assert next(base.parameters()).dtype is getattr(torch, device().weights)
    assert sum(p.numel() for p in base.encoder.parameters()) == loaded.info.block_parameters
    assert sum(p.numel() for p in base.parameters()) == loaded.info.parameters


@pytest.mark.parametrize("head", ["trained", "frozen_random"])
def test_a_head_is_the_same_for_the_same_seed_and_no_other(head):
    def answer(seed):
        loaded = load_classifier("minilm-l6", ["a", "b", "c"], head, seed)
        return loaded.model.eval()(**loaded.tokenizer(["a text"], return_tensors="pt")).logits

    assert answer(1).shape == (1, 3)
    assert torch.equal(answer(1), answer(1))
    assert not torch.equal(answer(1), answer(2))


def test_the_frozen_head_does_not_learn():
    loaded = load_classifier("minilm-l6", ["a", "b"], "frozen_random")
    assert isinstance(loaded.model, FrozenHeadClassifier)
    assert not loaded.model.fixed_head.weight.requires_grad


def test_pooling_ignores_padding_on_either_side():
    hidden = torch.arange(1.0, 9.0).reshape(1, 4, 2)
    right = pool(hidden, torch.tensor([[1, 1, 0, 0]]))
    left = pool(hidden, torch.tensor([[0, 0, 1, 1]]))
    assert right.tolist() == [[2.0, 3.0, 3.0, 4.0]]
    assert left.tolist() == [[6.0, 7.0, 7.0, 8.0]]
