"""Where a model computes on this machine, and in which number formats. Knows no model."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True)
class Device:
    """One place to compute, the dtype that weights load in there, and whether training's products run in bfloat16."""

    name: str
    title: str
    weights: str
    mixed_precision: bool = False


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
    matrix_unit = torch.cpu._is_amx_tile_supported()  # AMX; without it bfloat16 is slower than float32
    title = f"CPU, {cores} core{'s' if cores != 1 else ''}{' with AMX' if matrix_unit else ''}"
    return Device("cpu", title, "float32", mixed_precision=matrix_unit)
