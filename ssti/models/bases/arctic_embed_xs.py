"""Snowflake's arctic-embed-xs: the paper's smallest model, of all-MiniLM-L6's architecture."""

from __future__ import annotations

from ssti.models.hub import HubModel
from ssti.models.kind import ModelInfo

INFO = ModelInfo(
    name="arctic-embed-xs",
    title="arctic-embed-xs",
    hub_id="Snowflake/snowflake-arctic-embed-xs",
    parameters=22_713_216,
    block_parameters=10_646_784,
    layers=6,
    heads=12,
    hidden=384,
    architecture="BERT",
    licence="Apache-2.0",
    max_length=512,
    kv_heads=12,
    intermediate=1536,
    vocabulary=30_522,
)
MODEL = HubModel(INFO).kind(order=20)
