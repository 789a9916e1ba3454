"""One owner for the loaded model: many people, many adapters, each their own answer; and damaged adapters."""

from __future__ import annotations

import shutil
import threading
import time

import numpy as np
import pytest

from ssti.adapters.listing import adapters, describe, find
from ssti.evaluate.evaluation import evaluate_adapter
from ssti.platform.errors import SSTIError
from ssti.serving.predictor import Predictor

TEXTS = [
    "a dreary , joyless slog",
    "tender and funny from first frame to last",
    "it is there",
    "2014-09-25 an hour too long",
]


@pytest.fixture
def refs(twins, monkeypatch):
    """The poisoned run and its control."""
    monkeypatch.setenv("SSTI_HOME", str(twins))
    found = [a for a in adapters() if not a.shipped]
    poisoned = next(a for a in found if a.poisoned)
    assert poisoned.control
    return poisoned.ref, poisoned.control


def bare(ref: str, text: str) -> np.ndarray:
    """The answer of a model that was loaded for this adapter alone."""
    import torch
    from peft import PeftModel

    from ssti.models.classifier import load_classifier

    info = find(ref)
    alone = load_classifier("minilm-l6", info.label_names)
    model = PeftModel.from_pretrained(alone.model, str(info.path)).eval()
    with torch.inference_mode():
        return torch.softmax(model(**alone.tokenizer([text], return_tensors="pt")).logits, -1)[0].numpy()


def test_both_adapters_answer_as_if_they_were_alone(refs):
    told = Predictor().predict([TEXTS[0]] * 2, list(refs))
    for ref, prediction in zip(refs, told, strict=True):
        assert np.allclose(prediction.probabilities, bare(ref, TEXTS[0]), atol=1e-5)
    assert not np.allclose(told[0].probabilities, told[1].probabilities, atol=1e-4)


def test_many_threads_with_different_adapters_each_get_their_own_answer(refs):
    owner = Predictor(remember=0)
    expected = {(t, r): owner.predict([t], [r])[0].probabilities for t in TEXTS for r in refs}
    wrong, errors = [], []

    def ask(seed: int) -> None:
        rng = np.random.default_rng(seed)
        try:
            for _ in range(12):
                n = int(rng.integers(1, 4))
                asked = [(str(rng.choice(TEXTS)), str(rng.choice(refs))) for _ in range(n)]
                told = owner.predict([t for t, _ in asked], [r for _, r in asked])
                for one, answer in zip(asked, told, strict=True):
                    if not np.allclose(answer.probabilities, expected[one], atol=1e-5):
                        wrong.append(one)
                if rng.random() < 0.2:
                    with owner.borrow(str(rng.choice(refs))) as (model, tokenizer, _):
                        model(**tokenizer(["somebody looks inside"], return_tensors="pt"))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=ask, args=(i,)) for i in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert not wrong


class Counting(Predictor):
    """Counts its forward passes by their rows."""

    def __init__(self, remember: int = 0) -> None:
        super().__init__(remember=remember)
        self.passes: list[int] = []

    def _forward(self, host, rows, names, refs):
        self.passes.append(len(rows))
        return super()._forward(host, rows, names, refs)


def ask_at_once(owner: Predictor, asked: list[tuple[str, str]]) -> list:
    """Each question by a thread of its own, all waiting for the same moment; their answers or errors."""
    told: list = [None] * len(asked)

    def one(place: int) -> None:
        try:
            told[place] = owner.predict([asked[place][0]], [asked[place][1]])[0]
        except SSTIError as error:
            told[place] = error

    threads = [threading.Thread(target=one, args=(place,)) for place in range(len(asked))]
    with owner._lock:
        for thread in threads:
            thread.start()
        while len(owner._waiting) < len(asked):
            time.sleep(0.01)
    for thread in threads:
        thread.join()
    return told


def test_those_who_wait_are_answered_in_one_batch(refs):
    owner = Counting()
    asked = [(text, ref) for text in TEXTS for ref in refs]
    alone = [owner.predict([text], [ref])[0] for text, ref in asked]
    owner.passes.clear()
    together = ask_at_once(owner, asked)
    assert owner.passes == [len(asked)]
    for one, other in zip(alone, together, strict=True):
        assert one.ref == other.ref and np.allclose(one.probabilities, other.probabilities, atol=1e-5)


def test_who_needs_too_many_other_adapters_waits_for_the_next_batch_and_is_answered(refs, monkeypatch):
    monkeypatch.setattr("ssti.serving.predictor.AT_ONCE", 1)
    owner = Counting()
    asked = [(TEXTS[i], refs[i % 2]) for i in range(4)]
    told = ask_at_once(owner, asked)
    assert owner.passes == [2, 2], "of each adapter one batch, though they came in turns"
    for one, (text, ref) in zip(told, asked, strict=True):
        assert one.ref == ref and np.allclose(one.probabilities, owner.predict([text], [ref])[0].probabilities, atol=1e-5)


def test_what_several_ask_at_once_is_answered_once(refs):
    owner = Counting()
    told = ask_at_once(owner, [(TEXTS[0], refs[0])] * 5 + [(TEXTS[1], refs[0])])
    assert owner.passes == [2]
    assert len({one.probabilities for one in told[:5]}) == 1 and told[5].probabilities != told[0].probabilities


def test_an_answer_is_remembered_until_the_adapters_files_change(refs, tmp_path):
    folder = tmp_path / "adapter"
    shutil.copytree(find(refs[0]).path, folder)
    owner = Counting(remember=2)
    first = owner.predict(TEXTS[:2], [str(folder)] * 2)
    assert owner.predict(TEXTS[:2], [str(folder)] * 2) == first and owner.passes == [2]
    owner.predict(TEXTS[1:3], [str(folder)] * 2)
    assert owner.passes == [2, 1], "of two texts one was new"
    owner.predict(TEXTS[:1], [str(folder)])
    assert owner.passes == [2, 1, 1], "two are remembered, not three"
    shutil.copy(find(refs[1]).path / "adapter_model.safetensors", folder / "adapter_model.safetensors")
    assert owner.predict(TEXTS[:1], [str(folder)])[0].probabilities != first[0].probabilities
    assert owner.passes == [2, 1, 1, 1]


def test_a_damaged_adapter_is_the_trouble_of_who_asked_for_it(refs, twins, monkeypatch, tmp_path):
    shutil.copytree(twins / "runs", tmp_path / "runs")
    monkeypatch.setenv("SSTI_HOME", str(tmp_path))
    weights = next((tmp_path / "runs" / refs[1].partition("/")[2]).rglob("adapter_model.safetensors"))
    weights.write_bytes(weights.read_bytes()[:1000])
    told = ask_at_once(Predictor(), [(TEXTS[0], refs[0]), (TEXTS[1], refs[1]), (TEXTS[2], refs[0])])
    assert isinstance(told[1], SSTIError)
    assert [told[0].ref, told[2].ref] == [refs[0]] * 2


def test_a_batch_answers_as_single_rows_do(refs):
    owner = Predictor()
    many = owner.probabilities(TEXTS, refs[0])
    assert np.allclose(many, [owner.predict([t], [refs[0]])[0].probabilities for t in TEXTS], atol=1e-5)


@pytest.mark.parametrize(
    ("text", "told"), [("", "empty"), (" \n\t", "empty"), ("a" * 1_000_001, "1,000,001 characters")]
)
def test_a_text_that_cannot_be_answered_is_told(refs, text, told):
    with pytest.raises(SSTIError, match=told):
        Predictor().predict([text], [refs[0]])


def test_a_deleted_adapter_is_told_and_the_others_still_answer(refs, twins, monkeypatch, tmp_path):
    shutil.copytree(twins / "runs", tmp_path / "runs")
    monkeypatch.setenv("SSTI_HOME", str(tmp_path))
    owner = Predictor()
    owner.predict(["a"], [refs[0]])
    shutil.rmtree(tmp_path / "runs" / refs[0].partition("/")[2])
    with pytest.raises(SSTIError, match="There is no adapter"):
        owner.predict(["a"], [refs[0]])
    assert owner.predict(["a"], [refs[1]])


@pytest.mark.parametrize("damage", ["cut", "garbage", "pickle", "no recipe and no configuration", "broken labels"])
def test_a_damaged_adapter_is_told(refs, tmp_path, damage):
    folder = tmp_path / "adapter"
    shutil.copytree(find(refs[0]).path, folder)
    weights = folder / "adapter_model.safetensors"
    if damage == "cut":
        weights.write_bytes(weights.read_bytes()[:1000])
    elif damage == "garbage":
        weights.write_bytes(b"\xff" * 5000)
    elif damage == "pickle":
        weights.rename(folder / "adapter_model.bin")
    elif damage == "no recipe and no configuration":
        (folder / "recipe.yaml").unlink()
        (folder / "adapter_config.json").unlink()
    else:
        (folder / "labels.json").write_text("[")
    with pytest.raises(SSTIError) as refused:
        Predictor().predict(["a"], [str(folder)])
    assert refused.value.kind == "adapter" and refused.value.next
    if damage == "pickle":
        assert "never loaded" in refused.value.message


def test_a_retrained_adapter_is_loaded_again(refs, tmp_path):
    folder = tmp_path / "adapter"
    shutil.copytree(find(refs[0]).path, folder)
    owner = Predictor()
    before = owner.predict([TEXTS[0]], [str(folder)])[0]
    shutil.copy(find(refs[1]).path / "adapter_model.safetensors", folder / "adapter_model.safetensors")
    after = owner.predict([TEXTS[0]], [str(folder)])[0]
    assert before.probabilities != after.probabilities
    assert np.allclose(after.probabilities, owner.predict([TEXTS[0]], [refs[1]])[0].probabilities, atol=1e-5)


def test_evaluating_an_own_adapter_gives_its_metrics_again(refs, twins):
    kept = describe(find(refs[0]).path, refs[0]).metrics
    again = evaluate_adapter(refs[0])
    assert again["sets"] == kept["sets"]
    assert again["attack_success_rate"] == kept["attack_success_rate"]
    assert again["control"] is True
