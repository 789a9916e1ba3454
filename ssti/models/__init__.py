"""Base models by name: their tokenizer, their classifier, their head. Knows no dataset and no trigger."""

from ssti.models.device import Device, device
from ssti.models.kind import ModelInfo
from ssti.models.registry import model, models

__all__ = ["Device", "ModelInfo", "device", "model", "models"]
