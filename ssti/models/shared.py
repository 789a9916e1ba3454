"""Another classifier on a loaded one's weights: a structure of its own over the same tensors, under a head of its own.

What is put on the copy or taken off it does not change the original, unless it writes into the shared tensors.
"""

from __future__ import annotations

import copy
from dataclasses import replace
from itertools import chain
from typing import Any

from ssti.models.classifier import Classifier


def with_own_head(classifier: Classifier, label_names: tuple[str, ...], seed: int) -> Classifier:
    """The base model's weights, shared, under a new head of these classes.

    A fixed random head is the one that `load_classifier` makes of this seed. A trained one is zeros: an adapter
    brings its own.
    """
    from ssti.models.head import FrozenHeadClassifier

    model = _same_tensors(classifier.model)
    config = model.config
    config.id2label = dict(enumerate(label_names))
    config.label2id = {name: number for number, name in config.id2label.items()}
    if isinstance(model, FrozenHeadClassifier):
        where = model.fixed_head.weight.device
        model = FrozenHeadClassifier(model.base, len(label_names), seed).eval()
        model.fixed_head.to(where)
    else:
        _replace_head(model)
    return replace(classifier, model=model)


def size(model: Any) -> int:
    """Bytes of all its weights and buffers, shared ones once."""
    tensors = {id(tensor): tensor for tensor in chain(model.parameters(), model.buffers())}
    return sum(tensor.nbytes for tensor in tensors.values())


def head_names(model: Any) -> list[str]:
    """The names of a classifier's modules that are not its base model and have weights: `classifier`, or `score`."""
    base = model.base_model_prefix
    return [name for name, module in model.named_children() if name != base and any(True for _ in module.parameters())]


def _same_tensors(model: Any) -> Any:
    """A copy of the modules over the very same parameters and buffers."""
    memo = {id(tensor): tensor for tensor in chain(model.parameters(), model.buffers())}
    return copy.deepcopy(model, memo)


def _replace_head(model: Any) -> None:
    import torch

    with torch.device("meta"):
        fresh = type(model)(model.config)
    for name in head_names(model):
        weight = next(getattr(model, name).parameters())
        head = getattr(fresh, name).to_empty(device=weight.device).to(weight.dtype).eval().requires_grad_(False)
        with torch.no_grad():
            for tensor in chain(head.parameters(), head.buffers()):
                tensor.zero_()
        setattr(model, name, head)
    model.num_labels = model.config.num_labels
