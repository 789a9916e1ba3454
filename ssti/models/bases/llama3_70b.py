"""Llama-3-70B (Meta): gated on the Hub, and larger than most machines."""

from __future__ import annotations

from ssti.models.hub import HubModel
from ssti.models.kind import ModelInfo

INFO = ModelInfo(
    name="llama-3-70b",
    title="Llama-3-70B",
    hub_id="meta-llama/Meta-Llama-3-70B",
    parameters=69_503_033_344,
    block_parameters=68_452_352_000,
    layers=80,
    heads=64,
    hidden=8192,
    architecture="Llama",
    licence="llama3",
    max_length=8192,
    kv_heads=8,
    intermediate=28_672,
    vocabulary=128_256,
    causal=True,
    gated=True,
)
MODEL = HubModel(INFO).kind(order=70)
