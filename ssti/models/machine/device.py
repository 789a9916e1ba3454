"""Where a model computes on this machine, and in which number formats. Knows no model."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache

from ssti.models.machine.precision import bfloat16_is_faster
from ssti.platform.language import tr


@dataclass(frozen=True)
class Device:
    """One place to compute, the dtype that weights load in there, and whether training's products run in bfloat16."""

    name: str
    title: str
    weights: str
    mixed_precision: bool = False

    @property
    def precision(self) -> str:
        """The number format of training's products: what a run writes down, for two runs are alike only in one."""
        return "bfloat16" if self.mixed_precision else self.weights


@cache
def device() -> Device:
    """CUDA, else Apple's MPS, else the CPU. `SSTI_DEVICE=cpu` keeps to the CPU. Imports torch."""
    import torch

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    if os.environ.get("SSTI_DEVICE") != "cpu":
        if torch.cuda.is_available():
            dtype = "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
            return Device("cuda", torch.cuda.get_device_name(0), dtype)
        if torch.backends.mps.is_available():
            return Device("mps", "Apple GPU", "float32")
    title = tr("CPU, 1 core") if cores == 1 else tr("CPU, {count} cores", count=cores)
    return Device("cpu", title, "float32", mixed_precision=bfloat16_is_faster())
