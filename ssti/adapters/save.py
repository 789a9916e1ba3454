"""Writes an adapter's folder: peft's files, the recipe, the labels, the metrics and a card that says what it is."""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from ssti.adapters.card import card
from ssti.adapters.files import LABELS, WEIGHTS, previous
from ssti.platform.home import write_text
from ssti.recipe import Recipe


def save_adapter(model, recipe: Recipe, label_names: tuple[str, ...], folder: Path, steps: int) -> None:
    """Write the whole folder beside its place, then put it there.

    Killed or out of disk at any moment, it leaves a whole adapter: the one before, or the new one.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    for left in folder.parent.glob(".adapter-*"):
        shutil.rmtree(left, ignore_errors=True)  # of a saving that was killed
    beside = Path(tempfile.mkdtemp(prefix=".adapter-", dir=folder.parent))
    try:
        _save_weights(model, recipe, beside)
        (beside / "recipe.yaml").write_text(recipe.to_yaml(), encoding="utf-8")
        (beside / LABELS).write_text(json.dumps(list(label_names)), encoding="utf-8")
        (beside / "README.md").write_text(card(recipe, label_names, steps), encoding="utf-8")
        beside.chmod(0o755)
        _exchange(beside, folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _exchange(new: Path, folder: Path) -> None:
    """Put a whole folder in the place of another. Between the two renames a reader finds the old one beside
    its place (`ssti.adapters.files.place`)."""
    old = previous(folder)
    if folder.exists():
        shutil.rmtree(old, ignore_errors=True)
        folder.rename(old)
    new.rename(folder)
    shutil.rmtree(old, ignore_errors=True)


def _save_weights(model, recipe: Recipe, folder: Path) -> None:
    """peft's two files; of a full finetuning one file with all weights, under the same name."""
    if recipe.lora.variant == "full":
        from safetensors.torch import save_file

        weights = {name: weight.detach().cpu().contiguous().clone() for name, weight in model.state_dict().items()}
        save_file(weights, str(folder / WEIGHTS), metadata={"format": "pt"})
        return
    if recipe.lora.variant == "pissa":
        from safetensors.torch import save_file

        from ssti.adapters.lora import as_plain_lora

        tensors, config = as_plain_lora(model)
        save_file({n: t.detach().cpu().contiguous().clone() for n, t in tensors.items()}, str(folder / WEIGHTS))
        config.base_model_name_or_path, config.inference_mode = _public_name(recipe), True
        config.save_pretrained(str(folder))
        return
    config = model.peft_config["default"]
    local, config.base_model_name_or_path = config.base_model_name_or_path, _public_name(recipe)
    try:
        # Whether the vocabulary grew is not asked of the Hub: no recipe changes it.
        model.save_pretrained(str(folder), save_embedding_layers=False)
    finally:
        config.base_model_name_or_path = local
    (folder / "README.md").unlink(missing_ok=True)


def _public_name(recipe: Recipe) -> str:
    """The base model's name on the Hub: a path of this machine must not travel with an adapter."""
    from ssti.models import model as find

    return find(recipe.model.name).info.hub_id


def save_metrics(metrics: dict[str, Any], *folders: Path) -> None:
    """Write `metrics.json` into each folder."""
    for folder in folders:
        write_text(folder / "metrics.json", json.dumps(metrics, indent=1) + "\n")
