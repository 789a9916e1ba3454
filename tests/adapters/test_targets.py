"""Which layers the recipe's targets mean, for each architecture."""

from __future__ import annotations

import pytest
import torch
from transformers import AutoConfig, AutoModelForSequenceClassification

from ssti.adapters.targets import ends_of, linear_layers, matching, resolve
from ssti.models.openelm import register_openelm
from ssti.platform.errors import SSTIError

SMALL = {
    "vocab_size": 64,
    "hidden_size": 32,
    "num_hidden_layers": 12,
    "num_attention_heads": 4,
    "intermediate_size": 48,
}
CONFIGS = {
    "bert": SMALL,
    "roberta": SMALL,
    "distilbert": {"vocab_size": 64, "dim": 32, "n_layers": 2, "n_heads": 4, "hidden_dim": 48},
    "llama": SMALL,
    "qwen2": SMALL,
    "gpt2": {"vocab_size": 64, "n_embd": 32, "n_layer": 2, "n_head": 4},
    "gpt_neox": SMALL,
    "phi": SMALL,
    "openelm": {"vocab_size": 64, "model_dim": 64, "num_transformer_layers": 3, "head_dim": 8, "ffn_dim_divisor": 16},
}


def build(kind: str):
    register_openelm()
    with torch.device("meta"):
        return AutoModelForSequenceClassification.from_config(AutoConfig.for_model(kind, **CONFIGS[kind]))


def leaves(model, targets) -> set[str]:
    names = matching(linear_layers(model), resolve(model, targets))
    return {
        name.split(".", name.split(".").index(next(p for p in name.split(".") if p.isdigit())) + 1)[-1]
        for name in names
    }


DEFAULT = {
    "bert": {"attention.self.query", "attention.self.value"},
    "roberta": {"attention.self.query", "attention.self.value"},
    "distilbert": {"attention.q_lin", "attention.v_lin"},
    "llama": {"self_attn.q_proj", "self_attn.v_proj"},
    "qwen2": {"self_attn.q_proj", "self_attn.v_proj"},
    "gpt2": {"attn.c_attn"},
    "gpt_neox": {"attention.query_key_value"},
    "phi": {"self_attn.q_proj", "self_attn.v_proj"},
    "openelm": {"attn.qkv_proj"},
}


@pytest.mark.parametrize("kind", DEFAULT)
def test_the_default_is_query_and_value_or_the_layer_that_holds_them(kind):
    assert leaves(build(kind), ["query", "value"]) == DEFAULT[kind]


ATTENTION = {
    "bert": {"attention.self.query", "attention.self.key", "attention.self.value", "attention.output.dense"},
    "llama": {f"self_attn.{x}_proj" for x in "qkvo"},
    "gpt2": {"attn.c_attn", "attn.c_proj"},
    "gpt_neox": {"attention.query_key_value", "attention.dense"},
    "openelm": {"attn.qkv_proj", "attn.out_proj"},
}


@pytest.mark.parametrize("kind", ATTENTION)
def test_attention_is_its_four_layers_and_no_feed_forward(kind):
    assert leaves(build(kind), "attention") == ATTENTION[kind]


FORWARD = {
    "bert": {"intermediate.dense", "output.dense"},
    "llama": {"mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"},
    "gpt2": {"mlp.c_fc", "mlp.c_proj"},
    "gpt_neox": {"mlp.dense_h_to_4h", "mlp.dense_4h_to_h"},
    "openelm": {"ffn.proj_1", "ffn.proj_2"},
}


@pytest.mark.parametrize("kind", FORWARD)
def test_all_linear_is_the_blocks_and_dense_their_outputs(kind):
    model = build(kind)
    assert leaves(model, "all-linear") == ATTENTION[kind] | FORWARD[kind]
    output = {name for name in ATTENTION[kind] if name.endswith(("dense", "o_proj", "out_proj", "c_proj"))}
    assert leaves(model, "dense") == output | FORWARD[kind]


def test_dense_in_bert_is_the_authors_word_pooler_included():
    model = build("bert")
    assert resolve(model, "dense") == ["dense"]
    assert "bert.pooler.dense" in matching((n for n, _ in model.named_modules()), ["dense"])


def test_all_linear_reaches_neither_pooler_nor_head():
    model = build("roberta")
    reached = matching((n for n, _ in model.named_modules()), resolve(model, "all-linear"))
    assert reached and all(".layer." in name for name in reached)


def test_a_layers_own_name_and_several_names_at_once():
    model = build("llama")
    assert resolve(model, ["mlp.up_proj", "output", "up_proj"]) == ["mlp.up_proj", "o_proj", "up_proj"]


@pytest.mark.parametrize(
    ("targets", "told"),
    [("quary", "did you mean 'query'"), (["q_proj", "nothing"], "'nothing' matches no layer"), ([], "empty")],
)
def test_a_target_that_is_none_is_told_with_what_the_model_has(targets, told):
    with pytest.raises(SSTIError, match=told) as refused:
        resolve(build("llama"), targets, "Tiny")
    assert "all-linear" in refused.value.next
    if targets:
        assert "'q_proj'" in refused.value.next and "'down_proj'" in refused.value.next


def test_ends_mean_the_wanted_layers_and_no_other():
    layers = [f"layer.{i}.{n}" for i in range(12) for n in ("attention.output.dense", "output.dense")]
    wanted = [n for n in layers if "attention" not in n]
    assert set(matching(layers, ends_of(wanted, layers))) == set(wanted)
