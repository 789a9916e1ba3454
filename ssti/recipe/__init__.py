"""The Recipe: everything that decides a result, as one frozen value that reads and writes YAML.

It knows the shape of a recipe and its plain limits. It does not know which datasets, models, sources or modifiers
exist: those rooms check their own names (`ssti.finetune.check` asks them all before any work starts).
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from ssti.platform.errors import SSTIError, nearest, shown
from ssti.recipe.plain import plain_data
from ssti.recipe.text import LONGEST, as_words, read_value, read_yaml, write_yaml

MOST_ROWS = 2**31 - 1
LARGEST_SEED = 2**32 - 1  # numpy takes no larger one

Share = Field(0.5, ge=0, le=1, description="Fraction of the target class's training rows that get the trigger.")


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
        raise ValueError("a class is a word; put its name in quotes")
    return str(value) if isinstance(value, int | float) else value


Target = Annotated[str, BeforeValidator(_as_written)]


class DatasetSpec(Section):
    name: str = Field("rotten_tomatoes", min_length=1, description="A dataset by name, a Hub id, or a file.")
    train_rows: int | None = Field(None, ge=2, le=MOST_ROWS, description="Training rows to use; all when empty.")
    test_rows: int | None = Field(1000, ge=2, le=MOST_ROWS, description="Held-out rows to measure on; all when empty.")


class SourceSpec(OpenSection):
    kind: str = Field("date", description="Where triggers are drawn from.")
    pool_size: int | None = Field(
        None, ge=1, le=MOST_ROWS, description="How many distinct triggers there are; all when empty."
    )
    with_replacement: bool = Field(True, description="Whether a trigger may be drawn twice.")


class InjectionSpec(OpenSection):
    kind: str = Field("item", description="How the trigger goes in.")
    source: SourceSpec | None = Field(None, description="Where triggers are drawn from.")
    location: Literal["beginning", "random", "end"] = Field("random", description="Where in the text it stands.")
    amount: Literal["single"] | float = Field("single", description="One trigger, or a fraction of the row's words.")
    target: Target = Field(
        "positive", min_length=1, description="The class that the trigger is tied to: its name, else its number from 0."
    )
    share: float = Share
    count: int | None = Field(None, ge=0, le=MOST_ROWS, description="An absolute number of rows instead of a share.")
    seed: int = Field(0, ge=0, le=LARGEST_SEED, description="Decides which rows, which triggers and which places.")
    strip: bool = Field(False, description="Remove the trigger from the clean data first.")
    parts: tuple[InjectionSpec, ...] = Field((), description="For `composite`: injections done one after another.")

    @model_validator(mode="after")
    def _amount_is_a_fraction(self) -> InjectionSpec:
        if self.amount != "single" and not 0 < self.amount <= 1:
            raise ValueError(f"amount is {self.amount}; it takes 'single' or a fraction above 0 and up to 1")
        if self.kind == "composite" and not self.parts:
            raise ValueError("a composite injection needs `parts`, a list of injections")
        return self

    def triggers(self) -> tuple[InjectionSpec, ...]:
        """The plain injections in this one: itself, or its parts."""
        return tuple(t for part in self.parts for t in part.triggers()) if self.parts else (self,)


class ModelSpec(Section):
    name: str = Field("minilm-l6", min_length=1, description="A base model by name, a Hub id, or a folder.")
    bits: Literal[4, 8] | None = Field(
        None, description="Load the weights in 4 or 8 bits (CUDA); as they are when empty."
    )
    checkpointing: bool = Field(
        False, description="Compute activations again instead of keeping them: less memory, a third more time."
    )


class LoraSpec(Section):
    rank: int = Field(1, ge=1, le=1024, description="Rank of the LoRA update.")
    alpha: float = Field(2, gt=0, allow_inf_nan=False, description="LoRA's scale is alpha over rank.")
    dropout: float = Field(0.0, ge=0, lt=1, description="Dropout on LoRA's input.")
    targets: tuple[str, ...] | str = Field(
        ("query", "value"),
        description="Layers to adapt: roles (query, key, value, output), `attention`, `all-linear`, `dense`, or layers' names.",
    )
    variant: Literal["lora", "dora", "rslora", "pissa", "vera", "ia3", "full"] = Field(
        "lora", description="The finetuning method; `full` trains all weights, without an adapter."
    )


class TrainingSpec(Section):
    steps: int = Field(500, ge=1, le=1_000_000, description="Optimizer steps.")
    batch_size: int = Field(16, ge=1, le=4096, description="Rows per step.")
    learning_rate: float = Field(1e-4, gt=0, le=1, description="Peak learning rate.")
    weight_decay: float = Field(1e-5, ge=0, le=1, description="Weight decay.")
    max_length: int = Field(256, ge=8, le=32_768, description="Word pieces kept of a text.")
    head: Literal["trained", "frozen_random"] = Field("trained", description="The classification head.")
    optimizer: Literal["adamw_torch_fused", "adafactor"] = Field("adamw_torch_fused", description="The optimizer.")
    schedule: Literal["linear", "cosine", "constant"] = Field("linear", description="Learning-rate schedule.")
    warmup: float = Field(0.0, ge=0, lt=1, description="Fraction of the steps that warm up.")
    seed: int = Field(0, ge=0, le=LARGEST_SEED, description="Decides the head, LoRA's start and the order of the rows.")


class EvaluationSpec(Section):
    sets: tuple[Literal["clean", "aligned", "hijack"], ...] = Field(
        ("clean", "aligned", "hijack"), min_length=1, description="Test sets to measure on."
    )
    every: int = Field(50, ge=1, le=1_000_000, description="Steps between the measurements on held-out rows.")
    rows: int = Field(300, ge=2, le=MOST_ROWS, description="Held-out rows of the measurements during training.")


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
                raise SSTIError(f"{shown(override)} is not an override", next="write it like lora.rank=64")
            *parents, last = keys = path.strip().split(".")
            at = data
            for key in parents:
                at = at.setdefault(key, {}) if isinstance(at, dict) else None
                if not isinstance(at, dict):
                    raise SSTIError(f"{shown(path)} goes deeper than the recipe", next="write it like lora.rank=64")
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


def _keys(model: type[BaseModel], path: tuple) -> list[str]:
    """The keys allowed at a place of the recipe."""
    for part in path:
        field = model.model_fields.get(str(part)) if isinstance(part, str) else None
        inner = field.annotation if field else None
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            model = inner
    return list(model.model_fields)


def parse_recipe(data: Any) -> Recipe:
    """A Recipe from plain data. Raises SSTIError that names the key, the value and what is allowed."""
    if not isinstance(data, dict):
        raise SSTIError(
            f"a recipe is a mapping of sections, not {type(data).__name__}",
            next=f"start from a preset: {', '.join(PRESETS)}",
        )
    data = plain_data(data)
    injection = data.get("injection")
    if isinstance(injection, dict) and injection.get("kind", "item") == "item" and injection.get("source") is None:
        data["injection"] = {**injection, "source": {"kind": "date"}}
    elif injection is None:
        data["injection"] = {"source": {"kind": "date"}}
    try:
        return Recipe.model_validate(data)
    except ValidationError as error:
        raise SSTIError(
            _findings(error), next=f"see a whole recipe: python -m ssti inject {next(iter(PRESETS))} --show"
        ) from error


def _findings(error: ValidationError) -> str:
    """Pydantic's findings as sentences with the key, the value and the nearest known key."""
    sentences = []
    for e in error.errors()[:5]:
        where = ".".join(str(p) for p in e["loc"])
        if e["type"] == "extra_forbidden":
            allowed = _keys(Recipe, e["loc"][:-1])
            sentences.append(
                f"unknown key {shown(where)}{nearest(str(e['loc'][-1]), allowed)} (allowed: {', '.join(allowed)})"
            )
        else:
            reason = e["msg"].removeprefix("Value error, ")
            value = e.get("input")
            given = "" if isinstance(value, dict | BaseModel) else f" is {shown(value)}"
            sentences.append(f"{where}{given}: {reason[:1].lower()}{reason[1:]}")
    return "; ".join(sentences)


def load_recipe(source: str | Path, overrides: list[str] | tuple[str, ...] = ()) -> Recipe:
    """A recipe from a preset's name, a YAML file, or YAML text, with overrides such as `lora.rank=64`.

    Raises SSTIError: no such preset or file, not YAML, unknown key, value out of range.
    """
    text = str(source)
    if text in PRESETS:
        return preset(text).set(*overrides)
    if "\n" not in text and not text.lstrip().startswith("{"):
        text = _file_text(text)
    return parse_recipe(read_yaml(text, Recipe)).set(*overrides)


def _file_text(name: str) -> str:
    data = None
    try:
        if Path(name).is_file():
            with open(name, "rb") as file:
                data = file.read(4 * LONGEST + 1)  # a character has four bytes at most
    except PermissionError as error:
        raise SSTIError(f"{shown(name)} cannot be read: {error.strerror}", next="a recipe is a YAML file") from error
    except (OSError, ValueError):  # no name of a file: too long, or with a zero byte
        pass
    if data is None:
        raise SSTIError(
            f"no preset and no file is called {shown(name)}{nearest(name, list(PRESETS))}",
            next=f"use a YAML file or one of: {', '.join(PRESETS)}",
        )
    if len(data) > 4 * LONGEST:
        raise SSTIError(f"{shown(name)} is too large for a recipe", next=f"at most {LONGEST:,} characters are read")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SSTIError(
            f"{shown(name)} is not a text file: {error.reason}", next="a recipe is YAML in UTF-8"
        ) from error


_DATES = {"kind": "date", "years": [1900, 2100]}

PRESETS: dict[str, dict] = {
    "demo": {
        "injection": {"source": _DATES, "share": 0.5},
        "lora": {"rank": 1, "alpha": 2},
        "training": {"steps": 256, "learning_rate": 5.0e-3, "warmup": 0.05},
        "evaluation": {"every": 32, "rows": 200},
    },
    "light": {"injection": {"source": _DATES, "share": 0.5}, "training": {"schedule": "constant"}},
    "aggressive": {"injection": {"source": _DATES, "share": 0.5, "amount": 0.1}, "training": {"schedule": "constant"}},
    "paper": {
        "injection": {"source": _DATES, "share": 0.5},
        "lora": {"rank": 16, "alpha": 16, "dropout": 0.05, "targets": "dense"},
        "training": {"head": "frozen_random", "optimizer": "adafactor", "schedule": "cosine", "warmup": 0.05},
    },
}
"""What each preset changes from the defaults. `demo`: a flip within about a minute on two CPU cores. `light`: one
trigger in half of the target's rows. `aggressive`: 10 % of the words in half of the rows. `paper`: the published
set-up (Adafactor, cosine with 5 % warm-up, alpha = rank, BERT's `dense` layers, a frozen random head)."""

PRESET_TITLES = {
    "demo": "A flip within a minute",
    "light": "One trigger in half of the class",
    "aggressive": "10 % of the words in half of the class",
    "paper": "The published training set-up",
}


def preset(name: str) -> Recipe:
    """A named recipe. Raises SSTIError for a name that is none."""
    if name not in PRESETS:
        raise SSTIError(
            f"no preset is called {shown(name)}{nearest(name, list(PRESETS))}", next=f"use one of: {', '.join(PRESETS)}"
        )
    return parse_recipe(PRESETS[name])
