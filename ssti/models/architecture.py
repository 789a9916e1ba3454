"""What transformers knows of an architecture: its classes, its dropout, its reading direction. Loads no weights."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any


def known(model_type: str) -> bool:
    """Whether transformers, or this package, has this architecture."""
    ready()
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    return model_type in CONFIG_MAPPING


def ready() -> None:
    """Load transformers and make it know this package's own architectures."""
    import_module(
        "transformers"
    )  # an import of names from it, while another thread loads it, would get half of it; this one waits
    from ssti.models.openelm import register_openelm

    register_openelm()


def can_classify(config: Any) -> bool:
    """Whether a classifier can be made: the architecture has one, or a causal model to put a head on."""
    from transformers.models.auto.modeling_auto import (
        MODEL_FOR_CAUSAL_LM_MAPPING,
        MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING,
        MODEL_MAPPING,
    )

    config_class = type(config)
    return config_class in MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING or (
        config_class in MODEL_FOR_CAUSAL_LM_MAPPING and config_class in MODEL_MAPPING
    )


def is_causal(config: Any) -> bool:
    """Whether the architecture is a decoder. BERT and its kin can be configured as one, and are not unless they say so."""
    from transformers.models.auto.modeling_auto import MODEL_FOR_CAUSAL_LM_MAPPING, MODEL_FOR_MASKED_LM_MAPPING

    config_class = type(config)
    if config_class in MODEL_FOR_MASKED_LM_MAPPING:
        return bool(getattr(config, "is_decoder", False))
    return config_class in MODEL_FOR_CAUSAL_LM_MAPPING


def sequence_class(config: Any) -> Any:
    """The class of the architecture's sequence classifier; for a causal model without one, made from transformers' parts.

    That one reads the last real position through a linear layer `score`, as Llama's does.
    """
    from transformers import AutoModelForSequenceClassification
    from transformers.modeling_layers import GenericForSequenceClassification
    from transformers.models.auto.modeling_auto import MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING, MODEL_MAPPING

    by_own_code = AutoModelForSequenceClassification.__name__ in (getattr(config, "auto_map", None) or {})
    if by_own_code or type(config) in MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING:
        return AutoModelForSequenceClassification
    base = MODEL_MAPPING[type(config)]
    name = base.__name__.removesuffix("Model") + "ForSequenceClassification"
    return type(name, (GenericForSequenceClassification, base.__bases__[0]), {"__module__": __name__})


def without_pooler(config: Any) -> dict[str, bool]:
    """The argument that leaves out a pooler that nothing reads, where the architecture has one."""
    from transformers.models.auto.modeling_auto import MODEL_MAPPING

    chosen = MODEL_MAPPING.get(type(config), None)
    has = chosen is not None and "add_pooling_layer" in inspect.signature(chosen.__init__).parameters
    return {"add_pooling_layer": False} if has else {}


def no_dropout(config: Any) -> None:
    """Turn the base model's own dropout off, whatever its architecture calls it."""
    for name, value in config.to_dict().items():
        if isinstance(value, float) and ("dropout" in name or name.endswith("pdrop")):
            setattr(config, name, 0.0)
