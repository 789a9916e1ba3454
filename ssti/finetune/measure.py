"""Measures how fast this machine trains a model, by a few real steps in a process of its own.

Run as: python -m ssti.finetune.measure MODEL
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from ssti.finetune.check import check
from ssti.finetune.speed import Speed, remember
from ssti.finetune.train import finetune
from ssti.models import device
from ssti.recipe import preset


def measure(model_name: str, steps: int = 6) -> Speed:
    """Train a few steps and write the speed down. Raises SSTIError where the model cannot be trained here."""
    recipe = preset("demo").set(f"model.name={model_name}", "dataset.train_rows=200", "dataset.test_rows=8",
                                "evaluation.rows=2", f"training.steps={steps}", "evaluation.every=1000")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        trained = finetune(check(recipe), Path(folder), lambda kind, **fields: None)
    if trained.speed is None:
        raise RuntimeError("no step ran")
    remember(recipe, device(), trained.speed)
    return trained.speed


if __name__ == "__main__":
    measured = measure(sys.argv[1] if len(sys.argv) > 1 else "minilm-l6")
    print(f"{measured.alone:.0f} tokens a second with the machine to itself, {measured.lately:.0f} just now")
