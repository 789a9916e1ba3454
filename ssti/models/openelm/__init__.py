"""OpenELM (Mehta et al. 2024, arXiv:2404.14619) as a native transformers model: no remote code, Apple's own names.

Importing this package loads nothing; `register_openelm` makes transformers' Auto classes know it.
"""

from functools import cache


@cache
def register_openelm() -> None:
    """Register config, model and heads under the model type "openelm". Calling it again changes nothing.

    From then on `AutoConfig`, `AutoModel`, `AutoModelForCausalLM` and `AutoModelForSequenceClassification`
    read an OpenELM checkpoint with this code, and prefer it to remote code that the checkpoint names.
    """
    from transformers import AutoConfig, AutoModel, AutoModelForCausalLM, AutoModelForSequenceClassification

    from ssti.models.openelm.classifier import OpenELMForSequenceClassification
    from ssti.models.openelm.configuration import OpenELMConfig
    from ssti.models.openelm.modeling import OpenELMForCausalLM, OpenELMModel

    AutoConfig.register(OpenELMConfig.model_type, OpenELMConfig, exist_ok=True)
    AutoModel.register(OpenELMConfig, OpenELMModel, exist_ok=True)
    AutoModelForCausalLM.register(OpenELMConfig, OpenELMForCausalLM, exist_ok=True)
    AutoModelForSequenceClassification.register(OpenELMConfig, OpenELMForSequenceClassification, exist_ok=True)
