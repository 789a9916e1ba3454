"""Attention as eager attention gives it, for all heads or for one, with the model left as it was."""

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model
from torch.utils._python_dispatch import TorchDispatchMode

from ssti.explain import attend, attend_head
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
    assert attend_head(decoder, tokenizer, TEXT, 1, 1).causal


def test_one_head_is_that_head_of_all(model, tokenizer):
    attention = attend(model, tokenizer, TEXT)
    for layer in range(attention.layers):
        for head in range(attention.heads):
            one = attend_head(model, tokenizer, TEXT, layer, head)
            np.testing.assert_allclose(one.weights, attention.weights[layer, head], atol=1e-5)
    last = attend_head(model, tokenizer, TEXT, -1, -1)
    assert (last.layer, last.head) == (attention.layers - 1, attention.heads - 1)
    assert last.tokens == attention.tokens and last.offsets == attention.offsets


def test_the_active_adapter_is_looked_at(encoder, tokenizer):
    plain = attend(encoder, tokenizer, TEXT).weights
    adapted = with_lora(encoder, ["query", "value"])
    moved = attend(adapted, tokenizer, TEXT)
    assert np.abs(moved.weights - plain).max() > 0.01
    np.testing.assert_allclose(attend_head(adapted, tokenizer, TEXT, 5, 2).weights, moved.weights[5, 2], atol=1e-5)
    with adapted.disable_adapter():
        np.testing.assert_allclose(attend(adapted, tokenizer, TEXT).weights, plain, atol=1e-5)


def test_no_tensor_of_more_than_one_head_is_made(tokenizer, decoder):
    """16 heads of 200 tokens would be 640,000 numbers; one head is 40,000."""
    text = " ".join(["slog"] * 99)

    class Largest(TorchDispatchMode):
        square = 0

        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            result = func(*args, **(kwargs or {}))
            if isinstance(result, torch.Tensor) and result.ndim >= 2 and result.shape[-1] == result.shape[-2] == size:
                self.square = max(self.square, result.numel())
            return result

    size = len(attend(decoder, tokenizer, text))
    with Largest() as seen:
        attend_head(decoder, tokenizer, text, 2, 3)
    assert seen.square == size * size


def test_the_models_attention_and_mode_come_back(model, tokenizer):
    model.train()
    model.get_submodule("classifier" if hasattr(model, "classifier") else "score").eval()
    before = [module.training for module in model.modules()]
    attend(model, tokenizer, TEXT)
    attend_head(model, tokenizer, TEXT, 0, 0)
    with pytest.raises(RuntimeError, match="in the middle"), attention_set_to(model, "eager"):
        assert not any(module.training for module in model.modules())
        raise RuntimeError("in the middle")
    assert model.config._attn_implementation == "sdpa"
    assert [module.training for module in model.modules()] == before


def test_an_adapted_models_attention_comes_back(decoder, tokenizer):
    adapted = with_lora(decoder, ["q_proj", "v_proj"])
    assert attend(adapted, tokenizer, TEXT).weights.shape[0] == 3
    attend_head(adapted, tokenizer, TEXT, 0, 0)
    assert adapted.config._attn_implementation == "sdpa"


def test_the_empty_attention_of_sdpa_is_refused(model, tokenizer):
    with torch.no_grad():
        output = model(**tokenizer(TEXT, return_tensors="pt"), output_attentions=True)
    assert len(output.attentions) == 0  # what transformers gives
    with pytest.raises(SSTIError, match="no attention weights .*'sdpa'") as caught:
        stacked(output.attentions, model)
    assert "eager" in caught.value.next


def test_a_long_text_is_read_around_its_trigger_and_says_so(encoder, tokenizer):
    text = "word " * 700 + "2014-09-25" + " word" * 700
    attention = attend(encoder, tokenizer, text, focus=[(3500, 3510)])
    assert len(attention) == 256 and "2014" in attention.tokens
    assert attention.truncated.total == 1405
    assert len(attend_head(encoder, tokenizer, text, 0, 0, max_length=4096)) == 512  # all that this model reads


@pytest.mark.parametrize(
    ("layer", "head", "message"),
    [(6, 0, "no layer 6"), (-7, 0, "no layer -7"), (0, 12, "no head 12"), (0.5, 0, "no layer 0.5")],
)
def test_a_layer_or_head_that_is_not_there_is_named(encoder, tokenizer, layer, head, message):
    with pytest.raises(SSTIError, match=message):
        attend_head(encoder, tokenizer, TEXT, layer, head)


def test_bad_lengths_and_spans_are_refused(encoder, tokenizer):
    for bad in (0, -1, 2.5, True):
        with pytest.raises(SSTIError, match="max_length"):
            attend(encoder, tokenizer, TEXT, max_length=bad)
    with pytest.raises(SSTIError, match="is no span"):
        attend(encoder, tokenizer, TEXT, focus=[(0, 10_000)])
