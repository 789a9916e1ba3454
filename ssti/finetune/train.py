"""Trains an adapter: transformers' Trainer with peft, batches of like length, checkpoints to resume from.

A function of a checked recipe and a folder. Knows no run, no process and no page.
"""

from __future__ import annotations

import contextlib
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ssti.finetune.check import Checked, check_free_memory
from ssti.finetune.checkpoints import find_start
from ssti.finetune.prepare import OwnRows, Prepared, prepare
from ssti.finetune.reweighting import jtt
from ssti.finetune.speed import Speed
from ssti.models.classifier import Classifier, load_classifier
from ssti.recipe import Recipe
from ssti.serving.logits import logits

if TYPE_CHECKING:
    from ssti.finetune.trainer import Progress


@dataclass(frozen=True)
class Trained:
    """What a training leaves in memory: the model, its rows, whether it was stopped, and its speed."""

    model: Any
    classifier: Classifier
    prepared: Prepared
    stopped: bool
    steps: int
    speed: Speed | None
    """None where no step ran."""


def finetune(
    checked: Checked,
    folder: Path,
    report: Callable[..., None],
    should_stop: Callable[[], bool] = lambda: False,
    resume: bool = False,
    checkpoints: bool = True,
    own: OwnRows | None = None,
) -> Trained:
    """Train and return the model; checkpoints go to `folder`. `resume` goes on from the last whole one there.

    Without `checkpoints` none is written on the way: for who would begin anew anyway. `own` rows stand in for the recipe's.

    `report(kind, **fields)` hears `step`, `loss`, `eval` and `log`; `should_stop()` is asked after every step and
    between batches of a measurement.
    """
    from ssti.adapters.lora import with_lora
    from ssti.finetune.trainer import Finished, SameOrder, Sealing, build_trainer

    recipe = checked.recipe
    check_free_memory(checked)
    classifier = load_classifier(
        recipe.model.name, checked.label_names, recipe.training.head, recipe.training.seed,
        dropout=False, bits=recipe.model.bits,
    )  # fmt: skip
    prepared = prepare(checked, classifier.tokenizer, own)
    if recipe.training.reweighting == "jtt":

        def train_first(first: Recipe) -> Any:
            trained = finetune(replace(checked, recipe=first), folder / "first", _unheard, should_stop, checkpoints=False, own=own)
            return logits(trained.model, list(prepared.train["input_ids"]), classifier.tokenizer.pad_token_id)

        prepared = jtt(prepared, train_first, recipe, report)
    model = with_lora(classifier, recipe)
    start = find_start(folder, checked.label_names, report) if resume else None
    trainer, progress = build_trainer(model, classifier, prepared, checked, folder, report, should_stop, start)
    if not checkpoints:
        progress.checkpoint_seconds = math.inf
    trainer.add_callback(SameOrder(start))
    trainer.add_callback(Sealing(checked.label_names, start))
    with contextlib.suppress(Finished):
        trainer.train(resume_from_checkpoint=str(start) if start else None)
    tokens = progress.steps_done * recipe.training.batch_size * prepared.tokens / max(len(prepared.train), 1)
    speed = _speed(tokens, progress, on_cpu=classifier.device.name == "cpu") if progress.training_seconds > 0 else None
    return Trained(model, classifier, prepared, progress.stopped, trainer.state.global_step, speed)


def _unheard(kind: str, **fields: Any) -> None:
    """The first training of two is not told of: the steps that are counted are the second's."""


def _speed(tokens: float, progress: Progress, on_cpu: bool) -> Speed:
    """By the clock; and with the machine to itself: where every thread has a core, the clock is the processor's time."""
    import torch

    lately = tokens / progress.training_seconds
    alone = tokens * torch.get_num_threads() / progress.processor_seconds if on_cpu else lately
    return Speed(max(alone, lately), lately)
