"""How much memory this machine has for a model, found without torch. Knows no model."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ssti.models.precision import known

GB = 1_000_000_000
CGROUP = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


@dataclass(frozen=True)
class Room:
    """Bytes in all and bytes free now, on the `cpu` or on `cuda`; and whether products there run in bfloat16."""

    total: int
    free: int
    where: str
    mixed: bool = False

    @property
    def title(self) -> str:
        """`this machine` or `this GPU`, for a sentence."""
        return "this GPU" if self.where == "cuda" else "this machine"


def room() -> Room:
    """The memory that a model would be loaded into: the GPU's where there is one, else the machine's."""
    import os

    if os.environ.get("SSTI_DEVICE") != "cpu" and (gpu := _gpu()):
        return gpu
    return cpu_room()


def cpu_room() -> Room:
    """The machine's memory, or what its container may use of it."""
    import psutil

    memory = psutil.virtual_memory()
    total, free = memory.total, memory.available
    if (limit := _container_limit()) and limit < total:
        total, free = limit, min(free, limit)
    return Room(total, free, "cpu", mixed=bool(known()))


def _container_limit() -> int | None:
    for file in CGROUP:
        try:
            text = file.read_text().strip()
        except OSError:
            continue
        if text.isdigit():
            return int(text)
    return None


def _gpu() -> Room | None:
    """The first CUDA device. A loaded torch knows best; else the driver's tool is asked, once."""
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "cuda"):
        if not torch.cuda.is_available():
            return None
        free, total = torch.cuda.mem_get_info()
        return Room(total, free, "cuda", mixed=True)
    return _asked_driver()


@cache
def _asked_driver() -> Room | None:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return None
    question = [tool, "--query-gpu=memory.total,memory.free", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(question, capture_output=True, text=True, timeout=2, check=True).stdout
        total, free = (int(number) * 2**20 for number in told.splitlines()[0].split(","))
    except (OSError, subprocess.SubprocessError, ValueError, IndexError):
        return None  # a driver without a working device is no GPU
    return Room(total, free, "cuda", mixed=True)
