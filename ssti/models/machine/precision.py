"""Whether this machine's processor multiplies faster in bfloat16 than in float32: measured once, kept in the home folder.

Not asked of the processor's flags: what has the instructions may be slow at them, and what is fast comes under many
names (AMX, AVX512_BF16, SVE). One decision a machine, so that two runs of one recipe give the same numbers; it stands
in `<home>/precision.json`, by processor and torch's version. Knows no model; `known` imports no torch.
"""

from __future__ import annotations

import json
import math
import platform
import time
from importlib.metadata import version
from pathlib import Path

from filelock import FileLock

from ssti.platform.home import home, write_text

SHAPES = ((448, 384, 1536), (448, 1536, 384))
"""Rows, inputs and outputs of the products that are timed: a batch of the demo in the embedded model's feed-forward
network, its largest part. Wider models gain at least as much: less of their time is anything but products."""
WORTH = 1.3
"""How many times as fast bfloat16's products have to be: casting to it and back takes its part of a step. At 2.0 to 2.8
times as fast, a training step took 0.69 of the time (two Zen cores with AVX512_BF16)."""
SECONDS = 0.3  # for the measurement


def bfloat16_is_faster() -> bool:
    """This machine's decision, measured where it was not before (a third of a second). Imports torch.

    Whoever asks first decides for all: others wait for that measurement. Where the home folder cannot be written, the
    decision holds for this process alone.
    """
    if (decided := known()) is not None:
        return decided
    try:
        home().mkdir(parents=True, exist_ok=True)
        with FileLock(home() / ".precision.lock"):
            if (decided := known()) is not None:
                return decided
            gain = measure()
            write_text(_file(), json.dumps(_decisions() | {_machine(): round(gain, 3)}, indent=1) + "\n")
    except OSError:
        gain = measure()
    return gain >= WORTH


def known() -> bool | None:
    """The decision that was made on this machine; None before. A damaged file counts as none: it is measured again."""
    gain = _decisions().get(_machine())
    return None if gain is None else gain >= WORTH


def measure() -> float:
    """How many times as fast bfloat16's products are. In turns, the best of each: what else runs disturbs both alike."""
    import torch

    work = {}
    for rows, inputs, outputs in SHAPES:
        a, b = torch.ones(rows, inputs), torch.ones(outputs, inputs)
        work |= {(inputs, dtype): (a.to(dtype), b.to(dtype)) for dtype in (torch.float32, torch.bfloat16)}
    best = dict.fromkeys(work, math.inf)

    def turn() -> dict:
        took = {}
        for what, (a, b) in work.items():
            start = time.perf_counter()
            torch.nn.functional.linear(a, b)
            took[what] = time.perf_counter() - start
        return took

    with torch.inference_mode():
        turn()  # compiles each
        end = time.perf_counter() + SECONDS
        while math.inf in best.values() or time.perf_counter() < end:
            best = {what: min(best[what], took) for what, took in turn().items()}
    slow, fast = (sum(t for (_, d), t in best.items() if d == dtype) for dtype in (torch.float32, torch.bfloat16))
    return slow / fast


def _file() -> Path:
    return home() / "precision.json"


def _decisions() -> dict[str, float]:
    try:
        gains = json.loads(_file().read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(gains, dict):
        return {}
    return {k: float(v) for k, v in gains.items() if isinstance(v, int | float) and 0 < v < math.inf}


def _machine() -> str:
    """The processor and torch's version: a home folder may be shared by machines, and outlives an upgrade."""
    name = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    except OSError:
        pass
    return f"{name}, torch {version('torch')}"
