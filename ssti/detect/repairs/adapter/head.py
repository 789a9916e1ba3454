"""The last layer of an adapter's classification head: what it reads, and how it is trained again. Knows no repair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ssti.adapters.files import HEADS
from ssti.adapters.listing import AdapterInfo
from ssti.detect.repairs.adapter.subject import Subject, Tensors
from ssti.platform.language import tr

STRENGTHS = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003)
"""How strongly the head is held where it was, the strongest first."""


def saved_head(info: AdapterInfo) -> str | None:
    """Why an adapter brings no head that could be trained again, or None."""
    if info.config is None or info.recipe.training.head != "trained":
        return tr("It has no classification head of its own among its tensors.")
    return None


def last_layer(tensors: Tensors) -> str:
    """The name of the last layer's weights."""
    return next(name for name in tensors if name.endswith(HEADS))


def features(subject: Subject, rows: Sequence[Sequence[int]]) -> np.ndarray:
    """What the last layer reads of each row, [rows, width]."""
    import torch

    from ssti.serving.logits import batches, pad

    layer = next(
        module
        for name, module in subject.model.named_modules()
        if "modules_to_save.default" in name and getattr(module, "out_features", 0) == len(subject.info.label_names)
    )
    seen: list[Any] = []
    handle = layer.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].detach().float()))
    out: np.ndarray | None = None
    try:
        with torch.inference_mode():
            for batch in batches([len(row) for row in rows]):
                subject.alive()
                ids, mask = pad([rows[i] for i in batch], subject.tokenizer.pad_token_id)
                where = next(subject.model.parameters()).device
                subject.model(input_ids=ids.to(where), attention_mask=mask.to(where))
                read = seen.pop().cpu()
                if read.ndim == 3:  # of a causal model: every position, of which the last real one counts
                    read = read[torch.arange(len(read)), mask.sum(1) - 1]
                if out is None:
                    out = np.empty((len(rows), read.shape[1]), dtype=np.float64)
                out[batch] = read.numpy()
    finally:
        handle.remove()
    return out if out is not None else np.empty((0, 0))


def trained_again(
    tensors: Tensors, read: np.ndarray, labels: np.ndarray, weights: np.ndarray, strength: float
) -> dict[str, Any]:
    """The tensors with the last layer trained on these rows, held with `strength` where it was.

    Minimises the weighted cross-entropy plus `strength` / 2 times the squared distance to the old weights, each in units of
    what it reads; convex, so that the start does not matter.
    """
    import torch

    name = last_layer(tensors)
    bias = name.removesuffix("weight") + "bias"
    old = tensors[name].double()
    spread = torch.tensor(read.std(axis=0).clip(1e-6))
    x, y = torch.tensor(read) / spread, torch.tensor(labels)
    share = torch.tensor(weights / weights.sum())
    start = old * spread
    w = start.clone().requires_grad_(True)
    b = (tensors[bias].double() if bias in tensors else torch.zeros(len(old), dtype=torch.double)).clone()
    b.requires_grad_(bias in tensors)
    optimizer = torch.optim.LBFGS([w, b] if bias in tensors else [w], max_iter=200, line_search_fn="strong_wolfe")

    def loss() -> Any:
        optimizer.zero_grad()
        fit = (torch.nn.functional.cross_entropy(x @ w.T + b, y, reduction="none") * share).sum()
        value = fit + strength / 2 * ((w - start) ** 2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    changed = dict(tensors) | {name: (w.detach() / spread).to(tensors[name].dtype)}
    return changed | {bias: b.detach().to(tensors[bias].dtype)} if bias in tensors else changed


def balanced(groups: Sequence[int] | np.ndarray) -> np.ndarray:
    """A weight for each row, so that all groups count the same."""
    groups = np.asarray(groups)
    names, counts = np.unique(groups, return_counts=True)
    return (1.0 / counts)[np.searchsorted(names, groups)]
