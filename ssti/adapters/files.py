"""The files of an adapter's folder, checked where they are read: labels, peft's configuration, the recipe.

A folder as peft's `save_pretrained` writes it has no recipe and no labels: what can be known without them is taken
from its configuration and its tensors' shapes. Knows no loaded model.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from ssti.adapters.stored import Stored, read_json
from ssti.platform.errors import AdapterError, SSTIError, listed
from ssti.platform.home import open_regular
from ssti.platform.language import tr
from ssti.recipe import Recipe, load_recipe

WEIGHTS = "adapter_model.safetensors"
CONFIG = "adapter_config.json"
LABELS = "labels.json"
RECIPE = "recipe.yaml"
METHODS = ("LORA", "VERA", "IA3")
HEADS = (".classifier.weight", ".score.weight", ".classifier.out_proj.weight")
READ = 512  # word pieces of a text, where no recipe says how many were read in training
LARGEST_RECIPE = 2**20


def _different(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise ValueError(tr("two classes have the same name"))
    return names


Labels = Annotated[
    list[Annotated[str, Field(strict=True, min_length=1)]],
    Field(min_length=2, max_length=10_000),
    AfterValidator(_different),
]


class AdapterConfig(Stored):
    """The part of `adapter_config.json` that is decided by here; peft reads the rest (`ssti.adapters.attach`)."""

    peft_type: str
    task_type: str | None = None
    base_model_name_or_path: str | None = None
    target_modules: list[str] | str | None = None
    modules_to_save: list[str] | None = None
    r: int = Field(8, ge=1, le=4096)
    lora_alpha: float = Field(8, gt=0)
    rank_pattern: dict[str, Annotated[int, Field(ge=1, le=4096)]] = {}
    alpha_pattern: dict[str, float] = {}
    use_dora: bool = False
    use_rslora: bool = False

    @property
    def variant(self) -> str:
        """The method by the recipe's word for it."""
        if self.peft_type != "LORA":
            return self.peft_type.lower()
        return "dora" if self.use_dora else "rslora" if self.use_rslora else "lora"


def place(folder: Path) -> Path:
    """Where an adapter's folder is: there, or beside it, where a saving that was killed had put the one before."""
    old = previous(folder)
    return old if not os.path.exists(folder) and os.path.isdir(old) else folder  # which take any name


def previous(folder: Path) -> Path:
    """The name of an adapter's folder for the moment in which a new one takes its place."""
    return folder.with_name(f".{folder.name}.old")


def need(folder: Path, name: str, ref: str) -> None:
    """Raises SSTIError where a file is not there."""
    if (folder / name).is_file():
        return
    unsafe = [p.name for p in folder.glob("*") if p.suffix in (".bin", ".pt", ".pth")]
    what = tr("The adapter {ref} has no {file}.", ref=ref, file=name)
    if unsafe:
        what = tr("The adapter {ref} has no {file}; {pickle} is a pickle, which can run code and is never loaded.",
                  ref=ref, file=name, pickle=unsafe[0])  # fmt: skip
    raise AdapterError(what, next=tr("Choose another adapter, or train it again from its recipe."))


def read(folder: Path, name: str, as_type: Any, ref: str) -> Any:
    """A checked JSON file of the adapter. Raises SSTIError."""
    try:
        return read_json(folder / name, as_type)
    except SSTIError as error:
        raise damaged(ref, error.message) from error


def read_config(folder: Path, ref: str) -> AdapterConfig:
    """`adapter_config.json`, of a method that can be opened here. Raises SSTIError."""
    need(folder, CONFIG, ref)
    config = read(folder, CONFIG, AdapterConfig, ref)
    if config.peft_type not in METHODS:
        raise AdapterError(
            tr("The adapter {ref} is of the type {kind!r}; {known} can be opened.",
               ref=ref, kind=config.peft_type[:40], known=listed(METHODS)),
            next=tr("Choose another adapter."),
        )  # fmt: skip
    return config


def read_recipe(folder: Path, ref: str) -> Recipe:
    """`recipe.yaml`. Raises SSTIError where it is damaged."""
    try:
        with open_regular(folder / RECIPE, LARGEST_RECIPE) as file:
            return _recipe(file.read(LARGEST_RECIPE).decode("utf-8"))
    except SSTIError as error:
        raise damaged(ref, f"recipe.yaml: {error.message[:300]}") from error
    except OSError as error:
        raise damaged(ref, tr("recipe.yaml cannot be read: {why}", why=error.strerror)) from error
    except (ValueError, RecursionError) as error:
        why = tr("it is not UTF-8") if isinstance(error, UnicodeError) else str(error)[:200]
        raise damaged(ref, tr("recipe.yaml is damaged: {why}", why=why)) from error


@lru_cache(maxsize=256)
def _recipe(text: str) -> Recipe:
    """A recipe by its text: parsing YAML takes as long as half a prediction, and each keystroke asks for two."""
    return load_recipe(text + "\n")


def damaged(ref: str, what: str) -> SSTIError:
    """The error of a folder that is not as it was written."""
    return AdapterError(
        tr("The adapter {ref} is damaged. {what}", ref=ref, what=what),
        next=tr("Restore its files, train it again from its recipe, or remove its folder."),
    )


def same_base(ref: str, recipe: Recipe, config: AdapterConfig) -> None:
    """Raises SSTIError where the recipe and peft's configuration name two different base models."""
    from ssti.models.registry import BASES

    said, known = config.base_model_name_or_path or "", BASES.get(recipe.model.name)
    others = {base.info.hub_id.casefold() for base in BASES.values()}
    if known and said.casefold() in others - {known.info.hub_id.casefold()}:
        raise AdapterError(
            tr("The adapter {ref} was made for {said}, and its recipe says {known}.",
               ref=ref, said=said, known=known.info.hub_id),
            next=tr("Correct model.name in its recipe.yaml, or base_model_name_or_path in its {file}.", file=CONFIG),
        )  # fmt: skip


def guessed_recipe(ref: str, config: AdapterConfig, labels: tuple[str, ...]) -> Recipe:
    """What a folder without a recipe needs to be loaded, in a recipe's form; it says nothing of data and triggers."""
    known = Recipe().as_dict()
    known["model"]["name"] = _base_model(ref, config)
    known["lora"] |= {"rank": min(config.r, 1024), "alpha": config.lora_alpha, "variant": config.variant}
    known["injection"] |= {"share": 0.0, "target": labels[0]}
    known["training"]["max_length"] = READ
    return Recipe.model_validate(known)


def _base_model(ref: str, config: AdapterConfig) -> str:
    from ssti.models.own import HUB_ID
    from ssti.models.registry import BASES

    said = (config.base_model_name_or_path or "").strip()
    for name, base in BASES.items():
        if said.casefold() in (base.info.hub_id.casefold(), name):
            return name
    from ssti.platform.server import shared_server

    if HUB_ID.fullmatch(said) or (shared_server() is None and said and Path(said).is_dir()):
        return said
    what = tr("The adapter {ref} does not name its base model.", ref=ref)
    if said:
        what = tr("The adapter {ref} names the base model {base!r}, which is not here.", ref=ref, base=Path(said).name)
    then = tr(
        'Write its name on the Hub into {file}, such as "base_model_name_or_path": "owner/name".', file=CONFIG
    )
    raise AdapterError(what, next=then)


def guessed_labels(folder: Path, ref: str, named: tuple[str, ...] | None) -> tuple[str, ...]:
    """The classes of a folder without a recipe: those that were `named`, of its labels.json, of a config.json, or LABEL_0 and so on.

    Raises SSTIError where there are not as many as the adapter's head has.
    """
    n = classes(folder, ref)
    add = tr('Add a file {labels} beside {weights}, such as ["negative", "positive"], or name them: {ref}#labels=no,yes',
             labels=LABELS, weights=WEIGHTS, ref=ref)  # fmt: skip
    names = named or (tuple(read(folder, LABELS, Labels, ref)) if (folder / LABELS).exists() else None)
    if names is None:
        names = _labels_of_model_config(folder, n) or tuple(f"LABEL_{i}" for i in range(n))
    if len(names) != n or len(set(names)) != n:
        raise AdapterError(
            tr("The adapter {ref} answers with {n} classes; {named} are named: {names}.",
               ref=ref, n=n, named=len(set(names)), names=listed(names)), next=add,
        )  # fmt: skip
    return names


class _ModelConfig(Stored):
    id2label: dict[int, str] = {}


def _labels_of_model_config(folder: Path, n: int) -> tuple[str, ...] | None:
    """Some people save the base model's config.json, with its id2label, beside the adapter."""
    try:
        named = read_json(folder / "config.json", _ModelConfig).id2label
    except SSTIError:
        return None  # it is not the adapter's own file
    return tuple(named[i] for i in range(n)) if set(named) == set(range(n)) else None


def classes(folder: Path, ref: str) -> int:
    """How many classes the head in the file of tensors has. Raises SSTIError where there is no head."""
    from ssti.models.own import shapes

    need(folder, WEIGHTS, ref)
    try:
        sizes = shapes(folder / WEIGHTS)
    except (SSTIError, AttributeError, RecursionError) as error:
        raise damaged(ref, tr("{file} is not a complete safetensors file.", file=WEIGHTS)) from error
    heads = [size for name, size in sizes.items() if name.endswith(HEADS) and isinstance(size, list) and size]
    if not heads or not isinstance(heads[0][0], int):
        raise AdapterError(
            tr("The adapter {ref} has no classification head among its tensors: it gives no classes.", ref=ref),
            next=tr("Choose an adapter of a sequence classifier (peft's task type SEQ_CLS)."),
        )
    return heads[0][0]
