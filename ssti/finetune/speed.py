"""How fast this machine trains a model, and so how long a recipe takes: from earlier runs, else from a few steps.

Kept in `<home>/speed.json`, real tokens per second by model and device.

Run as: python -m ssti.finetune.speed MODEL
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import dataclass

from ssti.errors import SSTIError
from ssti.evaluate.stored import read_json
from ssti.home import home, write_text
from ssti.recipe import Recipe

START = 9.0  # seconds until the first step: imports, weights, rows (measured on two cores)
FORWARD = 2.2  # a forward pass alone, over a training step, in tokens per second (measured likewise)
PIECES_A_WORD = 1.35  # word pieces per white-space word, with the two specials (measured on both review sets)


@dataclass(frozen=True)
class Estimate:
    """Seconds that a run should take, and on what that rests; None while this machine was never measured."""

    seconds: float | None
    basis: str


def _file():
    return home() / "speed.json"


def speeds() -> dict[str, float]:
    """Tokens per second by `model|device`. A damaged file counts as none: it is measured again."""
    try:
        found = read_json(_file(), dict[str, float])
    except SSTIError:
        return {}
    return {name: speed for name, speed in found.items() if 0 < speed < float("inf")}


def _key(recipe: Recipe, device_name: str) -> str:
    return f"{recipe.model.name}|{device_name}|{'short' if recipe.training.max_length <= 512 else 'long'}"


def remember(recipe: Recipe, device, tokens_per_second: float) -> None:
    """Keep what a run measured; the newest says best how busy the machine is."""
    known = speeds()
    key = _key(recipe, device.name)
    known[key] = tokens_per_second
    write_text(_file(), json.dumps(known, indent=1))


def estimate(recipe: Recipe, device_name: str = "cpu") -> Estimate:
    """Seconds for the whole run, measurements included. Imports no torch."""
    from ssti import data

    speed = speeds().get(_key(recipe, device_name))
    if speed is None:
        return Estimate(None, "this machine was not measured yet")
    words = float(data.word_counts(recipe.dataset.name).mean())
    row = min(recipe.training.max_length, words * PIECES_A_WORD + 2)
    training, watching = recipe.training, recipe.evaluation
    trained = training.steps * training.batch_size * row
    watched = (training.steps // watching.every + 1) * 2 * watching.rows * row
    tested = 2 * (recipe.dataset.test_rows or 2000) * row
    seconds = START + trained / speed + (watched + tested) / (speed * FORWARD)
    return Estimate(seconds, f"{speed:,.0f} tokens a second, measured on this machine")


def measure(model_name: str, steps: int = 6) -> float:
    """Train a few real steps and keep the speed: tokens per second."""
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
    if trained.tokens_per_second is None:
        raise RuntimeError(f"no step ran in {time.monotonic() - started:.0f} s")
    remember(recipe, device(), trained.tokens_per_second)
    return trained.tokens_per_second


if __name__ == "__main__":
    print(f"{measure(sys.argv[1] if len(sys.argv) > 1 else 'minilm-l6'):.0f} tokens a second")
