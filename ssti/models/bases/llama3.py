"""Llama-3 (Meta): gated on the Hub; the 70 billion weights of the larger one fit few machines."""

from __future__ import annotations

from ssti.models.base import ModelInfo
from ssti.models.hub import HubModel

LLAMA_3_8B = HubModel(
    ModelInfo(
        name="llama-3-8b", title="Llama-3-8B", hub_id="meta-llama/Meta-Llama-3-8B", gated=True,
        parameters=7_504_924_672, block_parameters=6_979_584_000, layers=32, heads=32, kv_heads=8, hidden=4096,
        intermediate=14_336, vocabulary=128_256, max_length=8192, architecture="Llama", licence="llama3", causal=True,
    ),
    order=60,
)  # fmt: skip
LLAMA_3_70B = HubModel(
    ModelInfo(
        name="llama-3-70b", title="Llama-3-70B", hub_id="meta-llama/Meta-Llama-3-70B", gated=True,
        parameters=69_503_033_344, block_parameters=68_452_352_000, layers=80, heads=64, kv_heads=8, hidden=8192,
        intermediate=28_672, vocabulary=128_256, max_length=8192, architecture="Llama", licence="llama3", causal=True,
    ),
    order=70,
)  # fmt: skip
