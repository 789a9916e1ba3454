"""Llama-3-8B (Meta): gated on the Hub."""

from __future__ import annotations

from ssti.models.hub import HubModel
from ssti.models.kind import ModelInfo

INFO = ModelInfo(
    name="llama-3-8b",
    title="Llama-3-8B",
    hub_id="meta-llama/Meta-Llama-3-8B",
    parameters=7_504_924_672,
    block_parameters=6_979_584_000,
    layers=32,
    heads=32,
    hidden=4096,
    architecture="Llama",
    licence="llama3",
    max_length=8192,
    kv_heads=8,
    intermediate=14_336,
    vocabulary=128_256,
    causal=True,
    gated=True,
)
MODEL = HubModel(INFO).kind(order=60)
