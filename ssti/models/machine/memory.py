"""How much memory this machine has for a model, without loading torch. Knows no model."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ssti.models.machine.cgroup import memory_limit
from ssti.models.machine.precision import known
from ssti.platform.language import tr

GB = 1_000_000_000
UNTOUCHED = 2_150_000_000
"""Bytes of address space that a run reserves and never touches: libraries, threads' stacks, heaps of threads. Measured
on two cores: the demo peaks at 3.03 GB of address space and 0.88 GB of memory; at a limit of 3.0 it dies, at 3.4 it ends."""

NEAR = 0.9  # of a limit
VISIBLE = "CUDA_VISIBLE_DEVICES"


@dataclass(frozen=True)
class MachineMemory:
    """Bytes in all and bytes free now, on the `cpu` or on `cuda`; and whether products there run in bfloat16."""

    total: int
    free: int
    where: str
    mixed: bool = False
    address_space: int | None = None
    """Bytes of address space, where a limit on it (`ulimit -v`) is what holds."""

    @property
    def title(self) -> str:
        """`this machine` or `this GPU`, for a sentence."""
        return tr("this GPU") if self.where == "cuda" else tr("this machine")


def machine_memory() -> MachineMemory:
    """The memory that a model would be loaded into: the GPU's where there is one, else the machine's."""
    if os.environ.get("SSTI_DEVICE") != "cpu" and (gpu := _gpu()):
        return gpu
    return main_memory()


def main_memory() -> MachineMemory:
    """The machine's memory, or what its container may use of it."""
    import psutil

    whole = psutil.virtual_memory()
    total, free, space = whole.total, whole.available, None
    if group := memory_limit():
        limit, used = group
        total, free = min(total, limit), min(free, max(0, limit - used))
    if (limited := _address_space()) is not None and limited - UNTOUCHED < total:
        space = limited
        total = max(0, limited - UNTOUCHED)
    return MachineMemory(total, min(free, total), "cpu", mixed=bool(known()), address_space=space)


def _address_space() -> int | None:
    """What `ulimit -v` leaves this process and those that it starts; None where there is no such limit."""
    try:
        import resource
    except ImportError:  # Windows
        return None
    soft, _ = resource.getrlimit(resource.RLIMIT_AS)
    return None if soft == resource.RLIM_INFINITY else soft


def address_space_used_up() -> bool:
    """Whether this process has once come near a limit on its address space: what fails then, fails of that."""
    limit = _address_space()
    if limit is None:
        return False
    try:
        peak = re.search(r"^VmPeak:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:
        return False
    return peak is not None and int(peak[1]) * 1024 > NEAR * limit


def _gpu() -> MachineMemory | None:
    """The first CUDA device. A loaded torch knows best; else the driver's tool is asked, once."""
    torch = sys.modules.get("torch")
    if torch is not None and hasattr(torch, "cuda"):
        if not torch.cuda.is_available():
            return None
        free, total = torch.cuda.mem_get_info()
        return MachineMemory(total, free, "cuda", mixed=True)
    return next(iter(_asked_driver()), None)


def gpus() -> tuple[str, ...]:
    """The CUDA devices that runs may use, as `CUDA_VISIBLE_DEVICES` names each; empty where there is none."""
    there = _asked_driver()
    if os.environ.get("SSTI_DEVICE") == "cpu" or not there:
        return ()
    if (chosen := os.environ.get(VISIBLE)) is not None:
        return tuple(one.strip() for one in chosen.split(",") if one.strip() and not one.strip().startswith("-"))
    return tuple(str(number) for number in range(len(there)))


@cache
def _asked_driver() -> tuple[MachineMemory, ...]:
    """The driver's devices; one without a working device counts as none."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return ()
    question = [tool, "--query-gpu=memory.total,memory.free", "--format=csv,noheader,nounits"]
    try:
        answer = subprocess.run(question, capture_output=True, text=True, timeout=2, check=True).stdout
        sizes = [[int(number) * 2**20 for number in line.split(",")] for line in answer.splitlines()]
        return tuple(MachineMemory(total, free, "cuda", mixed=True) for total, free in sizes)
    except (OSError, subprocess.SubprocessError, ValueError):
        return ()
