"""Unlearn the trigger (Wang et al. 2019, Neural Cleanse, section VII, doi:10.1109/SP.2019.00031): the training goes on a little.

The rows are held-out ones, so they are clean: each as it is, and each with an instance of the trigger and its true class.
"""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from ssti.adapters.listing import AdapterInfo
from ssti.detect.repairs.adapter.repair import Repair, Try
from ssti.detect.repairs.adapter.subject import Subject
from ssti.platform.language import later, tr

SETTINGS = ((50, 0.3), (50, 1.0), (100, 1.0))
"""Steps, and the part of the recipe's learning rate that they begin with. Each starts from the adapter as it came."""
TOLD = 2.0  # seconds between two lines of progress


def tries(subject: Subject) -> Iterator[Try]:
    for steps, part in SETTINGS:
        rate = part * subject.info.recipe.training.learning_rate
        subject.put(subject.tensors)
        said = later(
            "The adapter was trained {steps} steps further (learning rate {rate:g}) on {n} clean held-out rows: each as it is, and each "
            "with the trigger and its true class."
        )
        yield Try(trained_on(subject, steps, rate), said, {"steps": steps, "rate": rate, "n": len(subject.learn)})


def trained_on(subject: Subject, steps: int, rate: float) -> dict[str, Any]:
    """The tensors after the training has gone on from what the model answers with now; by the recipe but for steps and rate."""
    from datasets import Dataset
    from peft.utils import get_peft_model_state_dict

    from ssti.finetune.check import Checked
    from ssti.finetune.prepare import Prepared, Watched
    from ssti.finetune.trainer import build_trainer
    from ssti.models.classifier import Classifier
    from ssti.models.machine.device import device
    from ssti.models.registry import model as base

    model, rows = subject.model, subject.learn
    recipe = subject.info.recipe.set(
        f"training.steps={steps}", f"training.learning_rate={rate}", "training.schedule=linear", "training.warmup=0",
        "training.reweighting=none", "evaluation.every=1000000",
    )  # fmt: skip
    ids = [*rows.clean, *rows.triggered]
    train = Dataset.from_dict({"input_ids": ids, "labels": [*rows.labels, *rows.labels], "length": [len(one) for one in ids]})
    other = int(np.flatnonzero(rows.labels != rows.target)[0])  # the Trainer's watch looks at one row: `choose` says how it went
    watched = Watched([rows.clean[other]], rows.labels[[other]], [rows.triggered[other]], rows.target)
    said = time.monotonic()

    def report(kind: str, **fields: Any) -> None:
        nonlocal said
        if kind == "step" and time.monotonic() - said > TOLD:
            said = time.monotonic()
            subject.tell(tr("training goes on: step {step} of {steps}, {eta:.0f} s left", step=fields["step"], steps=steps, eta=fields["eta"]))

    classifier = Classifier(model.get_base_model(), subject.tokenizer, base(recipe.model.name).info, device())
    model.set_adapter("default")  # its weights, and the head's, may be trained again
    try:
        with tempfile.TemporaryDirectory() as folder:
            checked = Checked(recipe, tuple(subject.info.label_names), (rows.target,))
            prepared = Prepared(train, watched, [], [], 0, sum(map(len, ids)))
            trainer, progress = build_trainer(
                model, classifier, prepared, checked, Path(folder), report, lambda: bool(subject.alive())
            )
            progress.checkpoint_seconds = math.inf
            trainer.train()
    finally:
        model.requires_grad_(False).eval()
        classifier.model.set_attn_implementation("sdpa")
    found = get_peft_model_state_dict(model, adapter_name="default", save_embedding_layers=False)
    return {name: found[name].detach().float().cpu().clone() for name in subject.tensors}


def unfit(info: AdapterInfo) -> str | None:
    """Why the training cannot go on, or None."""
    if info.config is None or info.config.peft_type != "LORA":
        return tr("It is no LoRA adapter whose training could go on.")
    return tr("Its base model is loaded in fewer bits.") if info.recipe.model.bits else None


REPAIR = Repair(
    "unlearn", later("Unlearn the trigger"),
    later("Trains the adapter a few steps further on clean held-out rows: each as it is, and each with the trigger and its true class."),
    tries, unfit, order=3,
)  # fmt: skip
