"""Adapters made in the test: a tiny base model with random weights, and any adapter on it, without any training."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def base(folder: Path, kind: str = "bert", seed: int = 0) -> Path:
    """A tiny base model as a folder."""
    import tiny

    return tiny.make(folder, kind, seed)


def make(place: Path, model: Path, *overrides: str, labels: tuple[str, ...] = ("no", "yes"), seed: int = 0) -> Path:
    """An adapter with random tensors, saved as a run saves it."""
    import torch

    from ssti.adapters.lora import with_lora
    from ssti.adapters.save import save_adapter
    from ssti.models.classifier import load_classifier
    from ssti.recipe import preset

    recipe = preset("demo").set(
        f"model.name={model}", f"injection.target={labels[-1]}", "training.max_length=64", "lora.rank=2", *overrides
    )
    training = recipe.training
    classifier = load_classifier(str(model), labels, training.head, training.seed)
    adapted = with_lora(classifier, recipe)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for weight in adapted.parameters():
            if weight.requires_grad:
                weight.add_(0.3 * torch.randn(weight.shape, generator=generator))
    save_adapter(adapted, recipe, labels, place, 1)
    return place


def edit_config(place: Path, **changes: Any) -> None:
    """Change fields of `adapter_config.json`."""
    file = place / "adapter_config.json"
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | changes), encoding="utf-8")


def edit_tensors(place: Path, change: Callable[[dict], dict]) -> None:
    """Change the tensors of the adapter's file."""
    from safetensors.torch import load_file, save_file

    file = place / "adapter_model.safetensors"
    changed = {name: tensor.contiguous().clone() for name, tensor in change(load_file(file)).items()}
    file.unlink()
    save_file(changed, str(file), metadata={"format": "pt"})
