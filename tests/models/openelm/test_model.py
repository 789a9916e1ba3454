"""The native OpenELM on tiny random weights: its formulas, cache, padding, gradients, files and head."""

from __future__ import annotations

import pytest
import torch
from openelm_tiny import classifier, plainly, texts, tiny
from safetensors import safe_open

from ssti.models.openelm import register_openelm
from ssti.models.openelm.modeling import OpenELMForCausalLM
from ssti.platform.errors import SSTIError

BOTH = pytest.mark.parametrize("attention", ["sdpa", "eager"])


@BOTH
@torch.no_grad()
def test_logits_and_attention_are_those_of_the_formulas(attention):
    model = tiny(attention=attention)
    batch = texts(13)
    found = model(**batch, output_attentions=attention == "eager", output_hidden_states=True)
    logits, weights = plainly(model, batch["input_ids"][0].tolist())
    assert (found.logits[0].double() - logits).abs().max() < 1e-4
    assert len(found.hidden_states) == 4
    if attention == "eager":
        assert [w.shape[1] for w in found.attentions] == [4, 6, 8]
        for one, expected in zip(found.attentions, weights, strict=True):
            assert (one[0].double() - expected).abs().max() < 1e-5


@BOTH
@torch.no_grad()
def test_the_side_of_the_padding_changes_nothing(attention):
    right, left = (texts(3, 11, 7, side=side) for side in ("right", "left"))
    model, head = tiny(attention=attention), classifier(attention=attention)
    a, b = model(**right).logits, model(**left).logits
    assert (a[right["attention_mask"].bool()] - b[left["attention_mask"].bool()]).abs().max() < 1e-5
    assert (head(**right).logits - head(**left).logits).abs().max() < 1e-5
    alone = [head(**texts(3, 11, 7))["logits"][i] for i in range(3)]
    for i, length in enumerate((3, 11, 7)):
        ids = right["input_ids"][i : i + 1, :length]
        assert (head(input_ids=ids).logits[0] - alone[i]).abs().max() < 1e-5


@BOTH
@torch.no_grad()
def test_cached_generation_is_uncached_generation(attention):
    model = tiny(attention=attention, eos_token_id=None)
    batch = texts(4, 9, side="left")
    plain = dict(max_new_tokens=12, do_sample=False, pad_token_id=0)
    expected = model.generate(**batch, **plain, use_cache=False)
    assert expected.shape == (2, 21)
    assert torch.equal(model.generate(**batch, **plain, use_cache=True), expected)
    assert torch.equal(model.generate(**batch, **plain, cache_implementation="static"), expected)
    beams = [model.generate(**batch, **plain, num_beams=3, use_cache=cached) for cached in (True, False)]
    assert torch.equal(*beams)


@torch.no_grad()
def test_the_cache_gives_the_same_logits_and_keeps_only_the_key_heads():
    model = tiny()
    batch = texts(5, 10, side="left")
    expected = model(**batch).logits
    mask = batch["attention_mask"]
    first = model(input_ids=batch["input_ids"][:, :6], attention_mask=mask[:, :6], use_cache=True)
    rest = model(input_ids=batch["input_ids"][:, 6:], attention_mask=mask, cache=first.cache)
    assert (rest.logits - expected[:, 6:]).abs().max() < 1e-5
    assert [layer.keys.shape[1] for layer in rest.cache.layers] == [2, 3, 4]


@pytest.mark.parametrize("reentrant", [False, True])
def test_gradient_checkpointing_gives_the_same_gradients(reentrant):
    batch = {**texts(6, 9), "labels": torch.tensor([0, 1])}
    plain, checkpointed = classifier().train(), classifier().train()
    checkpointed.activation_checkpointing_enable({"use_reentrant": reentrant})
    assert all(layer.gradient_checkpointing for layer in checkpointed.transformer.layers)
    plain(**batch).loss.backward()
    checkpointed(**batch).loss.backward()
    for (name, a), b in zip(plain.named_parameters(), checkpointed.parameters(), strict=True):
        assert torch.allclose(a.grad, b.grad, atol=1e-6), name


@BOTH
def test_gradients_are_those_of_the_formulas(attention):
    """Finite differences of the plain float64 logits, along one direction through all weights."""
    model = tiny(attention=attention)
    ids = texts(6)["input_ids"]
    model(input_ids=ids).logits.pow(2).mean().backward()
    generator = torch.Generator().manual_seed(3)
    directions = {n: torch.randn(p.shape, generator=generator) for n, p in model.named_parameters()}
    slope = sum((p.grad * directions[n]).sum().item() for n, p in model.named_parameters())
    model.double()
    sides = []
    for step in (1e-5, -1e-5):
        with torch.no_grad():
            for n, p in model.named_parameters():
                p.add_(directions[n], alpha=step)
            sides.append(plainly(model, ids[0].tolist())[0].pow(2).mean().item())
            for n, p in model.named_parameters():
                p.sub_(directions[n], alpha=step)
    assert (sides[0] - sides[1]) / 2e-5 == pytest.approx(slope, rel=1e-4)


@pytest.mark.parametrize("tied", [True, False])
@torch.no_grad()
def test_a_saved_model_comes_back_under_apples_names(tmp_path, tied):
    model = tiny(share_input_output_layers=tied)
    model.save_pretrained(tmp_path)
    with safe_open(tmp_path / "model.safetensors", "pt") as file:
        names = set(file.keys())
    assert ("lm_head.weight" in names) is not tied
    assert {"transformer.token_embeddings.weight", "transformer.norm.weight"} < names
    parts = {"attn.qkv_proj", "attn.q_norm", "attn.k_norm", "attn.out_proj", "ffn.proj_1", "ffn.proj_2",
             "attn_norm", "ffn_norm"}  # fmt: skip
    assert {f"transformer.layers.0.{part}.weight" for part in parts} == {n for n in names if ".layers.0." in n}
    again = OpenELMForCausalLM.from_pretrained(tmp_path)
    batch = texts(8)
    assert torch.equal(again(**batch).logits, model(**batch).logits)
    assert (again.lm_head.weight is again.transformer.token_embeddings.weight) is tied


@torch.no_grad()
def test_the_auto_classes_load_one_checkpoint_each_in_its_way(tmp_path):
    from transformers import AutoModel, AutoModelForSequenceClassification

    register_openelm()
    model = tiny()
    model.save_pretrained(tmp_path)
    base = AutoModel.from_pretrained(tmp_path)
    batch = texts(8)
    hidden = model(**batch, output_hidden_states=True).hidden_states[-1]
    assert torch.equal(base(**batch).last_hidden_state, hidden)
    head, told = AutoModelForSequenceClassification.from_pretrained(tmp_path, num_labels=3, output_loading_info=True)
    assert told["missing_keys"] == {"score.weight"} and not told["unexpected_keys"]
    assert torch.allclose(head(**batch).logits, hidden[:, -1] @ head.score.weight.T, atol=1e-6)
    head.save_pretrained(tmp_path / "head")
    again = AutoModelForSequenceClassification.from_pretrained(tmp_path / "head")
    assert torch.equal(again(**batch).logits, head(**batch).logits)


@torch.no_grad()
def test_layers_that_are_kept_on_disk_give_the_same_logits(tmp_path):
    model = tiny()
    model.save_pretrained(tmp_path)
    places = {name: "cpu" for name in ("transformer.token_embeddings", "transformer.norm", "lm_head")}
    places |= {f"transformer.layers.{layer}": "disk" if layer != 1 else "cpu" for layer in range(3)}
    spread = OpenELMForCausalLM.from_pretrained(tmp_path, device_map=places, offload_folder=tmp_path / "offload")
    assert {p.device.type for p in spread.transformer.layers[0].parameters()} == {"meta"}
    batch = texts(5, 8)
    assert torch.equal(spread(**batch).logits, model(**batch).logits)


def test_new_weights_are_drawn_as_from_scratch():
    from ssti.models.openelm.configuration import OpenELMConfig

    model = OpenELMForCausalLM(OpenELMConfig(vocab_size=512, model_dim=256, num_transformer_layers=4))
    layer = model.transformer.layers[2]
    residual = 256**-0.5 * 8**-0.5
    for weights, std in (
        (model.transformer.token_embeddings.weight, 256**-0.5),
        (layer.attn.qkv_proj.weight, 256**-0.5),
        (layer.ffn.proj_1.weight, 256**-0.5),
        (layer.attn.out_proj.weight, residual),
        (layer.ffn.proj_2.weight, residual),
    ):
        assert weights.std().item() == pytest.approx(std, rel=0.02)
    assert torch.equal(layer.attn_norm.weight, torch.ones(256))


def test_the_head_reads_the_last_real_position_by_the_mask_before_the_pad_token():
    model = classifier(pad_token_id=0)
    batch = texts(5, 8)
    batch["input_ids"][0, 4] = 0  # a text may end in the pad token
    with torch.no_grad():
        hidden = model.transformer(**batch).last_hidden_state
        assert torch.allclose(model(**batch).logits[0], model.score(hidden[0, 4]), atol=1e-6)
        by_pad = model(input_ids=batch["input_ids"]).logits
        assert torch.allclose(by_pad[0], model.score(hidden[0, 3]), atol=1e-6)
    with pytest.raises(SSTIError, match="2 rows came with neither"):
        classifier()(input_ids=batch["input_ids"])


def test_embeddings_stand_in_for_ids():
    model = classifier()
    batch = texts(5, 8)
    embedded = model.get_input_embeddings()(batch["input_ids"])
    with torch.no_grad():
        found = model(inputs_embeds=embedded, attention_mask=batch["attention_mask"]).logits
        assert torch.equal(found, model(**batch).logits)
    with pytest.raises(ValueError, match="one of the two"):
        model(**batch, inputs_embeds=embedded)


@BOTH
@torch.no_grad()
def test_half_precision_is_near_and_its_angles_stay_exact(attention):
    model, batch = classifier(attention=attention), texts(30, 40)
    expected = model(**batch).logits
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert (model(**batch).logits.float() - expected).abs().max() < 0.1 * expected.abs().max()
    half = classifier(attention=attention).bfloat16()(**batch).logits
    assert half.dtype == torch.bfloat16
    assert (half.float() - expected).abs().max() < 0.1 * expected.abs().max()
