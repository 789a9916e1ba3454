"""OpenELM against the reference implementation's outputs for tiny random weights (`tests/golden/openelm`).

The tolerances are those stated beside the vectors; only positions whose mask is 1 are compared.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from ssti.models.openelm import register_openelm

GOLDEN = Path(__file__).parents[2] / "golden" / "openelm"
TOLERANCE = 1e-4
ATTENTION_TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def vectors():
    from safetensors.torch import load_file

    return load_file(GOLDEN / "vectors.safetensors")


def loaded(attention):
    from transformers import AutoModelForCausalLM

    register_openelm()
    return AutoModelForCausalLM.from_pretrained(GOLDEN, attn_implementation=attention, dtype=torch.float32).eval()


@pytest.fixture(scope="module", params=["sdpa", "eager"])
def model(request):
    return loaded(request.param)


def farthest(found, expected, mask):
    return (found - expected)[mask.bool()].abs().max().item()


@torch.no_grad()
def test_every_weight_is_read_and_none_is_made_up():
    from transformers import AutoModelForCausalLM

    register_openelm()
    model, told = AutoModelForCausalLM.from_pretrained(GOLDEN, output_loading_info=True)
    assert not any(told[kind] for kind in ("missing_keys", "unexpected_keys", "mismatched_keys"))
    assert sum(p.numel() for p in model.parameters()) == 677_120
    assert model.config.num_query_heads == [4, 8, 8, 8]
    assert model.config.ffn_widths == [64, 256, 384, 512]


@torch.no_grad()
def test_hidden_states_and_logits_are_the_references(model, vectors):
    before_norm = []
    hook = model.transformer.norm.register_forward_hook(lambda m, args, out: before_norm.append(args[0]))
    mask = vectors["attention_mask"]
    found = model(input_ids=vectors["input_ids"], attention_mask=mask, output_hidden_states=True)
    hook.remove()
    assert len(found.hidden_states) == 5
    for layer in range(4):
        assert farthest(found.hidden_states[layer], vectors[f"layer_input.{layer}"], mask) < TOLERANCE
    assert farthest(before_norm[0], vectors["final_norm_input"], mask) < TOLERANCE
    assert farthest(found.hidden_states[-1], vectors["last_hidden_state"], mask) < TOLERANCE
    assert farthest(found.logits, vectors["logits"], mask) < TOLERANCE


@torch.no_grad()
def test_left_padding_is_masked_as_in_the_reference(model, vectors):
    mask = vectors["left.attention_mask"]
    found = model(input_ids=vectors["left.input_ids"], attention_mask=mask, output_hidden_states=True)
    assert farthest(found.hidden_states[-1], vectors["left.last_hidden_state"], mask) < TOLERANCE
    assert farthest(found.logits, vectors["left.logits"], mask) < TOLERANCE
    right = model(input_ids=vectors["input_ids"][1:], attention_mask=vectors["attention_mask"][1:]).logits
    assert (found.logits[:, 6:] - right[:, :11]).abs().max().item() < 1e-5


@torch.no_grad()
def test_attention_is_the_references(vectors):
    found = loaded("eager")(input_ids=vectors["input_ids"][:1], output_attentions=True).attentions
    assert len(found) == 4
    for layer, weights in enumerate(found):
        expected = vectors[f"attn_probs.{layer}"]
        assert weights.shape == expected.shape
        assert (weights - expected).abs().max().item() < ATTENTION_TOLERANCE


@torch.no_grad()
def test_step_by_step_with_the_cache_is_one_pass(model, vectors):
    ids = vectors["input_ids"][:1]
    cache, steps = None, []
    for position in range(ids.shape[1]):
        out = model(input_ids=ids[:, position : position + 1], cache=cache, use_cache=True)
        cache = out.cache
        steps.append(out.logits)
    assert (torch.cat(steps, dim=1) - vectors["logits"][:1]).abs().max().item() < TOLERANCE
