"""The singular values of an adapter's update, scale · B · A, module by module. Asks no model: it reads the file alone.

A poisoned update may put one direction before all others. What is usual depends on the rank.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping

import numpy as np

from ssti.adapters.files import WEIGHTS
from ssti.adapters.listing import AdapterInfo
from ssti.detect.adapter.signs.sign import Asked, Measure
from ssti.platform.language import later

A = ".lora_A.weight"
LAYER = re.compile(r"\.(\d+)\.")
LAST = 2  # layers, from the last one on


def spectra(info: AdapterInfo) -> dict[str, np.ndarray]:
    """The singular values of each module's update, falling, by the module's name; none where the adapter is not LoRA."""
    from safetensors.numpy import load_file

    if info.config is None or info.config.peft_type != "LORA":
        return {}
    tensors = load_file(str(info.path / WEIGHTS))
    found = {}
    for name in sorted(key.removesuffix(A) for key in tensors if key.endswith(A)):
        a, b = (tensors[f"{name}.lora_{side}.weight"].astype(np.float64) for side in "AB")
        small = np.linalg.qr(b, mode="r") @ np.linalg.qr(a.T, mode="r").T  # rank × rank, with the same singular values
        found[name.removeprefix("base_model.model.")] = scale(info, name, a.shape[0]) * np.linalg.svd(small, compute_uv=False)
    return found


def scale(info: AdapterInfo, module: str, rank: int) -> float:
    """What peft multiplies B · A with: alpha over the rank, or over its root (rsLoRA)."""
    config = info.config
    assert config is not None
    alpha = next((value for ending, value in config.alpha_pattern.items() if module.endswith(ending)), config.lora_alpha)
    return alpha / (rank**0.5 if config.use_rslora else rank)


def last_layers(found: Mapping[str, np.ndarray]) -> list[np.ndarray]:
    """The spectra of the last layers' modules, as far as they are not zero."""
    numbers = {name: int(match[1]) for name in found if (match := LAYER.search(name))}
    layers = sorted(set(numbers.values()))[-LAST:]
    return [found[name] for name, number in numbers.items() if number in layers and found[name].sum() > 0]


def top_share(values: np.ndarray) -> float:
    """The largest singular value's share of their sum; 1 for rank 1."""
    return float(values[0] / values.sum())


def effective_rank(values: np.ndarray) -> float:
    """e to the entropy of the singular values over their sum (Roy and Vetterli 2007)."""
    p = values[values > 0] / values.sum()
    return float(np.exp(-(p * np.log(p)).sum()))


def norm(values: np.ndarray) -> float:
    """The update's Frobenius norm."""
    return float(np.sqrt((values**2).sum()))


def mean_of(measure: Callable[[np.ndarray], float]) -> Callable[[Asked], float | None]:
    """The mean over the last layers' modules; None where there is none."""

    def measured(asked: Asked) -> float | None:
        values = last_layers(spectra(asked.info))
        return float(np.mean([measure(one) for one in values])) if values else None

    return measured


TOP = Measure(
    "spectrum-top", later("In the last layers, one direction holds {value} of the update."), mean_of(top_share), of_rank=True, order=30
)
RANK = Measure(
    "spectrum-rank", later("In the last layers, the update is spread over {value} directions."), mean_of(effective_rank),
    shown="{:.1f}", of_rank=True, most=math.inf, order=31,
)  # fmt: skip
NORM = Measure(
    "spectrum-norm", later("In the last layers, the update has a size of {value} (Frobenius norm)."), mean_of(norm),
    shown="{:.2f}", of_rank=True, most=math.inf, order=32,
)  # fmt: skip
