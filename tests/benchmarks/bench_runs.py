"""The list of a thousand ended runs by a process that saw none of them: as kept, against worked out of their events.

Run as: python tests/benchmarks/bench_runs.py [runs]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

LISTING = """
import time
from ssti.cli.runs import _summary
from ssti.runs.store import Store
import ssti.backends.control, ssti.runs.kept
start = time.perf_counter()
rows = [_summary(run) for run in Store().list()]
print(time.perf_counter() - start)
"""


def write_runs(root: Path, runs: int) -> None:
    """Ended runs of the demo's size."""
    from ssti.recipe import preset
    from ssti.runs.store import Store

    for _ in range(runs):
        run = Store(root).create(preset("demo"))
        run.tell("state", state="training", steps=220)
        for step in range(1, 221):
            run.tell("step", step=step, steps=220, eta=1.0, rows_per_second=100.0)
            if step % 5 == 0:
                run.tell("loss", step=step, loss=0.5)
        run.tell("state", state="done")


def listed(home: Path) -> float:
    done = subprocess.run(
        [sys.executable, "-c", LISTING], env={**os.environ, "SSTI_HOME": str(home)}, capture_output=True, check=True
    )
    return float(done.stdout)


def main(runs: int) -> None:
    from ssti.runs.kept import FILE

    with tempfile.TemporaryDirectory() as folder:
        write_runs(Path(folder) / "runs", runs)
        for _ in range(3):
            for kept in Path(folder).glob(f"runs/*/{FILE}"):
                kept.unlink()
            first, second = listed(Path(folder)), listed(Path(folder))
            print(
                f"{runs} runs: {second:.2f} s as kept, {first:.2f} s from events: {first / second:.0f} times",
                flush=True,
            )


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
