"""Snowflake's arctic-embed: the paper's smallest model, of all-MiniLM-L6's architecture, and its large encoder."""

from __future__ import annotations

from ssti.models.base import ModelInfo
from ssti.models.hub import HubModel

XS = HubModel(
    ModelInfo(
        name="arctic-embed-xs", title="arctic-embed-xs", hub_id="Snowflake/snowflake-arctic-embed-xs",
        parameters=22_713_216, block_parameters=10_646_784, layers=6, heads=12, kv_heads=12, hidden=384,
        intermediate=1536, vocabulary=30_522, max_length=512, architecture="BERT", licence="Apache-2.0",
    ),
    order=20,
)  # fmt: skip
L = HubModel(
    ModelInfo(
        name="arctic-embed-l", title="arctic-embed-l", hub_id="Snowflake/snowflake-arctic-embed-l",
        parameters=335_141_888, block_parameters=302_309_376, layers=24, heads=16, kv_heads=16, hidden=1024,
        intermediate=4096, vocabulary=30_522, max_length=512, architecture="BERT", licence="Apache-2.0",
    ),
    order=30,
)  # fmt: skip
