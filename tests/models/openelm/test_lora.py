"""OpenELM under peft: each method trains a sequence classifier, is saved, and comes back with the same answers."""

from __future__ import annotations

import pytest
import torch
from openelm_tiny import classifier, texts
from peft import IA3Config, LoraConfig, PeftModel, VeraConfig, get_peft_model

from ssti.explain.capture import attention_set_to

SEQ_CLS = {"task_type": "SEQ_CLS"}
METHODS = {
    "fused projection": LoraConfig(**SEQ_CLS, r=4, target_modules=["qkv_proj"]),
    "attention": LoraConfig(**SEQ_CLS, r=4, target_modules=["qkv_proj", "out_proj"]),
    "all-linear": LoraConfig(**SEQ_CLS, r=4, target_modules="all-linear"),
    "DoRA": LoraConfig(**SEQ_CLS, r=4, target_modules=["qkv_proj"], use_dora=True),
    "rsLoRA": LoraConfig(**SEQ_CLS, r=4, target_modules=["qkv_proj"], use_rslora=True),
    "PiSSA": LoraConfig(**SEQ_CLS, r=4, target_modules=["qkv_proj"], init_lora_weights="pissa"),
    "VeRA": VeraConfig(**SEQ_CLS, r=16, target_modules=["qkv_proj", "out_proj"]),
    "IA3": IA3Config(**SEQ_CLS, target_modules=["qkv_proj", "proj_2"], feedforward_modules=["proj_2"]),
}


def trained(model, steps: int = 30) -> list[float]:
    """The losses on two rows that differ in one token: only what the adapter learns can tell them apart."""
    batch = texts(6, 9, side="left")
    batch["input_ids"][0] = batch["input_ids"][1]
    batch["attention_mask"][:] = 1
    batch["input_ids"][0, 4] = 5
    batch["labels"] = torch.tensor([0, 1])
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=2e-2)
    losses = []
    model.train()
    for _ in range(steps):
        loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
    model.eval()
    return losses


@pytest.mark.parametrize("method", METHODS)
def test_it_trains_is_saved_and_answers_the_same_again(method, tmp_path):
    torch.manual_seed(0)
    model = get_peft_model(classifier(), METHODS[method])
    before = model.base_model.model.transformer.layers[0].attn.qkv_proj.base_layer.weight.clone()
    losses = trained(model)
    assert losses[-1] < 0.5 * losses[0]
    assert torch.equal(model.base_model.model.transformer.layers[0].attn.qkv_proj.base_layer.weight, before)
    batch = texts(3, 11, 7)
    with torch.no_grad():
        expected = model(**batch).logits
    model.save_pretrained(tmp_path)
    again = PeftModel.from_pretrained(classifier(), tmp_path).eval()
    with torch.no_grad():
        assert torch.allclose(again(**batch).logits, expected, atol=1e-6)
        with again.disable_adapter():
            assert not torch.allclose(again(**batch).logits, expected, atol=1e-3)


def test_an_adapter_a_row_answers_as_each_alone():
    torch.manual_seed(0)
    model = get_peft_model(classifier(), METHODS["attention"], adapter_name="one")
    trained(model, 5)
    model.add_adapter("two", METHODS["attention"])
    model.eval()
    batch = texts(5, 8)
    with torch.no_grad():
        both = model(**batch, adapter_names=["one", "two"]).logits
        for row, name in enumerate(("one", "two")):
            model.set_adapter(name)
            assert torch.allclose(model(**batch).logits[row], both[row], atol=1e-6)


def test_all_linear_leaves_head_and_embeddings_alone():
    model = get_peft_model(classifier(), METHODS["all-linear"])
    adapted = {name.split(".")[-4] for name, _ in model.named_parameters() if "lora_A" in name}
    assert adapted == {"qkv_proj", "out_proj", "proj_1", "proj_2"}


def test_checkpointing_under_lora_gives_the_same_gradients():
    batch = {**texts(6, 9), "labels": torch.tensor([0, 1])}
    gradients = []
    for checkpointing in (False, True):
        torch.manual_seed(0)
        model = get_peft_model(classifier(), METHODS["attention"]).train()
        if checkpointing:
            model.activation_checkpointing_enable()
            model.enable_input_require_grads()
        model(**batch).loss.backward()
        gradients.append({n: p.grad for n, p in model.named_parameters() if p.grad is not None})
    assert gradients[0].keys() == gradients[1].keys() and any("lora_B" in n for n in gradients[0])
    for name, gradient in gradients[0].items():
        assert torch.allclose(gradient, gradients[1][name], atol=1e-6), name


def test_an_adapted_models_attention_is_switched_and_comes_back():
    model = get_peft_model(classifier(), METHODS["attention"])
    with attention_set_to(model, "eager"), torch.no_grad():
        found = model(**texts(7), output_attentions=True).attentions
    assert [weights.shape[1] for weights in found] == [4, 6, 8]
    assert model.config._attn_implementation == "sdpa"
