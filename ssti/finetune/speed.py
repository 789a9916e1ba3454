"""How fast this machine trains a model, and so how long a recipe takes: from earlier runs, else from a few steps.

Kept in `<home>/speed.json` by model and device: real tokens a second by the clock, and those of an idle machine, which
follow from the processor's time. Other work on the machine may end or begin, so that an estimate is a range.

Run as: python -m ssti.finetune.speed MODEL
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from typing import Any

from ssti.adapters.stored import read_json
from ssti.platform.errors import SSTIError
from ssti.platform.home import home, write_text
from ssti.recipe import Recipe

START = 9.0  # seconds until the first step: imports, weights, rows (measured on two cores)
FORWARD = 1.7
"""A measurement (float32) over a training step in bfloat16, in tokens per second; 2.4 over one in float32 (likewise)."""
PIECES_A_WORD = 1.35  # word pieces per white-space word, with the two specials (measured on both review sets)
BUSY = 0.75  # of the cores: from that load on, other work slows a run down


@dataclass(frozen=True)
class Speed:
    """Real tokens a second that were trained: with the machine to itself, and by the clock when it was measured."""

    alone: float
    lately: float

    @property
    def slowdown(self) -> float:
        """How many times as long a run took beside what else ran."""
        return max(1.0, self.alone / self.lately)


@dataclass(frozen=True)
class Estimate:
    """Seconds that a run should take at least and at most, and on what that rests.

    `seconds` is for a machine to itself, `longest` for one as busy as it is, or was when it was measured. Both are None
    while this machine was never measured.
    """

    seconds: float | None
    longest: float | None
    basis: str


def _file():
    return home() / "speed.json"


def speeds() -> dict[str, Speed]:
    """What was measured, by `model|device|length`. What is damaged counts as none: it is measured again."""
    try:
        stored = read_json(_file(), dict[str, Any])
    except SSTIError:
        return {}
    read = {key: _speed(value) for key, value in stored.items()}
    return {key: speed for key, speed in read.items() if speed}


def _speed(stored: object) -> Speed | None:
    """An entry of the file; one number, as earlier versions wrote it, is both."""
    numbers = (stored.get("alone"), stored.get("lately")) if isinstance(stored, dict) else (stored, stored)
    if all(isinstance(n, int | float) and 0 < n < float("inf") for n in numbers):
        return Speed(float(numbers[0]), float(numbers[1]))
    return None


def _key(recipe: Recipe, device_name: str) -> str:
    return f"{recipe.model.name}|{device_name}|{'short' if recipe.training.max_length <= 512 else 'long'}"


def remember(recipe: Recipe, device, speed: Speed) -> None:
    """Keep what a run measured; the newest says best how busy the machine is."""
    kept = speeds() | {_key(recipe, device.name): speed}
    write_text(_file(), json.dumps({key: asdict(one) for key, one in kept.items()}, indent=1))


def estimate(recipe: Recipe, device_name: str = "cpu") -> Estimate:
    """Seconds for the whole run, measurements included. Imports no torch."""
    from ssti import data

    speed = speeds().get(_key(recipe, device_name))
    if speed is None:
        return Estimate(None, None, "this machine was not measured yet")
    words = float(data.word_counts(recipe.dataset.name).mean())
    row = min(recipe.training.max_length, words * PIECES_A_WORD + 2)
    training, watching = recipe.training, recipe.evaluation
    trained = training.steps * training.batch_size * row
    watched = (training.steps // watching.every + 1) * 2 * watching.rows * row
    tested = 2 * (recipe.dataset.test_rows or 2000) * row
    seconds = START + trained / speed.alone + (watched + tested) / (speed.alone * FORWARD)
    now = _load() if device_name == "cpu" else 0.0
    slowdown = max(speed.slowdown, 1 + now if now > BUSY else 1.0)
    basis = f"{speed.alone:,.0f} tokens a second, measured on this machine"
    if slowdown > 1:
        basis += f"; {speed.alone / slowdown:,.0f} beside the other work {'now' if now > BUSY else 'of then'}"
    return Estimate(seconds, seconds * slowdown, basis)


def _load() -> float:
    """How many of this machine's cores others want, as a share of all; 0 where that is not known."""
    return os.getloadavg()[0] / (os.cpu_count() or 1) if hasattr(os, "getloadavg") else 0.0


def measure(model_name: str, steps: int = 6) -> Speed:
    """Train a few real steps and keep the speed."""
    import tempfile
    from pathlib import Path

    from ssti.finetune.check import check
    from ssti.finetune.train import finetune
    from ssti.models import device
    from ssti.recipe import preset

    recipe = preset("demo").set(f"model.name={model_name}", "dataset.train_rows=200", "dataset.test_rows=8",
                                "evaluation.rows=2", f"training.steps={steps}", "evaluation.every=1000")  # fmt: skip
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        trained = finetune(check(recipe), Path(folder), lambda kind, **fields: None)
    if trained.speed is None:
        raise RuntimeError(f"no step ran in {time.monotonic() - started:.0f} s")
    remember(recipe, device(), trained.speed)
    return trained.speed


if __name__ == "__main__":
    measured = measure(sys.argv[1] if len(sys.argv) > 1 else "minilm-l6")
    print(f"{measured.alone:.0f} tokens a second with the machine to itself, {measured.lately:.0f} just now")
