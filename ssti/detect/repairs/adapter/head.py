"""The last layer of an adapter's classification head: what it reads, and how it is trained again. Knows no repair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from ssti.adapters.listing import AdapterInfo
from ssti.detect.repairs.adapter.subject import Subject, Tensors, head_of
from ssti.platform.language import tr

STRENGTHS = (100.0, 30.0, 10.0, 3.0, 1.0, 0.3, 0.1)
"""How strongly the head is held where it was, the strongest first."""


def saved_head(info: AdapterInfo) -> str | None:
    """Why an adapter brings no head that could be trained again, or None."""
    if info.config is None or info.recipe.training.head != "trained":
        return tr("It has no classification head of its own among its tensors.")
    return None


def trained_again(
    tensors: Tensors, read: np.ndarray, labels: np.ndarray, weights: np.ndarray, strength: float
) -> dict[str, Any]:
    """The tensors with the last layer trained on these rows, held with `strength` where it was.

    Minimises the weighted cross-entropy plus `strength` / 2 times the squared distance to the old weights, each in units of
    what it reads; convex, so that the start does not matter.
    """
    import torch

    name = head_of(tensors)[0]
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


def retrained(
    subject: Subject, tensors: Tensors, strengths: Sequence[float] = STRENGTHS
) -> Iterator[tuple[float, dict[str, Any]]]:
    """The tensors with the last layer trained again on the rows to learn from, each as it is and with a trigger in, for each strength.

    The groups are class × trigger, and all count the same.
    """
    rows = subject.learn
    subject.put(tensors)
    read = np.concatenate([subject.features(rows.clean), subject.features(rows.triggered)])
    labels = np.concatenate([rows.labels, rows.labels])
    groups = labels * 2 + np.repeat([0, 1], len(rows))
    for strength in strengths:
        yield strength, trained_again(tensors, read, labels, balanced(groups), strength)


def balanced(groups: Sequence[int] | np.ndarray) -> np.ndarray:
    """A weight for each row, so that all groups count the same."""
    groups = np.asarray(groups)
    names, counts = np.unique(groups, return_counts=True)
    return (1.0 / counts)[np.searchsorted(names, groups)]
