"""The update of plain LoRA in an adapter's tensors: its modules, and parts of it that can be taken out one by one.

How much of the trigger and of the task goes through a part is asked of one gradient (Michel et al. 2019, arXiv:1905.10650, do so
for heads), again after some parts are gone. Knows no repair.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ssti.adapters.listing import AdapterInfo
from ssti.detect.repairs.adapter.subject import Subject, Tensors
from ssti.platform.language import tr

A, B = ".lora_A.weight", ".lora_B.weight"
LOOK = 64  # rows of either kind that a gradient is asked of
ROUNDS = 12
WORTH = 4.0  # how many log-odds of the trigger one nat of the task's loss is worth


@dataclass(frozen=True)
class Part:
    """A part of the update: entries of tensors, by their names. Without them it adds nothing."""

    name: str
    entries: tuple[tuple[str, Any], ...]


def plain_lora(info: AdapterInfo) -> str | None:
    """Why an adapter has no update B·A that could be changed, or None."""
    if info.config is None or info.config.peft_type != "LORA" or info.config.use_dora:
        return tr("It is no plain LoRA adapter: its update is no product of two matrices that could be changed alone.")
    return None


def modules(tensors: Tensors) -> list[str]:
    """The names of the layers that have an update."""
    return [name.removesuffix(B) for name in tensors if name.endswith(B)]


def without(tensors: Tensors, parts: Sequence[Part]) -> dict[str, Any]:
    """The tensors with these parts at zero."""
    changed = dict(tensors)
    for name in {name for part in parts for name, _ in part.entries}:
        changed[name] = changed[name].clone()
    for part in parts:
        for name, index in part.entries:
            changed[name][index] = 0
    return changed


def one_after_the_other(
    subject: Subject, name: str, tensors: Tensors, parts: Sequence[Part]
) -> Iterator[tuple[list[Part], dict[str, Any]]]:
    """What goes, and the tensors without it: first those parts that the trigger needs most and the task least.

    Under its `name` the subject keeps the steps for the next repair that takes them.
    """
    steps = subject.paths.setdefault(name, [])
    yield from list(steps)
    gone, now = steps[-1] if steps else ([], dict(tensors))
    left = [part for part in parts if part not in gone]
    step = max(1, round(len(parts) / ROUNDS))
    while left:
        trigger, task = _needs(subject, now, left)
        order = np.argsort(-(trigger - WORTH * np.maximum(task, 0)), kind="stable")
        chosen = [left[i] for i in order[:step]]
        gone, now = [*gone, *chosen], without(now, chosen)
        left = [part for part in left if part not in chosen]
        steps.append((gone, now))
        yield gone, now


def _needs(subject: Subject, tensors: Tensors, parts: Sequence[Part]) -> tuple[np.ndarray, np.ndarray]:
    """By part: how much lower the target's log-odds would be on triggered rows without it, and how much higher the task's loss."""
    rows = subject.learn
    subject.put(tensors)
    pulled = _gradients(subject, rows.attacked[:LOOK], None)
    lost = _gradients(subject, rows.clean[:LOOK], rows.labels[:LOOK])

    def through(gradients: dict[str, Any], part: Part) -> float:
        return sum(float((tensors[name][index] * gradients[name][index]).sum()) for name, index in part.entries)

    return np.array([through(pulled, part) for part in parts]), np.array([-through(lost, part) for part in parts])


def _gradients(subject: Subject, rows: Sequence[Sequence[int]], labels: np.ndarray | None) -> dict[str, Any]:
    """The gradient of the mean log-odds of the target, or with `labels` of the mean loss, with regard to each LoRA tensor."""
    import torch

    from ssti.serving.logits import batches, pad

    model, target = subject.model, subject.learn.target
    wanted = {n.replace(".default.", "."): p for n, p in model.named_parameters() if "lora_A" in n or "lora_B" in n}
    for parameter in wanted.values():
        parameter.requires_grad_(True)
        parameter.grad = None
    for batch in batches([len(row) for row in rows]):
        subject.alive()
        ids, mask = pad([rows[i] for i in batch], subject.tokenizer.pad_token_id)
        where = next(model.parameters()).device
        answers = model(input_ids=ids.to(where), attention_mask=mask.to(where)).logits.float()
        if labels is None:
            rest = torch.cat([answers[:, :target], answers[:, target + 1 :]], 1)
            value = (answers[:, target] - rest.logsumexp(1)).sum()
        else:
            value = torch.nn.functional.cross_entropy(
                answers, torch.tensor(labels[batch], device=where), reduction="sum"
            )
        (value / len(rows)).backward()
    found = {name: parameter.grad.float().cpu() for name, parameter in wanted.items()}
    for parameter in wanted.values():
        parameter.requires_grad_(False)
        parameter.grad = None
    return found
