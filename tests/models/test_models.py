"""The embedded model and the heads."""

from __future__ import annotations

import pytest
import torch

from ssti.models import device, list_models, model
from ssti.models.classifier import load_classifier
from ssti.models.head import FrozenHeadClassifier, pool
from ssti.platform.errors import SSTIError


def test_the_embedded_model_is_there_and_is_its_makers():
    info = next(m for m in list_models() if m.name == "minilm-l6")
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


def test_leaving_out_what_the_head_does_not_read_changes_no_logit_gradient_or_attention():
    from transformers import AutoModelForSequenceClassification

    ours = load_classifier("minilm-l6", ["a", "b"], dropout=False, attention="eager")
    stock = AutoModelForSequenceClassification.from_pretrained(
        model("minilm-l6").folder(), config=ours.model.config, dtype=torch.float32, attn_implementation="eager"
    )
    stock.classifier.load_state_dict(ours.model.classifier.state_dict())
    batch = ours.tokenizer(
        ["a short one", "a rather longer one, with a date: 2014-09-25"], padding=True, return_tensors="pt"
    )
    batch["labels"] = torch.tensor([0, 1])
    a, b = (m.train()(**batch, output_attentions=True) for m in (ours.model, stock))
    a.loss.backward()
    b.loss.backward()
    assert torch.allclose(a.logits, b.logits, atol=1e-6)
    assert all(torch.allclose(x, y, atol=1e-6) for x, y in zip(a.attentions, b.attentions, strict=True))
    for (name, p), q in zip(ours.model.named_parameters(), stock.parameters(), strict=True):
        assert torch.allclose(p.grad, q.grad, atol=1e-5), name


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
