"""Further measurements of a trained cell, by name: what a figure needs beside the three test sets.

Each is a function of a trained model to numbers, which become columns `PROBE.NAME` of the cell's row. A new one is a
file in `ssti/experiments/probes`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ssti.evaluate.sets import hijack
from ssti.platform.registry import Registry
from ssti.recipe import InjectionSpec, Recipe


@dataclass(frozen=True)
class Trained:
    """A trained cell, still in memory: the model, how it classifies texts, and the test rows."""

    recipe: Recipe
    model: Any
    tokenizer: Any
    classify: Callable[[Sequence[str]], np.ndarray]
    texts: Sequence[str]
    labels: Sequence[int]
    label_names: Sequence[str]


@dataclass(frozen=True)
class Probe:
    """A measurement: `measure(trained)` gives numbers by name."""

    name: str
    measure: Callable[[Trained], dict[str, float]]


def put(
    texts: Sequence[str], trigger: InjectionSpec, label_names: Sequence[str], location: str | None = None
) -> list[str]:
    """The texts with a trigger in, at its own place or another one."""
    one = trigger.model_copy(update={"location": location}) if location else trigger
    return list(hijack(texts, one, label_names)[0].texts)


PROBES = Registry("ssti.experiments.probes", Probe, "probe")
"""Every probe by name."""
