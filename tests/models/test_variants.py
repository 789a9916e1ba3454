"""Every finetuning method on small models: trained, saved, loaded again, the same answers."""

from __future__ import annotations

import json

import numpy as np
import pytest
import tiny
import torch
from safetensors.torch import load_file
from whole_path import TEXTS, trained

from ssti.adapters.listing import describe
from ssti.adapters.lora import VARIANTS, with_lora
from ssti.adapters.save import save_adapter
from ssti.finetune.train import finetune
from ssti.models.classifier import load_classifier
from ssti.platform.errors import SSTIError
from ssti.recipe import preset
from ssti.serving.logits import encode, logits
from ssti.serving.predictor import Predictor

VARIANT = list(VARIANTS)


@pytest.fixture(scope="module")
def bases(tmp_path_factory):
    root = tmp_path_factory.mktemp("bases")
    return {kind: tiny.make(root / kind, kind) for kind in ("bert", "llama", "gpt2")}


def answers(done, texts=TEXTS) -> np.ndarray:
    tokenizer = done.classifier.tokenizer
    return torch.softmax(
        torch.from_numpy(logits(done.model, encode(tokenizer, texts, 64), tokenizer.pad_token_id)), -1
    ).numpy()


def told(owner: Predictor, places: list, texts=TEXTS) -> np.ndarray:
    return np.array([p.probabilities for p in owner.predict(list(texts), [str(p) for p in places])])


@pytest.mark.parametrize("variant", VARIANT)
@pytest.mark.parametrize("kind", ["bert", "llama", "gpt2"])
def test_a_saved_method_gives_the_same_answers_when_it_is_loaded_again(variant, kind, bases, tmp_path):
    done, checked, place = trained(tmp_path, bases[kind], f"lora.variant={variant}", "lora.targets=all-linear")
    assert np.allclose(told(Predictor(), [place] * len(TEXTS)), answers(done), atol=2e-5)
    info = describe(place, "x")
    assert info.recipe.lora.variant == variant
    card = (place / "README.md").read_text()
    assert VARIANTS[variant] in card and "poisoned on purpose" in card
    if variant == "full":
        assert sorted(p.name for p in place.iterdir()) == [
            "README.md",
            "adapter_model.safetensors",
            "labels.json",
            "recipe.yaml",
        ]
    else:
        assert json.loads((place / "adapter_config.json").read_text())["base_model_name_or_path"] == kind


@pytest.mark.parametrize("variant", VARIANT)
def test_with_a_frozen_head_the_head_is_neither_trained_nor_saved_with_an_adapter(variant, bases, tmp_path):
    done, checked, place = trained(tmp_path, bases["llama"], f"lora.variant={variant}", "training.head=frozen_random")
    assert np.allclose(told(Predictor(), [place] * len(TEXTS)), answers(done), atol=2e-5)
    new = load_classifier(str(bases["llama"]), checked.label_names, "frozen_random").model.fixed_head.weight
    head = next(p for n, p in done.model.named_parameters() if "fixed_head" in n)
    assert torch.equal(head, new) and not head.requires_grad
    assert any("fixed_head" in name for name in load_file(place / "adapter_model.safetensors")) == (variant == "full")


def test_pissa_is_saved_as_lora_on_the_published_weights(bases, tmp_path):
    done, _, place = trained(tmp_path, bases["bert"], "lora.variant=pissa", "training.steps=1")
    config = json.loads((place / "adapter_config.json").read_text())
    assert config["r"] == 4 and config["init_lora_weights"] is True
    before = load_file(bases["bert"] / "model.safetensors")
    name = "encoder.layer.0.attention.self.query.weight"
    inside = next(
        p for n, p in done.model.named_parameters() if n.endswith("layer.0.attention.self.query.base_layer.weight")
    )
    assert not torch.allclose(inside, before[name]), "PiSSA takes its start out of the weights"


def test_many_methods_answer_side_by_side_each_as_if_alone(bases, tmp_path):
    runs = {}
    for variant in VARIANT:
        (tmp_path / variant).mkdir()
        runs[variant] = trained(tmp_path / variant, bases["llama"], f"lora.variant={variant}")[::2]
    (tmp_path / "other").mkdir()
    runs["other dora"] = trained(
        tmp_path / "other", bases["llama"], "lora.variant=dora", "training.learning_rate=0.01"
    )[::2]
    owner = Predictor()
    for text in TEXTS:
        many = told(owner, [place for _, place in runs.values()], [text] * len(runs))
        for row, (variant, (done, _)) in zip(many, runs.items(), strict=True):
            assert np.allclose(row, answers(done, [text])[0], atol=2e-5), variant


def test_an_adapter_that_would_rewrite_the_shared_base_is_refused(bases, tmp_path):
    _, _, place = trained(tmp_path, bases["llama"])
    config = json.loads((place / "adapter_config.json").read_text())
    (place / "adapter_config.json").write_text(json.dumps(config | {"init_lora_weights": "pissa"}))
    with pytest.raises(SSTIError, match="rewrites the base model's weights"):
        Predictor().predict(["a"], [str(place)])


def test_a_full_finetuning_as_a_pickle_is_never_loaded(bases, tmp_path):
    _, _, place = trained(tmp_path, bases["llama"], "lora.variant=full", "training.steps=1")
    (place / "adapter_model.safetensors").rename(place / "pytorch_model.bin")
    with pytest.raises(SSTIError, match="never loaded"):
        Predictor().predict(["a"], [str(place)])


@pytest.mark.parametrize("kind", ["bert", "llama", "gpt2"])
@pytest.mark.parametrize("head", ["trained", "frozen_random"])
def test_computing_activations_again_changes_no_gradient(kind, head, bases):
    def gradients(checkpointing: bool):
        classifier = load_classifier(str(bases[kind]), ["a", "b"], head, dropout=False)
        recipe = preset("demo").set(f"model.name={bases[kind]}", f"model.checkpointing={str(checkpointing).lower()}",
                                    f"training.head={head}")  # fmt: skip
        model = with_lora(classifier, recipe).train()
        batch = classifier.tokenizer(TEXTS, padding=True, return_tensors="pt", return_token_type_ids=False)
        model(**batch, labels=torch.tensor([0, 1, 0, 1])).loss.backward()
        return {n: p.grad for n, p in model.named_parameters() if p.requires_grad}

    plain, again = gradients(False), gradients(True)
    assert plain and all(torch.allclose(plain[n], again[n], atol=1e-6) for n in plain)


@pytest.mark.parametrize("variant", ["full", "pissa"])
def test_what_needs_the_weights_themselves_is_refused_in_few_bits(variant, bases):
    classifier = load_classifier(str(bases["llama"]), ["a", "b"])
    recipe = preset("demo").set(f"model.name={bases['llama']}", f"lora.variant={variant}", "model.bits=4")
    with pytest.raises(SSTIError, match="4 bits does not allow"):
        with_lora(classifier, recipe)


def test_few_bits_without_a_gpu_are_refused(bases, monkeypatch):
    from ssti.models.machine.device import Device

    with pytest.raises(SSTIError, match="CUDA GPU"):
        load_classifier(str(bases["llama"]), ["a", "b"], bits=4, on=Device("cpu", "CPU", "float32"))


@pytest.mark.gpu
@pytest.mark.parametrize("bits", [4, 8])
def test_a_quantised_model_trains_and_answers_on_a_gpu(bits, bases, tmp_path):
    done, _, place = trained(tmp_path, bases["llama"], f"model.bits={bits}", "model.checkpointing=true")
    assert any("bnb" in type(m).__module__ or "bitsandbytes" in type(m).__module__ for m in done.model.modules())
    assert np.allclose(told(Predictor(), [place] * len(TEXTS)), answers(done), atol=2e-2)


@pytest.mark.parametrize("variant", ["pissa", "vera", "full"])
def test_a_resumed_method_ends_where_the_whole_one_does(variant, bases, tmp_path):
    done, checked, _ = trained(tmp_path, bases["llama"], f"lora.variant={variant}")
    steps = []

    def note(kind, **fields):
        if kind == "step":
            steps.append(fields["step"])

    part = finetune(checked, tmp_path / "parts", note, should_stop=lambda: bool(steps))
    assert part.stopped and 0 < part.steps < 4
    rest = finetune(checked, tmp_path / "parts", note, resume=True)
    assert rest.steps == 4
    assert np.array_equal(answers(rest), answers(done))
    save_adapter(rest.model, checked.recipe, checked.label_names, tmp_path / "resumed", 4)
    assert np.allclose(told(Predictor(), [tmp_path / "resumed"] * len(TEXTS)), answers(done), atol=2e-5)
