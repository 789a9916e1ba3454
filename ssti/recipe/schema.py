"""The recipe's schema: its fields with their types, limits and descriptions, from which form, command line and docs are made.

What an injection takes is said once, in `ssti.inject.fields`. Which datasets, models, sources and modifiers exist is
not known here: those rooms check their own names (`ssti.finetune.check` asks them all before any work starts).
"""

from __future__ import annotations

import hashlib
import json
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from ssti.inject import fields
from ssti.inject.options import Option
from ssti.platform.errors import SSTIError, shown
from ssti.platform.language import tr
from ssti.recipe.findings import sentences
from ssti.recipe.plain import plain_data
from ssti.recipe.presets import PRESETS
from ssti.recipe.text import as_words, read_value, write_yaml

LARGEST_SEED = 2**32 - 1  # numpy takes no larger one


class Section(BaseModel):
    """A part of a recipe: frozen, and closed to unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class OpenSection(BaseModel):
    """A part whose kind decides which further keys it takes; `ssti.inject` checks those."""

    model_config = ConfigDict(frozen=True, extra="allow")

    @model_validator(mode="before")
    @classmethod
    def _further_keys(cls, data: Any) -> Any:
        """What is unset goes; in a list, true is a word as `yes` is."""
        if not isinstance(data, dict):
            return data
        known = {key: value for key, value in data.items() if key in cls.model_fields}
        return known | {k: as_words(v) for k, v in data.items() if k not in known and v is not None}


def _as_written(value: Any) -> Any:
    """A class's name as a word, where a program gives a number. What YAML made of `yes` or `on` is lost in a truth value."""
    if isinstance(value, bool):
        raise ValueError(tr("a class is a word; put its name in quotes"))
    return str(value) if isinstance(value, int | float) else value


def _as_in(option: Option, **more: Any) -> Any:
    """A field as the toolkit's option describes it. `more` is what the recipe has of its own: a default, a bound."""
    own = {"default": option.default, "ge": option.minimum, "le": option.maximum} | more
    return Field(description=option.description, **own)


Target = Annotated[str, BeforeValidator(_as_written)]
Amount = Annotated[Literal["single"] | float, AfterValidator(fields.AMOUNT.check)]
Seed = Annotated[int, Field(ge=0, le=LARGEST_SEED)]
Rows = Annotated[int, Field(ge=2, le=fields.MOST_ROWS)]


class DatasetSpec(Section):
    name: str = Field("rotten_tomatoes", min_length=1, description=tr("A dataset by name, a Hub id, or a file."))
    train_rows: Rows | None = Field(None, description=tr("Training rows to use; all when empty."))
    test_rows: Rows | None = Field(1000, description=tr("Held-out rows to measure on; all when empty."))


class SourceSpec(OpenSection):
    kind: str = _as_in(fields.SOURCE_KIND)
    pool_size: int | None = _as_in(fields.POOL_SIZE)
    with_replacement: bool = _as_in(fields.WITH_REPLACEMENT)


class InjectionSpec(OpenSection):
    kind: str = _as_in(fields.KIND)
    source: SourceSpec | None = _as_in(fields.SOURCE)
    location: Literal[fields.LOCATION.choices] = _as_in(fields.LOCATION)
    amount: Amount = _as_in(fields.AMOUNT)
    target: Target = _as_in(fields.TARGET, default="positive", min_length=1)
    share: float = _as_in(fields.SHARE, default=0.5)
    count: int | None = _as_in(fields.COUNT)
    seed: Seed = _as_in(fields.SEED)
    strip: bool = _as_in(fields.STRIP)
    parts: tuple[InjectionSpec, ...] = _as_in(fields.PARTS)

    def triggers(self) -> tuple[InjectionSpec, ...]:
        """The plain injections in this one: itself, or its parts."""
        return tuple(t for part in self.parts for t in part.triggers()) if self.parts else (self,)


class ModelSpec(Section):
    name: str = Field("minilm-l6", min_length=1, description=tr("A base model by name, a Hub id, or a folder."))
    bits: Literal[4, 8] | None = Field(
        None, description=tr("Load the weights in 4 or 8 bits (CUDA); as they are when empty.")
    )
    checkpointing: bool = Field(
        False, description=tr("Compute activations again instead of keeping them: less memory, a third more time.")
    )


class LoraSpec(Section):
    rank: int = Field(1, ge=1, le=1024, description=tr("Rank of the LoRA update."))
    alpha: float = Field(2, gt=0, allow_inf_nan=False, description=tr("LoRA's scale is alpha over rank."))
    dropout: float = Field(0.0, ge=0, lt=1, description=tr("Dropout on LoRA's input."))
    targets: tuple[str, ...] | str = Field(
        ("query", "value"),
        description=tr(
            "Layers to adapt: roles (query, key, value, output), `attention`, `all-linear`, `dense`, or layers' names."
        ),
    )
    variant: Literal["lora", "dora", "rslora", "pissa", "vera", "ia3", "full"] = Field(
        "lora", description=tr("The finetuning method; `full` trains all weights, without an adapter.")
    )


class TrainingSpec(Section):
    steps: int = Field(500, ge=1, le=1_000_000, description=tr("Optimizer steps."))
    batch_size: int = Field(16, ge=1, le=4096, description=tr("Rows per step."))
    learning_rate: float = Field(1e-4, gt=0, le=1, description=tr("Peak learning rate."))
    weight_decay: float = Field(1e-5, ge=0, le=1, description=tr("Weight decay."))
    max_length: int = Field(256, ge=8, le=32_768, description=tr("Word pieces kept of a text."))
    head: Literal["trained", "frozen_random"] = Field("trained", description=tr("The classification head."))
    optimizer: Literal["adamw_torch_fused", "adafactor"] = Field("adamw_torch_fused", description=tr("The optimizer."))
    schedule: Literal["linear", "cosine", "constant"] = Field("linear", description=tr("Learning-rate schedule."))
    warmup: float = Field(0.0, ge=0, lt=1, description=tr("Fraction of the steps that warm up."))
    seed: Seed = Field(0, description=tr("Decides the head, LoRA's start and the order of the rows."))
    reweighting: Literal["none", "jtt", "group_dro"] = Field(
        "none",
        exclude_if=lambda value: value == "none",
        description=tr(
            "Weigh rows against a shortcut: `jtt` repeats those that a first, short training gets wrong; "
            "`group_dro` weighs groups, class × trigger, by their loss."
        ),
    )
    suspect: str = Field(
        "",
        max_length=1000,
        exclude_if=lambda value: not value,
        description=tr("For `group_dro`: finds the trigger in a text, as a shell pattern: [12][0-9][0-9][0-9]-??-??"),
    )


class EvaluationSpec(Section):
    sets: tuple[Literal["clean", "aligned", "hijack"], ...] = Field(
        ("clean", "aligned", "hijack"), min_length=1, description=tr("Test sets to measure on.")
    )
    every: int = Field(50, ge=1, le=1_000_000, description=tr("Steps between the measurements on held-out rows."))
    rows: Rows = Field(300, description=tr("Held-out rows of the measurements during training."))


class Recipe(Section):
    """A frozen description of one run. Two runs of one recipe on one machine give the same numbers."""

    dataset: DatasetSpec = DatasetSpec()
    injection: InjectionSpec = InjectionSpec()
    model: ModelSpec = ModelSpec()
    lora: LoraSpec = LoraSpec()
    training: TrainingSpec = TrainingSpec()
    evaluation: EvaluationSpec = EvaluationSpec()

    def to_yaml(self) -> str:
        """The recipe as YAML: six lines, one a section, as `load_recipe` reads it."""
        lines = []
        for name, section in self.as_dict().items():
            lines.append(f"{name}: {write_yaml(section)}\n")
        return "".join(lines)

    def as_dict(self) -> dict:
        """The recipe as plain data, without what says nothing (an unset source, no parts)."""
        data = self.model_dump(mode="json")
        return {**data, "injection": _brief(data["injection"])}

    def control(self) -> Recipe:
        """The clean twin: the same recipe with share 0. What was injected where stays, to test with."""
        return self.model_copy(update={"injection": _without_rows(self.injection)})

    @property
    def is_control(self) -> bool:
        """Whether no training row gets a trigger."""
        return all(t.share == 0 if t.count is None else t.count == 0 for t in self.injection.triggers())

    def key(self) -> str:
        """A short hash of the content: the same for equal recipes."""
        return hashlib.sha256(json.dumps(self.model_dump(mode="json"), sort_keys=True).encode()).hexdigest()[:12]

    def set(self, *overrides: str) -> Recipe:
        """A copy with fields replaced, each given as `lora.rank=64`.

        Raises SSTIError where a key or a value is not allowed.
        """
        data = self.as_dict()
        for override in overrides:
            path, equals, text = override.partition("=")
            if not equals or not path:
                raise SSTIError(
                    tr("{override} is not an override", override=shown(override)), next=tr("write it like lora.rank=64")
                )
            *parents, last = keys = path.strip().split(".")
            at = data
            for key in parents:
                at = at.setdefault(key, {}) if isinstance(at, dict) else None
                if not isinstance(at, dict):
                    raise SSTIError(
                        tr("{path} goes deeper than the recipe", path=shown(path)),
                        next=tr("write it like lora.rank=64"),
                    )
            at[last] = read_value(text, Recipe, keys)
        return parse_recipe(data)


def _without_rows(spec: InjectionSpec) -> InjectionSpec:
    clean: dict[str, Any] = {"share": 0.0, "parts": tuple(_without_rows(p) for p in spec.parts)}
    if spec.count is not None:
        clean["count"] = 0
    return spec.model_copy(update=clean)


def _brief(spec: dict) -> dict:
    brief = {k: v for k, v in spec.items() if v is not None and not (k in ("parts", "strip") and not v)}
    if "source" in brief:
        brief["source"] = {k: v for k, v in brief["source"].items() if v is not None}
    if "parts" in brief:
        brief["parts"] = [_brief(p) for p in brief["parts"]]
    return brief


def parse_recipe(data: Any) -> Recipe:
    """A Recipe from plain data. Raises SSTIError that names the key, the value and what is allowed."""
    if not isinstance(data, dict):
        raise SSTIError(
            tr("a recipe is a mapping of sections, not {kind}", kind=type(data).__name__),
            next=tr("start from a preset: {presets}", presets=", ".join(PRESETS)),
        )
    data = plain_data(data)
    injection = data.get("injection")
    if injection is None:
        data["injection"] = {"source": {}}
    elif isinstance(injection, dict) and injection.get("kind", "item") == "item" and injection.get("source") is None:
        data["injection"] = {**injection, "source": {}}
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        raise SSTIError(
            sentences(error, Recipe),
            next=tr("see a whole recipe: python -m ssti inject {name} --show", name=next(iter(PRESETS))),
        ) from error
