"""Batches of texts give the numbers of each text alone."""

import numpy as np
import pytest
import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForSequenceClassification

from ssti.explain import attend, entropy_grid, entropy_rows, trigger_share_grid
from ssti.explain import rows as module
from ssti.platform.errors import SSTIError

SIZES = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
LLAMA = {**SIZES, "num_key_value_heads": 2}
ARCHITECTURES = {
    "bert": SIZES,
    "gpt2": {"n_embd": 32, "n_layer": 2, "n_head": 4},
    "mistral": {**LLAMA, "sliding_window": 3},
    "qwen3": {**LLAMA, "head_dim": 8},
    "opt": {"hidden_size": 32, "ffn_dim": 64, "num_hidden_layers": 2, "num_attention_heads": 4},
    "modernbert": {**SIZES, "local_attention": 4, "global_attn_every_n_layers": 2},
    "roberta": SIZES,
}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_sort_of_mask_and_position_gives_what_each_text_gives_alone(name, tokenizer, rows):
    ids = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "cls_token_id": 1, "sep_token_id": 2}
    sizes = {"vocab_size": len(tokenizer), "num_labels": 2, "initializer_range": 0.2, **ids, **ARCHITECTURES[name]}
    with torch.random.fork_rng():
        torch.manual_seed(0)
        tiny = AutoModelForSequenceClassification.from_config(AutoConfig.for_model(name, **sizes))
    texts = rows[0][:5]
    alone = [entropy_grid(attend(tiny, tokenizer, text)) for text in texts]
    np.testing.assert_allclose(entropy_rows(tiny, tokenizer, texts, batch_tokens=100).bits, alone, atol=1e-5)


@pytest.mark.parametrize(("batch_tokens", "specials"), [(1, True), (200, False), (2000, True)])
def test_batching_padding_and_order_change_nothing(model, tokenizer, rows, batch_tokens, specials):
    texts, spans = rows
    found = entropy_rows(model, tokenizer, texts, batch_tokens, spans=spans, specials=specials)
    for row in (0, 11, 29, 39):
        alone = attend(model, tokenizer, texts[row])
        np.testing.assert_allclose(found.bits[row], entropy_grid(alone, specials), atol=1e-5)
        np.testing.assert_allclose(found.trigger_share[row], trigger_share_grid(alone, spans[row], specials), atol=1e-5)
        assert found.n[row] == len(alone) - (0 if specials else 2)
        np.testing.assert_allclose(found.share[row], found.bits[row] / np.log2(found.n[row]))
    assert not found.truncated.any()


def test_long_texts_are_read_around_their_spans(encoder, tokenizer):
    texts = ["short one 2014-09-25", "word " * 300 + "2014-09-25 " + "word " * 300]
    spans = [[(10, 20)], [(1500, 1510)]]
    found = entropy_rows(encoder, tokenizer, texts, max_length=64, spans=spans)
    alone = attend(encoder, tokenizer, texts[1], 64, spans[1])
    assert found.truncated.tolist() == [False, True] and found.n.tolist() == [9, 64]
    np.testing.assert_allclose(found.bits[1], entropy_grid(alone), atol=1e-5)
    np.testing.assert_allclose(found.trigger_share[1], trigger_share_grid(alone, spans[1]), atol=1e-5)


def test_a_row_without_a_span_has_no_share(encoder, tokenizer):
    found = entropy_rows(encoder, tokenizer, ["a 2014-09-25", "nothing here"], spans=[[(2, 12)], []])
    assert np.isfinite(found.trigger_share[0]).all() and np.isnan(found.trigger_share[1]).all()
    assert entropy_rows(encoder, tokenizer, ["a"]).trigger_share is None


def test_the_active_adapter_is_measured_and_the_model_left_as_it_was(decoder, tokenizer):
    config = LoraConfig(task_type="SEQ_CLS", target_modules=["q_proj"], init_lora_weights=False)
    adapted = get_peft_model(decoder, config)
    texts = ["a dreary slog that wastes", "a cast"]
    found = entropy_rows(adapted, tokenizer, texts)
    np.testing.assert_allclose(found.bits[0], entropy_grid(attend(adapted, tokenizer, texts[0])), atol=1e-5)
    with adapted.disable_adapter():
        assert np.abs(entropy_rows(adapted, tokenizer, texts).bits - found.bits).max() > 1e-3
    assert adapted.config._attn_implementation == "sdpa"


def test_no_text_gives_no_row(encoder, tokenizer):
    found = entropy_rows(encoder, tokenizer, [])
    assert found.bits.shape == (0, 6, 12) and found.n.shape == (0,)


def test_bad_input_is_refused(encoder, tokenizer):
    with pytest.raises(SSTIError, match="batch_tokens is 0"):
        entropy_rows(encoder, tokenizer, ["a"], 0)
    with pytest.raises(SSTIError, match="nothing that the model can read"):
        entropy_rows(encoder, tokenizer, ["a", ""])
    with pytest.raises(SSTIError, match="1 texts but spans for 2"):
        entropy_rows(encoder, tokenizer, ["a"], spans=[[], []])


def test_it_tells_how_far_it_is_and_can_be_stopped(encoder, tokenizer, rows):
    texts, _ = rows
    told = []
    entropy_rows(encoder, tokenizer, texts, batch_tokens=700, on_batch=told.append)
    assert len(told) == 3 and told == sorted(told) and told[-1] == 40

    def stop(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        entropy_rows(encoder, tokenizer, texts, batch_tokens=700, on_batch=stop)
    assert entropy_rows(encoder, tokenizer, texts[:2]).bits.shape == (2, 6, 12)


def test_batches_hold_each_row_once_and_about_as_many_tokens():
    sizes = [40] * 10 + [3] * 30
    batches = module.of_like_size(sizes, 125)
    assert sum(batches, []) == [*range(10, 40), *range(10)] and len(batches) == 4
    assert all(abs(sum(sizes[i] for i in batch) - sum(sizes) / 4) <= 40 for batch in batches)
    assert module.of_like_size([], 10) == []
    assert module.of_like_size([9, 1], 1) == [[1], [0]]
