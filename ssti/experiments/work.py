"""Trains and measures one cell, in a process that has done others before: what they share is done once.

The training is the one of a run (`ssti.finetune`), without a folder to be found again and without measurements on the
way, so that the numbers are those of `python -m ssti train` with the same recipe on the same machine.
"""

from __future__ import annotations

import platform
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ssti.experiments.cell import Cell

PACKAGES = ("torch", "transformers", "peft", "ssti-lab")
UNWATCHED = ("evaluation.every=1000000", "evaluation.rows=2")  # two rows before the first step and after the last


def run_cell(cell: Cell) -> dict[str, Any]:
    """The cell's row. Raises what its training raises: SSTIError where the recipe cannot run here."""
    start = time.monotonic()
    from ssti.evaluate.evaluation import evaluate
    from ssti.experiments.probe import PROBES, Trained
    from ssti.experiments.table import row_of
    from ssti.finetune.check import check
    from ssti.finetune.train import finetune
    from ssti.serving.logits import encode, logits

    recipe = cell.recipe
    probes = [PROBES.find(name) for name in cell.probes]
    checked = check(recipe.set(*UNWATCHED))
    with tempfile.TemporaryDirectory() as folder:
        trained = finetune(checked, Path(folder), lambda kind, **fields: None, checkpoints=False)
    trained_at = time.monotonic()
    prepared, tokenizer = trained.prepared, trained.classifier.tokenizer

    def classify(texts: Sequence[str]) -> Any:
        rows = encode(tokenizer, texts, recipe.training.max_length)
        return logits(trained.model, rows, tokenizer.pad_token_id)

    metrics = evaluate(recipe, classify, prepared.test_texts, prepared.test_labels, checked.label_names)
    subject = Trained(
        recipe, trained.model, tokenizer, classify, prepared.test_texts, prepared.test_labels, checked.label_names
    )
    probed = {f"{probe.name}.{name}": value for probe in probes for name, value in probe.measure(subject).items()}
    return row_of(
        recipe,
        metrics,
        **probed,
        injected_rows=prepared.injected_rows,
        seconds=round(time.monotonic() - start, 2),
        training_seconds=round(trained_at - start, 2),
        precision=trained.classifier.device.precision,
        **setting(),
    )


@cache
def setting() -> dict[str, Any]:
    """Where and with what this process computes: columns of its rows."""
    import torch

    from ssti.models import device

    on = device()
    name = on.title if on.name == "cuda" else _processor()
    return {
        "machine": name,
        "threads": torch.get_num_threads(),
        "versions": " ".join(f"{one}=={_version(one)}" for one in PACKAGES),
        "when": time.strftime("%Y-%m-%d", time.gmtime()),
    }


def _processor() -> str:
    """The processor by its name, where the system tells it; no host's name."""
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine()


def _version(package: str) -> str:
    from ssti import __version__

    if package == "ssti-lab":
        return __version__
    try:
        return version(package)
    except PackageNotFoundError:
        return "?"
