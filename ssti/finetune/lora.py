"""LoRA on a loaded classifier, as the recipe says. Knows peft, no rows and no training."""

from __future__ import annotations

from ssti.errors import SSTIError
from ssti.models.classifier import Classifier
from ssti.recipe import Recipe


def with_lora(classifier: Classifier, recipe: Recipe):
    """A PeftModel with a new adapter, the same for the same seed.

    With a trained head peft trains and saves the head too (`SEQ_CLS`); a frozen random one stays as it is. Raises
    SSTIError when the recipe's targets are no modules of this model.
    """
    import torch
    from peft import LoraConfig, get_peft_model

    lora, training = recipe.lora, recipe.training
    named = lora.targets if isinstance(lora.targets, str) and lora.targets == "all-linear" else None
    config = LoraConfig(
        task_type="SEQ_CLS" if training.head == "trained" else None,
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=named or ([lora.targets] if isinstance(lora.targets, str) else list(lora.targets)),
    )
    try:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(training.seed)
            model = get_peft_model(classifier.model, config)
    except ValueError as error:
        raise SSTIError(
            f"lora.targets {lora.targets!r} match no module of {classifier.info.title}.",
            next="Use 'query', 'key', 'value', 'dense' or 'all-linear'.",
        ) from error
    return model
