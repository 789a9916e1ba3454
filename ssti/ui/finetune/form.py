"""The Finetune tab's form as plain values: to a recipe and back. Knows fields and recipes, no component.

Dataset and injection come from the Poison tab and stay as they are; the other sections are this form's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ssti.platform.errors import SSTIError
from ssti.platform.language import tr
from ssti.recipe import PRESET_WORDS, PRESETS, Recipe, parse_recipe, preset
from ssti.ui.access.visitor import admit
from ssti.ui.kit.fields import from_page, recipe_field

RANKS = ("1", "16", "32", "64")
OWN = "own"
FIELDS = ("model", "rank", "rank_own", "preset", "steps", "learning_rate", "batch_size", "seed", "variant", "targets")
TARGETS = {  # what the page offers; any other is typed
    "query, value": tr("query and value"),
    "attention": tr("attention"),
    "all-linear": tr("all linear layers"),
    "dense": tr("dense, as the authors"),
}
METHODS = {"lora": "LoRA", "dora": "DoRA", "rslora": "rsLoRA", "pissa": "PiSSA", "vera": "VeRA", "ia3": "IA³",
           "full": tr("all weights (full finetuning)")}  # fmt: skip
RANK, STEPS = recipe_field("lora.rank", tr("The rank")), recipe_field("training.steps", tr("The number of steps"))
BATCH = recipe_field("training.batch_size", tr("The batch"))
LEARNING_RATE = recipe_field("training.learning_rate", tr("The learning rate"))
SEED = recipe_field("training.seed", tr("The seed"))
SECTIONS = ("model", "lora", "training", "evaluation")  # what this form decides


def recipe_of(data: Any) -> Recipe:
    """The recipe that the page carries, or the first preset while it carries none. Raises SSTIError."""
    return preset(next(iter(PRESETS))) if data is None else admit(parse_recipe(data))


def presets() -> list[tuple[str, str]]:
    """What each preset is called on the page, and its name."""
    return [(PRESET_WORDS[name], name) for name in PRESETS]


def sections(recipe: Recipe) -> dict[str, Any]:
    """The parts of a recipe that this form decides, as plain data."""
    data = recipe.as_dict()
    return {name: data[name] for name in SECTIONS}


def to_form(recipe: Recipe) -> dict[str, Any]:
    """The form's values for a recipe."""
    rank = str(recipe.lora.rank)
    return {
        "model": recipe.model.name,
        "rank": rank if rank in RANKS else OWN,
        "rank_own": recipe.lora.rank,
        "preset": preset_of(recipe),
        "steps": recipe.training.steps,
        "learning_rate": f"{recipe.training.learning_rate:g}",
        "batch_size": recipe.training.batch_size,
        "seed": recipe.training.seed,
        "variant": recipe.lora.variant,
        "targets": targets_text(recipe.lora.targets),
    }


def targets_text(targets: tuple[str, ...] | str) -> str:
    """The layers to adapt as one line: `query, value`."""
    return targets if isinstance(targets, str) else ", ".join(targets)


def _targets(text: Any, before: tuple[str, ...] | str) -> tuple[str, ...] | str:
    """The layers that the line names; one word is a group or one layer."""
    line = str(text or "").strip()
    if line == targets_text(before):
        return before
    names = tuple(name.strip() for name in line.split(",") if name.strip())
    if not names:
        raise SSTIError(tr("No layers to adapt are chosen."), tr("Choose a group, or type the layers' names."))
    return names[0] if len(names) == 1 else names


def to_recipe(start: Recipe, values: Mapping[str, Any], pace: float | None = None) -> Recipe:
    """`start` with what the form says. Raises SSTIError for a value that is none.

    With other steps it is measured as often: each `pace`, a fraction of the steps, else that of `start`.
    """
    rank = values["rank_own"] if values["rank"] == OWN else values["rank"]
    steps = from_page(STEPS, values["steps"])
    data = with_rank(start, from_page(RANK, rank)).as_dict()
    data["model"]["name"] = values["model"]
    data["lora"] |= {"variant": values["variant"], "targets": _targets(values["targets"], start.lora.targets)}
    data["training"] |= {
        "steps": steps,
        "learning_rate": from_page(LEARNING_RATE, values["learning_rate"]),
        "batch_size": from_page(BATCH, values["batch_size"]),
        "seed": from_page(SEED, values["seed"]),
    }
    if steps != start.training.steps:
        data["evaluation"]["every"] = max(1, round((pace or pace_of(start)) * steps))
    return parse_recipe(data)


def pace_of(recipe: Recipe) -> float:
    """After which fraction of the steps it is measured again."""
    return recipe.evaluation.every / recipe.training.steps


def with_preset(start: Recipe, name: str) -> Recipe:
    """`start` trained as the preset says, from its own seed. Presets that differ only in the amount set the amount too."""
    chosen = preset(name)
    data = start.as_dict() | {part: chosen.as_dict()[part] for part in ("lora", "training", "evaluation")}
    data["training"]["seed"] = start.training.seed
    twins = [n for n in PRESETS if n != name and _trains_alike(preset(n), chosen)]
    if twins and not start.injection.parts:
        data["injection"]["amount"] = chosen.injection.amount
    return parse_recipe(data)


def with_rank(start: Recipe, rank: int) -> Recipe:
    """`start` at another rank. Where its preset ties alpha to the rank, alpha follows."""
    lora: dict[str, Any] = {"rank": rank}
    name = preset_of(start)
    if name and preset(name).lora.alpha == preset(name).lora.rank:
        lora["alpha"] = float(rank)
    return start.model_copy(update={"lora": start.lora.model_copy(update=lora)})


def preset_of(recipe: Recipe) -> str | None:
    """The preset that trains like this, at whatever rank and seed; of several, the one with its amount."""
    alike = [name for name in PRESETS if _trains_alike(preset(name), recipe)]
    amount = [name for name in alike if preset(name).injection.amount == recipe.injection.amount]
    return next(iter(amount or alike), None)


def _trains_alike(one: Recipe, other: Recipe) -> bool:
    tied = one.lora.alpha == one.lora.rank
    lora = {"rank": other.lora.rank} | ({"alpha": float(other.lora.rank)} if tied else {})
    training = one.training.model_copy(update={"seed": other.training.seed})
    return (one.lora.model_copy(update=lora), training, one.evaluation) == (
        other.lora,
        other.training,
        other.evaluation,
    )
