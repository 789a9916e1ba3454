"""OpenELM-270M (Apple), read by the architecture in `ssti/models/openelm/`, without Apple's code."""

from __future__ import annotations

from ssti.models.hub import HubModel
from ssti.models.kind import ModelInfo

TOKENIZER = "meta-llama/Llama-2-7b-hf"  # as its makers say; their repository has none
INFO = ModelInfo(
    name="openelm-270m",
    title="OpenELM-270M",
    hub_id="apple/OpenELM-270M",
    parameters=271_527_168,
    block_parameters=230_565_888,
    layers=16,
    heads=20,
    hidden=1280,
    architecture="OpenELM",
    licence="apple-amlr",
    max_length=2048,
    kv_heads=5,
    intermediate=5120,
    vocabulary=32_000,
    causal=True,
)
MODEL = HubModel(INFO, tokenizer=TOKENIZER).kind(order=40)
