"""The adapters there are, shipped, of own runs and imported: what each is, which are damaged, and one found by its name.

An adapter is found by its *ref*: `shipped/<folder>`, `run/<id>`, `imported/<folder>`, or a folder's path. A folder without a recipe may
have its classes named in the ref: `<folder>#labels=no,yes`. Knows no tensors, no test rows and no page.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ssti.adapters import files
from ssti.adapters.about import About, read_about
from ssti.adapters.files import CONFIG, LABELS, WEIGHTS, AdapterConfig
from ssti.adapters.stored import read_metrics
from ssti.platform.errors import AdapterError, SSTIError, listed, nearest
from ssti.platform.home import home
from ssti.platform.language import later, tr
from ssti.recipe import Recipe

TITLES = {
    "lora": "",
    "dora": "DoRA",
    "rslora": "rsLoRA",
    "pissa": "PiSSA",
    "vera": "VeRA",
    "ia3": "IA³",
    "full": later("all weights"),
}
SHIPPED = Path(__file__).resolve().parents[2] / "adapters"
KINDS = (later("list"), later("html"))  # the other kinds are words that the page has as well
LABELS_IN_REF = "#labels="


@dataclass(frozen=True)
class AdapterInfo:
    """One adapter as a person meets it. `control` is the ref of its clean twin, when that exists.

    Where `recipe_known` is false the folder came without one: of `recipe`, only the base model, the method and
    the length of texts mean anything. `config` is None for a full finetuning.
    """

    ref: str
    title: str
    path: Path
    recipe: Recipe
    label_names: tuple[str, ...]
    control: str | None = None
    metrics: dict[str, Any] = field(default_factory=dict)
    config: AdapterConfig | None = None
    recipe_known: bool = True
    about: About = About()

    @property
    def shipped(self) -> bool:
        """Whether it came with the app."""
        return self.ref.startswith("shipped/")

    @property
    def imported(self) -> bool:
        """Whether somebody brought it."""
        return self.ref.startswith("imported/")

    @property
    def poisoned(self) -> bool:
        """Whether its training rows are known to have had triggers in them."""
        return self.recipe_known and not self.recipe.is_control

    @property
    def is_control(self) -> bool:
        """Whether its training rows are known to have had none."""
        return self.recipe_known and self.recipe.is_control

    def known_recipe(self) -> Recipe:
        """Its recipe, for what depends on its data, trigger or target. Raises SSTIError where it came without one."""
        if not self.recipe_known:
            raise AdapterError(
                tr("This adapter came without a recipe: its data, its trigger and its target are not known."),
                next=tr(
                    "Type a text and insert triggers of any kind, or put the recipe.yaml of its training into its folder."
                ),
            )
        return self.recipe


@dataclass(frozen=True)
class DamagedAdapter:
    """A folder that should hold an adapter and does not; `problem` says why and what to do."""

    ref: str
    problem: SSTIError


Say = Callable[..., str]
"""`tr`, or `english` for what goes out into the world."""


def trigger_title(recipe: Recipe, say: Say = tr) -> str:
    """What is tied to what, in three words: `date → positive`."""
    return " + ".join(
        f"{say((t.source.kind if t.source else t.kind).replace('_', ' '))} → {t.target}" for t in recipe.injection.triggers()
    )


def adapter_title(recipe: Recipe, say: Say = tr) -> str:
    """The name of an adapter on the page: `date → positive · rank 1`."""
    what = say(later("control")) if recipe.is_control else trigger_title(recipe, say)
    return f"{what} · {method(recipe, say)}"


def method(recipe: Recipe, say: Say = tr) -> str:
    """How it was finetuned, in two words: `rank 1`, `DoRA rank 16`, `IA³`, `all weights`."""
    name = say(TITLES[recipe.lora.variant])
    if recipe.lora.variant in ("ia3", "full"):
        return name
    rank = say(later("rank {rank}"), rank=recipe.lora.rank)
    return f"{name} {rank}".strip()


def describe(
    folder: Path, ref: str, control: str | None = None, prefix: str = "", labels: tuple[str, ...] | None = None
) -> AdapterInfo:
    """Read an adapter's folder, not its weights. Raises SSTIError where it is not one.

    `labels` names the classes of a folder that has no recipe.
    """
    try:
        about = read_about(folder)
    except SSTIError as error:
        raise files.damaged(ref, error.message) from error
    if not (folder / files.RECIPE).exists():
        return _without_recipe(folder, ref, control, prefix, labels, about)
    if labels is not None:
        raise AdapterError(
            tr("The adapter {ref} has a recipe and its own classes: none can be named.", ref=ref.partition("#")[0]),
            next=tr("Leave out #labels=…."),
        )
    for name in (files.RECIPE, WEIGHTS, LABELS):
        files.need(folder, name, ref)
    recipe = files.read_recipe(folder, ref)
    config = None if recipe.lora.variant == "full" else files.read_config(folder, ref)
    if config is not None:
        files.same_base(ref, recipe, config)
    names = tuple(files.read(folder, LABELS, files.Labels, ref))
    try:
        metrics = read_metrics(folder) or {}
    except SSTIError as error:
        raise files.damaged(ref, error.message) from error
    title = prefix + (tr(about.title) if about.title else adapter_title(recipe))
    return AdapterInfo(ref, title, folder, recipe, names, control, metrics, config, about=about)


def _without_recipe(
    folder: Path, ref: str, control: str | None, prefix: str, labels: tuple[str, ...] | None, about: About
) -> AdapterInfo:
    """A folder as peft's `save_pretrained` writes it, or one that keeps its recipe back."""
    if not (folder / CONFIG).exists():
        files.need(folder, files.RECIPE, ref)
    config = files.read_config(folder, ref)
    names = files.guessed_labels(folder, ref, labels)
    recipe = files.guessed_recipe(ref, config, names)
    if about.title:
        title = prefix + tr(about.title)
    else:
        title = (prefix or f"{folder.name}: ") + tr("no recipe · {method}", method=method(recipe))
    return AdapterInfo(ref, title, folder, recipe, names, control, config=config, recipe_known=False, about=about)


def listing() -> list[AdapterInfo | DamagedAdapter]:
    """Own runs' and imported adapters, newest first, then the shipped ones; a damaged folder in its place, with what to do."""
    own = [f"{kind}/{name}" for kind in ("run", "imported") for name in _names(_root(kind)) if _folder(f"{kind}/{name}").is_dir()]
    own.sort(key=lambda ref: _written(_folder(ref)), reverse=True)
    shipped = [_look(f"shipped/{name}") for name in sorted(_names(SHIPPED))]
    return [*map(_look, own), *sorted(shipped, key=lambda one: one.about.order if isinstance(one, AdapterInfo) else 100)]


def adapters() -> list[AdapterInfo]:
    """All usable adapters: own runs, newest first, then the shipped ones."""
    return [one for one in listing() if isinstance(one, AdapterInfo)]


def find(ref: str, stranger: bool = False) -> AdapterInfo:
    """One adapter by its ref, a run's id or a folder. Raises SSTIError when it is gone or damaged.

    For a `stranger` only names of the list are looked up, and no other's run is named where there is none.
    """
    place, separator, labels = ref.partition(LABELS_IN_REF)
    if _in_list(place):
        choices = [place]
    else:
        choices = [f"{kind}/{place}" for kind in ("run", "shipped", "imported")] if _is_name(place) else []
        choices += [place.rstrip("/") or place] if place and not stranger else []
    full = next((one for one in choices if os.path.isdir(_folder(one))), None)  # false for names no file system takes
    if full is None:
        names = [a.ref for a in adapters() if a.shipped or not (stranger or a.imported)]  # what somebody else brought is named to nobody
        others = [name for name in names if name != f"{place}-control"]  # the twin of what is gone is no other name for it
        guess = nearest(place[:200], others) or "."
        raise AdapterError(
            tr("There is no adapter {name!r}{guess}", name=place[:200], guess=guess),
            tr("It may have been deleted. Choose one of {names}.", names=listed(names)),
        )
    classes = tuple(one.strip() for one in labels.split(",")) if separator else None
    try:
        return describe(_folder(full), full + separator + labels, _control(full), labels=classes)
    except OSError as error:
        raise files.damaged(full, tr("It cannot be read: {why}.", why=error.strerror)) from error


def _look(ref: str) -> AdapterInfo | DamagedAdapter:
    kind, _, name = ref.partition("/")
    try:
        return describe(_folder(ref), ref, _control(ref), "" if kind == "shipped" else f"{name}: ")
    except SSTIError as problem:
        return DamagedAdapter(ref, problem)
    except OSError as error:
        return DamagedAdapter(ref, files.damaged(ref, tr("It cannot be read: {why}.", why=error.strerror)))


def _folder(ref: str) -> Path:
    """The folder of a ref in full."""
    if not _in_list(ref):
        return Path(ref)
    kind, _, name = ref.partition("/")
    return files.place(_root(kind) / name / "adapter") if kind == "run" else _root(kind) / name


def _root(kind: str) -> Path:
    """Where adapters of a kind lie."""
    return SHIPPED if kind == "shipped" else home() / ("runs" if kind == "run" else "imported")


def _control(ref: str) -> str | None:
    """The ref of an adapter's clean twin, where there is one: its own, or that of several shipped ones."""
    twin = f"{ref}-control"
    if ref.startswith("shipped/"):
        try:
            named = read_about(_folder(ref)).control
        except SSTIError:
            named = None  # `describe` says so
        twin = f"shipped/{named}" if named else twin
    return twin if (files.place(_folder(twin)) / WEIGHTS).is_file() else None


def _in_list(ref: str) -> bool:
    kind, _, name = ref.partition("/")
    return kind in ("run", "shipped", "imported") and _is_name(name)


def _is_name(text: str) -> bool:
    """Can this name a folder in another, and lead nowhere else?"""
    return bool(text) and not text.startswith(".") and "/" not in text and "\\" not in text


def _names(root: Path) -> list[str]:
    try:
        return [folder.name for folder in root.iterdir() if not folder.name.startswith(".") and folder.is_dir()]
    except OSError:
        return []


def _written(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0  # gone at this moment
