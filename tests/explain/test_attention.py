"""Attention as eager attention gives it for all heads, with the model left as it was."""

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model

from ssti.explain import attend
from ssti.explain.attention import stacked
from ssti.explain.capture import attention_set_to
from ssti.platform.errors import SSTIError

TEXT = "a dreary , joyless slog 2014-09-25 that wastes a gifted cast"


def with_lora(model, targets):
    """Random weights, the same each time: large enough to move the attention, not so large that rounding does."""
    torch.manual_seed(0)
    config = LoraConfig(task_type="SEQ_CLS", r=4, lora_alpha=16, target_modules=targets, init_lora_weights=False)
    return get_peft_model(model, config)


def test_it_is_the_attention_of_a_model_loaded_eagerly(encoder, weights_folder, tokenizer):
    from transformers import AutoModel

    other = AutoModel.from_pretrained(weights_folder, attn_implementation="eager", dtype=torch.float32).eval()
    with torch.no_grad():
        expected = other(**tokenizer(TEXT, return_tensors="pt"), output_attentions=True).attentions
    attention = attend(encoder, tokenizer, TEXT)
    assert attention.weights.shape == (6, 12, len(attention), len(attention))
    assert attention.weights.dtype == np.float32
    for layer, weights in enumerate(expected):
        np.testing.assert_allclose(attention.weights[layer], weights[0].numpy(), atol=1e-5)


def test_every_row_sums_to_one_and_probabilities_are_the_models(model, tokenizer):
    attention = attend(model, tokenizer, TEXT)
    np.testing.assert_allclose(attention.weights.sum(-1), 1, atol=1e-5)
    with torch.no_grad():
        logits = model.eval()(**tokenizer(TEXT, return_tensors="pt")).logits[0]
    np.testing.assert_allclose(attention.probabilities, logits.softmax(-1).numpy(), atol=1e-5)


def test_a_decoder_is_seen_to_be_causal(encoder, decoder, tokenizer):
    assert attend(decoder, tokenizer, TEXT).causal
    assert not attend(encoder, tokenizer, TEXT).causal


def test_the_active_adapter_is_looked_at(encoder, tokenizer):
    plain = attend(encoder, tokenizer, TEXT).weights
    adapted = with_lora(encoder, ["query", "value"])
    moved = attend(adapted, tokenizer, TEXT)
    assert np.abs(moved.weights - plain).max() > 0.01
    with adapted.disable_adapter():
        np.testing.assert_allclose(attend(adapted, tokenizer, TEXT).weights, plain, atol=1e-5)


def test_the_models_attention_and_mode_come_back(model, tokenizer):
    model.train()
    model.get_submodule("classifier" if hasattr(model, "classifier") else "score").eval()
    before = [module.training for module in model.modules()]
    attend(model, tokenizer, TEXT)
    with pytest.raises(RuntimeError, match="in the middle"), attention_set_to(model, "eager"):
        assert not any(module.training for module in model.modules())
        raise RuntimeError("in the middle")
    assert model.config._attn_implementation == "sdpa"
    assert [module.training for module in model.modules()] == before


def test_an_adapted_models_attention_comes_back(decoder, tokenizer):
    adapted = with_lora(decoder, ["q_proj", "v_proj"])
    assert attend(adapted, tokenizer, TEXT).weights.shape[0] == 3
    assert adapted.config._attn_implementation == "sdpa"


def test_the_empty_attention_of_sdpa_is_refused(model, tokenizer):
    with torch.no_grad():
        output = model(**tokenizer(TEXT, return_tensors="pt"), output_attentions=True)
    assert len(output.attentions) == 0  # what transformers gives
    with pytest.raises(SSTIError, match="no attention weights .*'sdpa'") as caught:
        stacked(output.attentions, model, 0, len(TEXT))
    assert "eager" in caught.value.next


def test_a_long_text_is_read_around_its_trigger_and_says_so(encoder, tokenizer):
    text = "word " * 700 + "2014-09-25" + " word" * 700
    attention = attend(encoder, tokenizer, text, focus=[(3500, 3510)])
    assert len(attention) == 256 and "2014" in attention.tokens
    assert attention.truncated.total == 1405
    assert len(attend(encoder, tokenizer, text, max_length=4096)) == 512  # all that this model reads


def test_bad_lengths_and_spans_are_refused(encoder, tokenizer):
    for bad in (0, -1, 2.5, True):
        with pytest.raises(SSTIError, match="max_length"):
            attend(encoder, tokenizer, TEXT, max_length=bad)
    with pytest.raises(SSTIError, match="is no span"):
        attend(encoder, tokenizer, TEXT, focus=[(0, 10_000)])
