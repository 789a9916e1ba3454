"""Rows one behind the other get the numbers that each gets alone, or the model gets them padded."""

import numpy as np
import pytest
import torch
from transformers import AutoConfig, AutoModelForSequenceClassification

from ssti.explain import attend, entropy_grid, entropy_rows
from ssti.explain import rows as module
from ssti.explain.capture import backbone
from ssti.explain.joined import Joined

SIZES = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
LLAMA = {**SIZES, "num_key_value_heads": 2}
KINDS = {
    "bert": SIZES,
    "llama": LLAMA,
    "gpt2": {"n_embd": 32, "n_layer": 2, "n_head": 4},
    "gpt_neox": SIZES,
    "mistral": {**LLAMA, "sliding_window": 3},
    "qwen3": {**LLAMA, "head_dim": 8},
    "opt": {"hidden_size": 32, "ffn_dim": 64, "num_hidden_layers": 2, "num_attention_heads": 4},
    "modernbert": {**SIZES, "local_attention": 4, "global_attn_every_n_layers": 2},
    "roberta": SIZES,
}
PADDED = {"roberta"}  # counts its positions from the padding token's number


def tiny(kind, tokenizer):
    ids = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2, "cls_token_id": 1, "sep_token_id": 2}
    config = AutoConfig.for_model(
        kind, vocab_size=len(tokenizer), num_labels=2, initializer_range=0.2, **ids, **KINDS[kind]
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return AutoModelForSequenceClassification.from_config(config)


def joins(model):
    return module._tried.get(backbone(model))


def alone(model, tokenizer, texts):
    return np.stack([entropy_grid(attend(model, tokenizer, text)) for text in texts])


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_mask_and_position_gives_what_each_text_gives_alone(kind, tokenizer, rows):
    model, texts = tiny(kind, tokenizer), rows[0][:9]
    found = entropy_rows(model, tokenizer, texts, batch_tokens=100).bits
    np.testing.assert_allclose(found, alone(model, tokenizer, texts), atol=1e-5)
    assert joins(model) == {False: kind not in PADDED}


def test_more_tokens_than_the_model_reads_of_one_text(encoder, tokenizer, rows):
    texts = [f"{text} {text}" for text in rows[0]]
    entropy_rows(encoder, tokenizer, texts[:4])
    found = entropy_rows(encoder, tokenizer, texts, batch_tokens=5000).bits
    np.testing.assert_allclose(found[[0, 39]], alone(encoder, tokenizer, [texts[0], texts[39]]), atol=1e-5)
    assert joins(encoder) == {False: True, True: True}


def test_a_model_that_torch_refuses_to_run_so_is_padded(decoder, tokenizer, rows, monkeypatch):
    def refuse(*_):
        raise IndexError("index out of range in self")

    monkeypatch.setattr(Joined, "apart", refuse)
    found = entropy_rows(decoder, tokenizer, rows[0][:4]).bits
    assert joins(decoder) == {False: False}
    np.testing.assert_allclose(found, alone(decoder, tokenizer, rows[0][:4]), atol=1e-5)


def test_there_and_back():
    joined = Joined.of([3, 1, 2])
    assert joined.real.tolist() == [[True, True, True], [True, False, False], [True, True, False]]
    long = torch.arange(6.0)[None, None, :, None] * torch.tensor([1.0, 10.0])[None, :, None, None]
    batch = joined.apart(long)  # one token wide, two heads
    assert batch[:, 0, :, 0].tolist() == [[0, 1, 2], [3, 0, 0], [4, 5, 0]]
    assert batch[:, 1, :, 0].tolist() == [[0, 10, 20], [30, 0, 0], [40, 50, 0]]
    assert torch.equal(joined.together(batch), long.transpose(1, 2))
