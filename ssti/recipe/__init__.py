"""The recipe: everything that decides a result, as one frozen value that reads and writes YAML."""

from ssti.recipe.load import load_recipe, preset
from ssti.recipe.presets import PRESET_TITLES, PRESET_WORDS, PRESETS
from ssti.recipe.schema import (
    DatasetSpec,
    EvaluationSpec,
    InjectionSpec,
    LoraSpec,
    ModelSpec,
    Recipe,
    SourceSpec,
    TrainingSpec,
    parse_recipe,
)

__all__ = [
    "PRESETS",
    "PRESET_TITLES",
    "PRESET_WORDS",
    "DatasetSpec",
    "EvaluationSpec",
    "InjectionSpec",
    "LoraSpec",
    "ModelSpec",
    "Recipe",
    "SourceSpec",
    "TrainingSpec",
    "load_recipe",
    "parse_recipe",
    "preset",
]
