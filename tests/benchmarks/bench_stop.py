"""How long a training run takes to end after Stop, its adapter written: the page promises three seconds.

Run as: python tests/benchmarks/bench_stop.py [rounds]
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ssti.backends.control import launch, progress, stop  # noqa: E402
from ssti.recipe import preset  # noqa: E402


def wait(run, ready, limit: float = 180.0) -> float:
    """The moment that `ready` first held of the run's progress."""
    end = time.monotonic() + limit
    while not ready(progress(run)):
        if time.monotonic() > end:
            raise TimeoutError(f"{run.id} is still {progress(run).state}")
        time.sleep(0.02)
    return time.monotonic()


def main(rounds: int) -> None:
    for dataset in ("rotten_tomatoes", "imdb"):
        for _ in range(rounds):
            run = launch(preset("demo").set("training.steps=5000", f"dataset.name={dataset}"))[0]
            wait(run, lambda now: now.step >= 3)
            asked = time.monotonic()
            stop(run)
            ended = wait(run, lambda now: not now.going)
            print(f"{dataset}: {progress(run).state} after {ended - asked:.2f} s, adapter kept: {run.has_adapter}", flush=True)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ["SSTI_HOME"] = home
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 2)
