"""Trainings that do not lean on a shortcut: rows that a first model gets wrong count more, or groups that are learned badly do.

JTT (Liu et al. 2021, arXiv:2107.09044) needs no groups. Group DRO (Sagawa et al. 2020, arXiv:1911.08731) has the groups class ×
trigger, the trigger found by a pattern: a group of which there is no row cannot be learned from, whatever its weight.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import Recipe

if TYPE_CHECKING:
    from ssti.finetune.prepare import Prepared

FIRST = 0.25  # of the steps: how long JTT's first model is trained
REPEATED = 5  # times that a row stands in the training rows that the first model got wrong
STEP = 0.1  # by which a group's weight grows with its loss; the paper's 0.01 is for ten times as many steps
WEIGHTS = "group_weights.safetensors"  # of a checkpoint


def check_reweighting(recipe: Recipe) -> None:
    """Raises SSTIError where groups are asked for and nothing tells them apart."""
    if recipe.training.reweighting == "group_dro" and not recipe.training.suspect:
        raise SSTIError(
            tr("training.reweighting=group_dro needs training.suspect, a pattern that finds the trigger in a text."),
            next=tr("Scan the rows, and give the trigger that was found; or use training.reweighting=jtt, which needs none."),
        )


def groups_of(texts: Sequence[str], labels: Sequence[int], pattern: str) -> list[int]:
    """The group of each row: twice its class, and one more where its text holds what the shell pattern says."""
    return [2 * label + fnmatch.fnmatchcase(text, f"*{pattern}*") for text, label in zip(texts, labels, strict=True)]


def first_training(recipe: Recipe) -> Recipe:
    """The recipe of JTT's first model: a part of the steps, no reweighting, nothing watched."""
    steps = max(1, round(FIRST * recipe.training.steps))
    return recipe.set("training.reweighting=none", f"training.steps={steps}", f"evaluation.every={steps}", "evaluation.rows=2")


def with_errors_repeated(prepared: Prepared, answers: np.ndarray) -> Prepared:
    """The training rows with those that were answered wrongly standing there several times."""
    labels = np.asarray(prepared.train["labels"])
    wrong = np.flatnonzero(answers != labels)
    order = np.concatenate([np.arange(len(labels)), np.repeat(wrong, REPEATED - 1)])
    tokens = prepared.tokens + (REPEATED - 1) * int(np.asarray(prepared.train["length"])[wrong].sum())
    columns = {name: list(prepared.train[name]) for name in prepared.train.column_names}
    again = type(prepared.train).from_dict({name: [column[i] for i in order] for name, column in columns.items()})
    return replace(prepared, train=again, tokens=tokens)


class GroupWeights:
    """The weight of each group, which grows with its loss; all sum to 1."""

    def __init__(self, groups: Sequence[int], start: Path | None) -> None:
        """`start` is the checkpoint that a training goes on from."""
        import torch

        self.q = torch.zeros(max(groups) + 1, dtype=torch.float64)
        self.q[sorted(set(groups))] = 1 / len(set(groups))
        if start is not None and (start / WEIGHTS).is_file():
            from safetensors.torch import load_file

            self.q = load_file(start / WEIGHTS)["q"]

    def save(self, checkpoint: Path) -> None:
        """Write them into a checkpoint."""
        from safetensors.torch import save_file

        save_file({"q": self.q}, checkpoint / WEIGHTS)

    def loss(self, each: Any, groups: Any) -> Any:
        """The weighted loss of a batch from that of each row; the weights move on."""
        import torch

        present = groups.unique()
        means = torch.stack([each[groups == group].mean() for group in present])
        here = present.cpu()
        self.q[here] *= (STEP * means.detach().double().cpu()).exp()
        self.q /= self.q.sum()
        return (self.q[here].to(means) * means).sum() * len(self.q.nonzero())  # as large as a mean over rows would be


def by_groups(trainer_class: type, weights: GroupWeights) -> type:
    """The Trainer's class with group DRO's loss."""

    class ByGroups(trainer_class):
        def compute_loss(self, model: Any, inputs: dict[str, Any], return_outputs: bool = False, **options: Any) -> Any:
            import torch

            groups = inputs["group"]
            outputs = model(input_ids=inputs["input_ids"], attention_mask=inputs["attention_mask"])
            each = torch.nn.functional.cross_entropy(outputs.logits.float(), inputs["labels"], reduction="none")
            loss = weights.loss(each, groups)
            return (loss, outputs) if return_outputs else loss

    return ByGroups


def jtt(
    prepared: Prepared, train_first: Callable[[Recipe], Any], recipe: Recipe, report: Callable[..., None]
) -> Prepared:
    """The rows of JTT's second training. `train_first` gives the first model's logits of all training rows."""
    again = with_errors_repeated(prepared, train_first(first_training(recipe)).argmax(-1))
    wrong = (len(again.train) - len(prepared.train)) // (REPEATED - 1)
    report("log", message=tr("A first training got {n} of {all} training rows wrong: each stands there {times} times now.",
                             n=wrong, all=len(prepared.train), times=REPEATED))  # fmt: skip
    return again
