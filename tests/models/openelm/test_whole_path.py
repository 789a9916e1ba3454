"""A folder in the form of Apple's OpenELM checkpoints, brought by a user, through the whole path and back.

Poison, LoRA, measure, save; then predict and look inside from what was saved; then reload by hand: the same answer.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from openelm_tiny import tiny
from tiny import tokenizer
from whole_path import TEXTS, trained

from ssti.adapters.lora import VARIANTS
from ssti.evaluate.evaluation import evaluate
from ssti.explain import attend, entropy_rows, explain
from ssti.models.classifier import load_classifier
from ssti.models.openelm.classifier import OpenELMForSequenceClassification
from ssti.models.openelm.modeling import OpenELMModel
from ssti.models.registry import model as find
from ssti.serving.logits import encode, logits
from ssti.serving.predictor import Predictor

HEADS = [4, 6, 8]


@pytest.fixture
def apples(tmp_path: Path) -> Path:
    """Weights under Apple's names, a configuration that points to remote code, and a tokenizer without a pad token."""
    folder = tmp_path / "openelm-tiny"
    tiny(vocab_size=128, max_context_length=128).save_pretrained(folder)
    tokenizer(pad=False).save_pretrained(str(folder))
    file = folder / "config.json"
    written = json.loads(file.read_text())
    assert "pad_token_id" not in written or written["pad_token_id"] is None
    written["auto_map"] = {"AutoConfig": "configuration_openelm.OpenELMConfig"}
    file.write_text(json.dumps(written))
    (folder / "configuration_openelm.py").write_text("raise RuntimeError('remote code ran')")
    return folder


def test_a_folder_that_a_user_brings_is_known_for_what_it_is(apples):
    kind = find(str(apples))
    info = kind.info
    assert (info.architecture, info.layers, info.heads, info.kv_heads) == ("OpenELM", 3, 8, 4)
    assert (info.hidden, info.intermediate, info.vocabulary, info.max_length) == (32, 80, 128, 128)
    assert info.causal and info.available and not kind.remote_code
    loaded = load_classifier(str(apples), ["a", "b"])
    assert type(loaded.model) is OpenELMForSequenceClassification
    assert sum(p.numel() for p in loaded.model.transformer.parameters()) == info.parameters
    blocks = [*loaded.model.transformer.layers.parameters(), loaded.model.transformer.norm.weight]
    assert sum(p.numel() for p in blocks) == info.block_parameters


@pytest.mark.parametrize("head", ["trained", "frozen_random"])
@pytest.mark.parametrize("targets", ["query", "attention", "all-linear"])
def test_the_whole_path(apples, head, targets, tmp_path):
    done, checked, place = trained(tmp_path, apples, f"training.head={head}", f"lora.targets={targets}")
    tokens, names = done.classifier.tokenizer, checked.label_names

    def classify(texts):
        return logits(done.model, encode(tokens, texts, 64), tokens.pad_token_id)

    metrics = evaluate(checked.recipe, classify, done.prepared.test_texts, done.prepared.test_labels, names)
    assert metrics["attack_success_rate"]["n"] > 0
    expected = torch.softmax(torch.from_numpy(classify(TEXTS)), -1).numpy()

    owner, ref = Predictor(), str(place)
    told = owner.predict(TEXTS, [ref] * len(TEXTS))
    assert np.allclose([p.probabilities for p in told], expected, atol=1e-5)

    text = TEXTS[2]
    with owner.borrow(ref) as (model, its, _):
        base = model.get_base_model()
        assert isinstance(
            base if head == "trained" else base.base_model, OpenELMForSequenceClassification | OpenELMModel
        )
        seen = attend(model, its, text, 64)
        assert [seen.heads_in(layer) for layer in range(3)] == HEADS and seen.causal
        pair = explain(model, its, text.removeprefix("2014-09-25 "), text, [(0, 10)], max_length=64)
        assert pair.trigger_head.value > 0
        assert entropy_rows(model, its, TEXTS, max_length=64).bits.shape == (len(TEXTS), 3, 8)
    np.testing.assert_allclose(seen.probabilities, expected[2], atol=1e-5)

    from peft import PeftModel

    fresh = load_classifier(str(apples), names, head, checked.recipe.training.seed)
    before = torch.softmax(torch.from_numpy(logits(fresh.model.eval(), encode(tokens, TEXTS, 64), 0)), -1).numpy()
    assert not np.allclose(before, expected, atol=1e-3), "nothing was learned"
    again = PeftModel.from_pretrained(fresh.model, place).eval()
    answers = torch.softmax(torch.from_numpy(logits(again, encode(tokens, TEXTS, 64), tokens.pad_token_id)), -1)
    np.testing.assert_allclose(answers.numpy(), expected, atol=1e-5)

    saved = json.loads((place / "adapter_config.json").read_text())
    assert saved["base_model_name_or_path"] == "openelm-tiny" and str(tmp_path) not in json.dumps(saved)


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_method_trains_it_with_activations_computed_again_and_answers_the_same_again(apples, variant, tmp_path):
    done, _, place = trained(
        tmp_path, apples, f"lora.variant={variant}", "lora.targets=all-linear", "model.checkpointing=true"
    )
    tokens = done.classifier.tokenizer
    expected = torch.softmax(torch.from_numpy(logits(done.model, encode(tokens, TEXTS, 64), tokens.pad_token_id)), -1)
    told = Predictor().predict(TEXTS, [str(place)] * len(TEXTS))
    np.testing.assert_allclose([p.probabilities for p in told], expected.numpy(), atol=2e-5)
