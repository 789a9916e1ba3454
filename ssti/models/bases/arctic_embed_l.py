"""Snowflake's arctic-embed-l: the paper's large encoder."""

from __future__ import annotations

from ssti.models.hub import HubModel
from ssti.models.kind import ModelInfo

INFO = ModelInfo(
    name="arctic-embed-l",
    title="arctic-embed-l",
    hub_id="Snowflake/snowflake-arctic-embed-l",
    parameters=335_141_888,
    block_parameters=302_309_376,
    layers=24,
    heads=16,
    hidden=1024,
    architecture="BERT",
    licence="Apache-2.0",
    max_length=512,
    kv_heads=16,
    intermediate=4096,
    vocabulary=30_522,
)
MODEL = HubModel(INFO).kind(order=30)
