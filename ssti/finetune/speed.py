"""How fast this machine trains a model, and so how long a recipe takes: from earlier runs, else from a few steps.

Written to `<home>/speed.json` by model and device: real tokens a second by the clock, and those of an idle machine, which
follow from the processor's time. Other work on the machine may end or begin, so that an estimate is a range.
`ssti.finetune.measure` measures a machine that never trained.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from typing import Annotated

from pydantic import Field
from pydantic.dataclasses import dataclass as checked_dataclass

from ssti.adapters.stored import read_json
from ssti.finetune.reweighting import FIRST
from ssti.platform.errors import SSTIError
from ssti.platform.home import home, write_text
from ssti.platform.language import tr
from ssti.recipe import Recipe

START = 9.0  # seconds until the first step: imports, weights, rows (measured on two cores)
FORWARD = 1.7
"""A measurement (float32) over a training step in bfloat16, in tokens per second; 2.4 over one in float32 (likewise)."""
PIECES_A_WORD = 1.35  # word pieces per white-space word, with the two specials (measured on both review sets)
Tokens = Annotated[float, Field(gt=0, allow_inf_nan=False)]
BUSY = 0.75  # of the cores: from that load on, other work slows a run down


@checked_dataclass(frozen=True)
class Speed:
    """Real tokens a second that were trained: with the machine to itself, and by the clock when it was measured."""

    alone: Tokens
    lately: Tokens

    @property
    def slowdown(self) -> float:
        """How many times as long a run took beside what else ran."""
        return max(1.0, self.alone / self.lately)


@dataclass(frozen=True)
class Estimate:
    """How many seconds a run should take, at least and at most, and what that rests on.

    `seconds` is for a machine to itself, `longest` for one as busy as it is, or was when it was measured. Both are None
    while this machine was never measured.
    """

    seconds: float | None
    longest: float | None
    basis: str

    def times(self, count: int) -> Estimate:
        """Of so many such runs, one after the other."""
        known = [one if one is None else count * one for one in (self.seconds, self.longest)]
        return Estimate(*known, self.basis)


def _file():
    return home() / "speed.json"


def speeds() -> dict[str, Speed]:
    """What was measured, by `model|device|length`. A damaged file counts as none: the machine is measured again."""
    try:
        stored = read_json(_file(), dict[str, Speed | Tokens])
    except SSTIError:
        return {}
    # One number, as earlier versions wrote it, is both.
    return {key: one if isinstance(one, Speed) else Speed(one, one) for key, one in stored.items()}


def _key(recipe: Recipe, device_name: str) -> str:
    return f"{recipe.model.name}|{device_name}|{'short' if recipe.training.max_length <= 512 else 'long'}"


def remember(recipe: Recipe, device, speed: Speed) -> None:
    """Write down what a run measured; the newest says best how busy the machine is."""
    known = speeds() | {_key(recipe, device.name): speed}
    write_text(_file(), json.dumps({key: asdict(one) for key, one in known.items()}, indent=1))


def estimate(recipe: Recipe, device_name: str = "cpu", words: float | None = None) -> Estimate:
    """Seconds for the whole run, measurements included. Imports no torch. `words` of a row, where its data are not kept yet."""
    from ssti import data

    speed = speeds().get(_key(recipe, device_name))
    if speed is None:
        return Estimate(None, None, tr("this machine was not measured yet"))
    words = float(data.word_counts(recipe.dataset.name).mean()) if words is None else words
    row = min(recipe.training.max_length, words * PIECES_A_WORD + 2)
    training, watching = recipe.training, recipe.evaluation
    trained = training.steps * training.batch_size * row * (1 + FIRST * (training.reweighting == "jtt"))
    watched = (training.steps // watching.every + 1) * 2 * watching.rows * row
    tested = 2 * (recipe.dataset.test_rows or 2000) * row
    seconds = START + trained / speed.alone + (watched + tested) / (speed.alone * FORWARD)
    now = _load() if device_name == "cpu" else 0.0
    slowdown = max(speed.slowdown, 1 + now if now > BUSY else 1.0)
    alone, beside = f"{speed.alone:,.0f}", f"{speed.alone / slowdown:,.0f}"
    if slowdown <= 1:
        basis = tr("{alone} tokens a second, measured on this machine", alone=alone)
    elif now > BUSY:
        basis = tr(
            "{alone} tokens a second, measured on this machine; {beside} beside the other work now",
            alone=alone,
            beside=beside,
        )
    else:
        basis = tr(
            "{alone} tokens a second, measured on this machine; {beside} beside the other work of then",
            alone=alone,
            beside=beside,
        )
    return Estimate(seconds, seconds * slowdown, basis)


def _load() -> float:
    """How many of this machine's cores others want, as a share of all; 0 where that is not known."""
    return os.getloadavg()[0] / (os.cpu_count() or 1) if hasattr(os, "getloadavg") else 0.0
