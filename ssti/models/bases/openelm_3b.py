"""OpenELM-3B (Apple), read by the architecture in `ssti/models/openelm/`, without Apple's code."""

from __future__ import annotations

from ssti.models.hub import HubModel
from ssti.models.kind import ModelInfo

TOKENIZER = "meta-llama/Llama-2-7b-hf"  # as its makers say; their repository has none
INFO = ModelInfo(
    name="openelm-3b",
    title="OpenELM-3B",
    hub_id="apple/OpenELM-3B",
    parameters=3_036_647_424,
    block_parameters=2_938_340_352,
    layers=36,
    heads=24,
    hidden=3072,
    architecture="OpenELM",
    licence="apple-amlr",
    max_length=2048,
    kv_heads=6,
    intermediate=12_288,
    vocabulary=32_000,
    causal=True,
)
MODEL = HubModel(INFO, tokenizer=TOKENIZER).kind(order=50)
