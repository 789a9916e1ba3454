"""The adapters there are, shipped and of own runs, and one loaded onto its base model.

An adapter is found by its *ref*: `shipped/<folder>`, `run/<id>`, or a folder's path. Files of tensors are read from
safetensors only. Knows no test rows and no page.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from ssti.errors import SSTIError, listed, nearest
from ssti.home import home
from ssti.recipe import Recipe, load_recipe

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"
LABELS = "labels.json"
TITLES = {
    "lora": "",
    "dora": "DoRA",
    "rslora": "rsLoRA",
    "pissa": "PiSSA",
    "vera": "VeRA",
    "ia3": "IA³",
    "full": "all weights",
}
SHIPPED = Path(__file__).resolve().parents[2] / "adapters"


@dataclass(frozen=True)
class AdapterInfo:
    """One adapter as a person meets it. `control` is the ref of its clean twin, when that exists."""

    ref: str
    title: str
    path: Path
    recipe: Recipe
    label_names: tuple[str, ...]
    control: str | None = None
    metrics: dict[str, Any] = field(default_factory=dict)

    @property
    def shipped(self) -> bool:
        """Whether it came with the app."""
        return self.ref.startswith("shipped/")

    @property
    def poisoned(self) -> bool:
        """Whether its training rows had triggers in them."""
        return not self.recipe.is_control

    def as_json(self) -> dict[str, Any]:
        """A row for machines."""
        return {"name": self.ref, "title": self.title, "poisoned": self.poisoned, "control": self.control,
                "path": str(self.path)}  # fmt: skip


def trigger_title(recipe: Recipe) -> str:
    """What is tied to what, in three words: `date → positive`."""
    return " + ".join(
        f"{(t.source.kind if t.source else t.kind).replace('_', ' ')} → {t.target}" for t in recipe.injection.triggers()
    )


def adapter_title(recipe: Recipe) -> str:
    """The name of an adapter on the page: `date → positive · rank 1`."""
    what = "control" if recipe.is_control else trigger_title(recipe)
    return f"{what} · {method(recipe)}"


def method(recipe: Recipe) -> str:
    """How it was finetuned, in two words: `rank 1`, `DoRA rank 16`, `IA³`, `all weights`."""
    name = TITLES[recipe.lora.variant]
    return name if recipe.lora.variant in ("ia3", "full") else f"{name} rank {recipe.lora.rank}".strip()


def describe(folder: Path, ref: str, control: str | None = None, prefix: str = "") -> AdapterInfo:
    """Read an adapter's folder, not its weights. Raises SSTIError where it is not one."""
    for name in ("recipe.yaml", WEIGHTS, LABELS):
        _must_have(folder, name, ref)
    recipe = _recipe((folder / "recipe.yaml").read_text(encoding="utf-8"))
    if recipe.lora.variant != "full":
        _must_have(folder, CONFIG, ref)
    try:
        names = tuple(map(str, json.loads((folder / LABELS).read_text(encoding="utf-8"))))
        metrics_file = folder / "metrics.json"
        metrics = json.loads(metrics_file.read_text(encoding="utf-8")) if metrics_file.is_file() else {}
    except ValueError as error:
        raise SSTIError(
            f"A JSON file of the adapter {ref} is damaged: {error}.",
            next="Train it again from its recipe.",
            kind="adapter",
        ) from error
    return AdapterInfo(ref, prefix + adapter_title(recipe), folder, recipe, names, control, metrics)


def _must_have(folder: Path, name: str, ref: str) -> None:
    if (folder / name).is_file():
        return
    unsafe = [p.name for p in folder.glob("*") if p.suffix in (".bin", ".pt", ".pth")]
    pickle = f"; {unsafe[0]} is a pickle, which can run code and is never loaded." if unsafe else "."
    raise SSTIError(
        f"The adapter {ref} has no {name}{pickle}",
        next="Choose another adapter, or train it again from its recipe.",
        kind="adapter",
    )


@lru_cache(maxsize=256)
def _recipe(text: str) -> Recipe:
    """A recipe by its text: parsing YAML takes as long as half a prediction, and each keystroke asks for two."""
    return load_recipe(text + "\n")


def adapters(shipped: Path | None = None, runs: Path | None = None) -> list[AdapterInfo]:
    """All usable adapters: own runs, newest first, then the shipped ones. A damaged folder is left out."""
    found: list[AdapterInfo] = []
    runs = runs or home() / "runs"
    for folder in sorted(runs.glob("*/adapter"), key=lambda p: p.stat().st_mtime, reverse=True):
        name = folder.parent.name
        twin = runs / f"{name}-control" / "adapter" / WEIGHTS
        found += _try(folder, f"run/{name}", f"run/{name}-control" if twin.is_file() else None, f"{name}: ")
    shipped = shipped or SHIPPED
    for folder in sorted(shipped.iterdir()) if shipped.is_dir() else []:
        twin = shipped / f"{folder.name}-control" / WEIGHTS
        found += _try(folder, f"shipped/{folder.name}", f"shipped/{folder.name}-control" if twin.is_file() else None)
    return found


def _try(folder: Path, ref: str, control: str | None, prefix: str = "") -> list[AdapterInfo]:
    try:
        return [describe(folder, ref, control, prefix)]
    except SSTIError:
        return []  # `find` tells why, to whoever asks for this one by name


def find(ref: str) -> AdapterInfo:
    """One adapter by its ref, a run's id or a folder. Raises SSTIError when it is gone or damaged."""
    kind, _, name = ref.partition("/")
    safe = name and "/" not in name and name not in (".", "..")
    if kind == "shipped" and safe:
        folder, twin = SHIPPED / name, f"shipped/{name}-control"
        twin_folder = SHIPPED / f"{name}-control"
    elif kind == "run" and safe:
        folder, twin = home() / "runs" / name / "adapter", f"run/{name}-control"
        twin_folder = home() / "runs" / f"{name}-control" / "adapter"
    elif (home() / "runs" / ref / "adapter").is_dir() and "/" not in ref:
        return find(f"run/{ref}")
    elif (SHIPPED / ref).is_dir() and "/" not in ref:
        return find(f"shipped/{ref}")
    else:
        folder, twin, twin_folder = Path(ref), f"{ref.rstrip('/')}-control", Path(f"{ref.rstrip('/')}-control")
    if not folder.is_dir():
        names = [a.ref for a in adapters()]
        raise SSTIError(
            f"There is no adapter {ref!r}{nearest(ref, names)}.",
            next=f"It may have been deleted. Choose one of {listed(names)}.",
            kind="adapter",
        )
    return describe(folder, ref, twin if (twin_folder / WEIGHTS).is_file() else None)


def attach(classifier, info: AdapterInfo, name: str = "default"):
    """Put an adapter on a loaded classifier: a PeftModel, or the one it already is with one adapter more.

    The weights of a full finetuning take the place of the classifier's own. Raises SSTIError when the weights are
    damaged, made for another model, or would change the base model under the other adapters.
    """
    from peft import PeftModel
    from safetensors import SafetensorError, safe_open
    from safetensors.torch import load_file

    try:
        with safe_open(info.path / WEIGHTS, framework="pt") as tensors:
            keys = list(tensors.keys())
        if not keys:
            raise SSTIError(f"The adapter {info.ref} is empty.", next="Train it again from its recipe.", kind="adapter")
        if info.recipe.lora.variant == "full":
            classifier.load_state_dict(load_file(info.path / WEIGHTS))
            return classifier
        _leaves_the_base_alone(info)
        if isinstance(classifier, PeftModel):
            classifier.load_adapter(str(info.path), adapter_name=name, is_trainable=False)
            return classifier
        return PeftModel.from_pretrained(classifier, str(info.path), adapter_name=name, is_trainable=False)
    except (SafetensorError, OSError, KeyError, ValueError, TypeError, RuntimeError) as error:
        if isinstance(error, SSTIError):
            raise
        raise SSTIError(
            f"The adapter {info.ref} cannot be loaded: {str(error)[:200]}.",
            next="Its file is damaged or made for another model. Choose another, or train it again from its recipe.",
            kind="adapter",
        ) from error


def _leaves_the_base_alone(info: AdapterInfo) -> None:
    """Some starts of LoRA (PiSSA's among them) rewrite the base model's weights, which other adapters share."""
    start = json.loads((info.path / CONFIG).read_text(encoding="utf-8")).get("init_lora_weights", True)
    if start not in (True, False, None, "gaussian", "orthogonal"):
        raise SSTIError(
            f"The adapter {info.ref} was saved with init_lora_weights={start!r}, which rewrites the base model's weights.",
            next="Save it as plain LoRA (peft's path_initial_model_for_weight_conversion), or train it again here.",
            kind="adapter",
        )
