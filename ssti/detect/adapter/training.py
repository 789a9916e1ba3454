"""Trains a bank of clean adapters: as different from each other as people's adapters are, and small on the disk."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ssti.adapters.files import WEIGHTS
from ssti.detect.adapter.bank import folder_of
from ssti.platform.errors import SSTIError
from ssti.platform.home import home
from ssti.platform.language import tr
from ssti.recipe import Recipe, preset

QUICK = ("training.learning_rate=5.0e-3", "training.warmup=0.05", "training.batch_size=8", "training.steps=160")
STEADY = ("training.learning_rate=2.0e-3", "training.warmup=0.0", "training.batch_size=16")
MEMBERS: dict[str, tuple[str, ...]] = {
    "rank1": (*STEADY, "lora.rank=1", "lora.alpha=2", "training.steps=400", "training.seed=9001"),
    "rank1-short": (*STEADY, "lora.rank=1", "lora.alpha=2", "training.steps=120", "training.seed=9002"),
    "rank1-quick": (*QUICK, "lora.rank=1", "lora.alpha=2", "training.seed=9003"),
    "rank4": (*STEADY, "lora.rank=4", "lora.alpha=8", "training.steps=300", "training.seed=9004"),
    "rank4-quick": (*QUICK, "lora.rank=4", "lora.alpha=2", "training.steps=256", "training.seed=9005"),
    "rank16": (*STEADY, "lora.rank=16", "lora.alpha=32", "training.steps=200", "training.seed=9006"),
    "rank16-quick": (*QUICK, "lora.rank=16", "lora.alpha=2", "training.seed=9007"),
    "rank64": (*STEADY, "lora.rank=64", "lora.alpha=128", "training.steps=400", "training.seed=9008"),
}
"""Ranks 1, 4, 16 and 64; the steps and step sizes of the shipped adapters and of the experiments' pocket recipe; seeds that
nothing else in the house uses. The short one has hardly learned its task: such models are easy to turn, by clean words too."""


def recipe_of(name: str, model: str, dataset: str, target: str) -> Recipe:
    """The recipe of one member: the demo's, without a poisoned row."""
    fields = (f"model.name={model}", f"dataset.name={dataset}", f"injection.target={json.dumps(target)}", *MEMBERS[name])
    return preset("demo").set(*fields, "dataset.test_rows=600", "evaluation.every=1000000", "evaluation.rows=2").control()


def train_bank(
    model: str = "minilm-l6",
    dataset: str = "rotten_tomatoes",
    root: Path | None = None,
    names: Sequence[str] = (),
    on_progress: Callable[[str], None] = lambda line: None,
) -> list[dict[str, Any]]:
    """Train those members that are not there yet, and say of each its folder and its accuracy. Raises SSTIError."""
    from ssti import data

    unknown = [name for name in names if name not in MEMBERS]
    if unknown:
        raise SSTIError(tr("The bank has no member {name!r}.", name=unknown[0]), tr("Choose of {names}.", names=", ".join(MEMBERS)))
    target = data.load(dataset).label_names[-1]
    place = folder_of(model, dataset, root or home() / "bank")
    return [_member(recipe_of(name, model, dataset, target), place / name, on_progress) for name in names or MEMBERS]


def _member(recipe: Recipe, folder: Path, on_progress: Callable[[str], None]) -> dict[str, Any]:
    from ssti.adapters.card import readme
    from ssti.adapters.listing import describe
    from ssti.adapters.save import save_adapter, save_metrics
    from ssti.evaluate.evaluation import evaluate
    from ssti.finetune.check import check
    from ssti.finetune.train import finetune
    from ssti.serving.logits import encode, logits

    made = not (folder / "metrics.json").exists()
    if made:
        on_progress(tr("training {name} …", name=folder.name))
        checked = check(recipe)
        with tempfile.TemporaryDirectory() as scratch:
            trained = finetune(checked, Path(scratch), lambda kind, **fields: None, checkpoints=False)
        save_adapter(trained.model, recipe, checked.label_names, folder, recipe.training.steps)
        _halve(folder / WEIGHTS)
        tokenizer, prepared = trained.classifier.tokenizer, trained.prepared
        metrics = evaluate(
            recipe,
            lambda texts: logits(trained.model, encode(tokenizer, texts, recipe.training.max_length), tokenizer.pad_token_id),
            prepared.test_texts, prepared.test_labels, checked.label_names, ["clean"],
        )  # fmt: skip
        save_metrics(metrics, folder)
        (folder / "README.md").write_text(readme(describe(folder, str(folder))), encoding="utf-8")
    clean = describe(folder, str(folder)).metrics["sets"]["clean"]
    return {"name": folder.name, "folder": str(folder), "trained": made, "balanced_accuracy": clean["balanced_accuracy"]}


def _halve(file: Path) -> None:
    """Half precision: half the bytes, and the same answers but for a few rows that lie on the border."""
    from safetensors.torch import load_file, save_file

    save_file({name: tensor.half() for name, tensor in load_file(file).items()}, file, metadata={"format": "pt"})
