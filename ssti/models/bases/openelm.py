"""OpenELM (Apple), read by the architecture in `ssti/models/openelm/`, without Apple's code."""

from __future__ import annotations

from ssti.models.base import ModelInfo
from ssti.models.hub import HubModel

TOKENIZER = "meta-llama/Llama-2-7b-hf"  # as its makers say; their repositories have none

OPENELM_270M = HubModel(
    ModelInfo(
        name="openelm-270m", title="OpenELM-270M", hub_id="apple/OpenELM-270M",
        parameters=271_527_168, block_parameters=230_565_888, layers=16, heads=20, kv_heads=5, hidden=1280,
        intermediate=5120, vocabulary=32_000, max_length=2048, architecture="OpenELM", licence="apple-amlr", causal=True,
    ),
    order=40,
    tokenizer_id=TOKENIZER,
)  # fmt: skip
OPENELM_3B = HubModel(
    ModelInfo(
        name="openelm-3b", title="OpenELM-3B", hub_id="apple/OpenELM-3B",
        parameters=3_036_647_424, block_parameters=2_938_340_352, layers=36, heads=24, kv_heads=6, hidden=3072,
        intermediate=12_288, vocabulary=32_000, max_length=2048, architecture="OpenELM", licence="apple-amlr", causal=True,
    ),
    order=50,
    tokenizer_id=TOKENIZER,
)  # fmt: skip
