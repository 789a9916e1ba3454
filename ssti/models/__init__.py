"""Base models by name: their tokenizer, their classifier, their head. Knows no dataset and no trigger."""

from ssti.models.base import ModelInfo
from ssti.models.machine.device import Device, device
from ssti.models.registry import BASES, list_models, model

__all__ = ["BASES", "Device", "ModelInfo", "device", "list_models", "model"]
