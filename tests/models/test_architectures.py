"""Every architecture on tiny random weights through the whole path: poison, adapter, test, predict, look inside, reload."""

from __future__ import annotations

import json

import numpy as np
import pytest
import tiny
import torch
from whole_path import TEXTS, trained

from ssti.evaluate.evaluation import evaluate
from ssti.explain.attention import attend
from ssti.models.classifier import load_classifier
from ssti.models.head import pool
from ssti.serving.logits import encode, logits, pad
from ssti.serving.predictor import Predictor

DECODERS = ["llama", "qwen2", "gpt2", "gpt_neox", "olmo2"]


@pytest.fixture(params=["bert", *DECODERS])
def kind(request) -> str:
    return request.param


@pytest.mark.parametrize("head", ["trained", "frozen_random"])
def test_the_whole_path(kind, head, tmp_path):
    folder = tiny.make(tmp_path / f"tiny-{kind}", kind)
    done, checked, place = trained(tmp_path, folder, f"training.head={head}")
    tokenizer = done.classifier.tokenizer
    names = [n for n, p in done.model.named_parameters() if p.requires_grad]
    assert any("lora_" in n for n in names)
    assert any("score" in n or "classifier" in n for n in names) == (head == "trained")

    def classify(texts):
        return logits(done.model, encode(tokenizer, texts, 64), tokenizer.pad_token_id)

    rows = done.prepared
    metrics = evaluate(checked.recipe, classify, rows.test_texts, rows.test_labels, checked.label_names)
    assert metrics["attack_success_rate"]["n"] > 0

    expected = torch.softmax(torch.from_numpy(classify(TEXTS)), -1).numpy()
    owner = Predictor()
    told = owner.predict(TEXTS, [str(place)] * len(TEXTS))
    assert np.allclose([p.probabilities for p in told], expected, atol=1e-5)
    fresh = load_classifier(str(folder), checked.label_names, head)
    before = torch.softmax(torch.from_numpy(logits(fresh.model, encode(tokenizer, TEXTS, 64), 0)), -1).numpy()
    assert not np.allclose(before, expected, atol=1e-3), "nothing was learned"

    with owner.borrow(str(place)) as (model, its, _):
        seen = attend(model, its, TEXTS[2], 64)
    assert seen.weights.shape[:2] == (2, 4)
    assert seen.causal == (kind != "bert")
    assert np.allclose(seen.weights.sum(-1), 1, atol=1e-4)

    config = json.loads((place / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == f"tiny-{kind}"
    assert str(tmp_path) not in json.dumps(config)


@pytest.mark.parametrize("kind", DECODERS)
@pytest.mark.parametrize("head", ["trained", "frozen_random"])
def test_a_decoder_s_answer_does_not_depend_on_the_padding_or_its_side(kind, head, tmp_path):
    loaded = load_classifier(str(tiny.make(tmp_path / kind, kind)), ["a", "b"], head)
    assert loaded.tokenizer.pad_token_id is not None and loaded.tokenizer.padding_side == "right"
    model, pad_id = loaded.model.eval(), loaded.tokenizer.pad_token_id
    assert model.config.pad_token_id == pad_id
    ids = encode(loaded.tokenizer, ["a film", "a rather longer one about a film"], 64)
    alone = [logits(model, [row], pad_id)[0] for row in ids]
    right_ids, right_mask = pad(ids, pad_id)
    gap = right_ids.shape[1] - len(ids[0])
    left_ids, left_mask = right_ids.clone(), right_mask.clone()
    left_ids[0], left_mask[0] = right_ids[0].roll(gap), right_mask[0].roll(gap)
    with torch.inference_mode():
        right = model(input_ids=right_ids, attention_mask=right_mask).logits
        positions = {"position_ids": (left_mask.cumsum(1) - 1).clamp(min=0)} if head == "trained" else {}
        left = model(input_ids=left_ids, attention_mask=left_mask, **positions).logits
    assert np.allclose(right, alone, atol=1e-5)
    assert np.allclose(left, alone, atol=1e-5)


def test_the_frozen_heads_last_position_is_the_last_real_one():
    hidden = torch.arange(1.0, 13.0).reshape(2, 3, 2)
    mask = torch.tensor([[1, 1, 0], [0, 1, 1]])
    assert pool(hidden, mask)[:, 2:].tolist() == [[3.0, 4.0], [11.0, 12.0]]
    assert pool(hidden, mask)[:, :2].tolist() == [[2.0, 3.0], [10.0, 11.0]]


def test_dropout_of_every_architecture_can_be_turned_off(kind, tmp_path):
    folder = tiny.make(tmp_path / kind, kind)
    model = load_classifier(str(folder), ["a", "b"], dropout=False).model
    assert not [m for m in model.modules() if isinstance(m, torch.nn.Dropout) and m.p]
    drops = [
        n for n, v in model.config.to_dict().items() if isinstance(v, float) and v and ("dropout" in n or "pdrop" in n)
    ]
    assert not drops
