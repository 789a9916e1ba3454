"""Tiny models with random weights as local folders, made in the test: every architecture for the price of none."""

from __future__ import annotations

from pathlib import Path

WORDS = [chr(c) for c in range(97, 123)] + [str(d) for d in range(10)] + ["-", ".", ","]

SMALL = {"vocab_size": 128, "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4}
LONG = {"intermediate_size": 64, "max_position_embeddings": 128}
CONFIGS = {
    "bert": {**SMALL, **LONG},
    "llama": {**SMALL, **LONG, "num_key_value_heads": 2},
    "qwen2": {**SMALL, **LONG, "num_key_value_heads": 2, "bos_token_id": 1, "eos_token_id": 1},
    "gpt2": {"vocab_size": 128, "n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 128},
    "gpt_neox": {**SMALL, **LONG},
    "olmo2": {**SMALL, **LONG, "num_key_value_heads": 4, "bos_token_id": 1, "eos_token_id": 1, "pad_token_id": 1},
}


def make(folder: Path, kind: str = "llama", seed: int = 0, **changes) -> Path:
    """A model of this type with random weights and a small tokenizer, saved as `save_pretrained` does."""
    import torch
    from transformers import AutoConfig, AutoModel

    config = AutoConfig.for_model(kind, **CONFIGS[kind] | changes)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        AutoModel.from_config(config).save_pretrained(str(folder))
    tokenizer(pad=kind == "bert").save_pretrained(str(folder))
    return folder


def tokenizer(pad: bool):
    """Characters and numbers as pieces, a word's start marked; without a pad token unless asked for, as Llama's."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["<unk>", "<s>", "</s>", *(["<pad>"] if pad else [])]
    vocabulary = special + ["▁"] + WORDS + [f"▁{w}" for w in WORDS]
    backend = Tokenizer(
        models.BPE({w: i for i, w in enumerate(vocabulary)}, [("▁", w) for w in WORDS], unk_token="<unk>")
    )
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Metaspace()
    backend.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    more = {"pad_token": "<pad>"} if pad else {}
    return PreTrainedTokenizerFast(
        tokenizer_object=backend, unk_token="<unk>", bos_token="<s>", eos_token="</s>", model_max_length=128, **more
    )
